"""The chat project's settings, with the database and channel layer of the environment.

``ASGILAB_TEST_DATABASE`` is the port of a PostgreSQL server or the path of an SQLite
file; ``ASGILAB_TEST_REDIS`` is the port of a Redis server.
"""

import os
from typing import Any

from chat.settings import *  # noqa: F403  # settings build on the example's

_DATABASE = os.environ.get("ASGILAB_TEST_DATABASE", "")
_REDIS = os.environ.get("ASGILAB_TEST_REDIS", "")

DATABASES: dict[str, dict[str, Any]]

if _DATABASE.isdecimal():
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "ownership",
            "USER": "postgres",
            "HOST": "127.0.0.1",
            "PORT": _DATABASE,
        }
    }
elif _DATABASE:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": _DATABASE,
            "TEST": {"NAME": f"{_DATABASE}.test"},
        }
    }

if _REDIS:
    # With a timeout, redis-py sends each command in asyncio.wait_for(), which on Python
    # 3.11 may swallow a cancellation: then Channels waits for its receive() for ever.
    _HOST = {"host": "127.0.0.1", "port": int(_REDIS), "socket_timeout": None}
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": [_HOST]},
        }
    }
