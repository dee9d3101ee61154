"""Which host a bare path is asked of: one that the project at hand allows.

``AllowedHostsOriginValidator`` copies Django's ``ALLOWED_HOSTS`` when the
application is imported, which in a test module is before Django's test runner
adds its ``testserver``. So the host is one that the settings name themselves; and
where they name none, one that the validator of the application lets through.
"""

import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from asgilab.communicators._settings import settings_in_use

_INSIDE: Final = ("application", "application_mapping", "inner", "app", "_app")
"""Attributes under which one application holds another."""
_DEEPEST: Final = 30
_WELCOME: Final[dict[tuple[Any, ...], str]] = {}
"""The hosts that Channels' own validators let in, by what was asked of them."""


def at_home(
    path: str, options: Mapping[str, Any], application: Any = None
) -> Mapping[str, Any]:
    """Fill in the server of a scope where the test says nothing about it.

    Args:
        path: A path, or a full URL, which names its own host.
        options: What the test gave for the scope.
        application: The application of a websocket, which may look at the origin.

    Returns:
        The options, with ``server`` added where Django's settings suggest one.
    """
    if "://" in path or "server" in options or "host" in options:
        return options
    name = _allowed_host()
    if name is None:
        return options
    secure = options.get("scheme") in ("https", "wss")
    name = _welcome(name, application, "https" if secure else "http")
    return {**options, "server": (name, 443 if secure else 80)}


def _welcome(name: str, application: Any, scheme: str) -> str:
    """Return the host, or the first other one whose pages may open a websocket."""
    module: Any = sys.modules.get("channels.security.websocket")
    if module is None:
        return name
    validators = list(_validators(application, module.OriginValidator))
    if any(type(each) is not module.OriginValidator for each in validators):
        return _let_in(name, validators, scheme)  # it may answer as it pleases
    asked = name, scheme, tuple(tuple(each.allowed_origins) for each in validators)
    if asked not in _WELCOME:
        _WELCOME[asked] = _let_in(name, validators, scheme)
    return _WELCOME[asked]


def _let_in(name: str, validators: list[Any], scheme: str) -> str:
    candidates = [name]
    for validator in validators:
        for pattern in validator.allowed_origins:
            host = urlsplit(pattern if "//" in pattern else f"//{pattern}").hostname
            candidates.append((host or "").removeprefix("."))
    for host in filter(None, candidates):
        site = f"[{host}]" if ":" in host else host
        origin = urlsplit(f"{scheme}://{site}")
        if all(each.valid_origin(origin) for each in validators):
            return host
    return name


def _validators(application: Any, kind: type) -> Iterator[Any]:
    """Find the validators of origins that one application is wrapped in."""
    inside = [application]
    for _ in range(_DEEPEST):
        if not inside:
            return
        found = inside.pop()
        if isinstance(found, kind):
            yield found
        if isinstance(found, Mapping):
            inside.append(found.get("websocket"))
        else:
            names = getattr(found, "__dict__", {})
            inside += [names[name] for name in _INSIDE if name in names]


def _allowed_host() -> str | None:
    settings = settings_in_use()
    if settings is None:
        return None
    for pattern in settings.ALLOWED_HOSTS:
        if pattern != "*":
            return str(pattern).removeprefix(".").strip("[]")
    return None
