"""Settings as a production project has them: no debugging, no host allowed.

``BOARD_DATABASE`` says where the tests keep their rows: ``memory``, ``file``, or
the port of a PostgreSQL server.
"""

import os
from pathlib import Path
from typing import Any

SECRET_KEY = "only for tests"
DEBUG = False
ALLOWED_HOSTS: list[str] = []
INSTALLED_APPS = ["django.contrib.staticfiles", "channels", "tests.django.board"]
ROOT_URLCONF = "tests.django.board.urls"
ASGI_APPLICATION = "tests.django.board.asgi.application"
STATIC_URL = "static/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True

_WHERE = os.environ.get("BOARD_DATABASE", "memory")


def _database(alias: str) -> dict[str, Any]:
    if _WHERE.isdecimal():
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": f"board_{alias}",
            "USER": "postgres",
            "HOST": "127.0.0.1",
            "PORT": _WHERE,
        }
    folder = Path(os.environ.get("BOARD_FOLDER", "."))
    database: dict[str, Any] = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": folder / f"{alias}.sqlite3",
    }
    if _WHERE == "file":
        database["TEST"] = {"NAME": folder / f"test_{alias}.sqlite3"}
    return database


DATABASES = {"default": _database("default"), "archive": _database("archive")}

CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "channels.layers.InMemoryChannelLayer"},
}
if "BOARD_REDIS" in os.environ:
    CHANNEL_LAYERS["default"] = {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [("127.0.0.1", int(os.environ["BOARD_REDIS"]))]},
    }
