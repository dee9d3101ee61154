"""Which host a bare path is asked of: one that the project at hand allows.

``AllowedHostsOriginValidator`` copies Django's ``ALLOWED_HOSTS`` when the
application is imported, which in a test module is before Django's test runner
adds its ``testserver``. So the host is one that the settings name themselves.
"""

from collections.abc import Mapping
from typing import Any

from asgilab.communicators._settings import settings_in_use


def at_home(path: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
    """Fill in the server of a scope where the test says nothing about it.

    Args:
        path: A path, or a full URL, which names its own host.
        options: What the test gave for the scope.

    Returns:
        The options, with ``server`` added where Django's settings suggest one.
    """
    if "://" in path or "server" in options or "host" in options:
        return options
    name = _allowed_host()
    if name is None:
        return options
    secure = options.get("scheme") in ("https", "wss")
    return {**options, "server": (name, 443 if secure else 80)}


def _allowed_host() -> str | None:
    settings = settings_in_use()
    if settings is None:
        return None
    for pattern in settings.ALLOWED_HOSTS:
        if pattern != "*":
            return str(pattern).removeprefix(".").strip("[]")
    return None
