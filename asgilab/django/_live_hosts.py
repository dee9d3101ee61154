"""Letting a live server's own address through the checks of host and origin.

Two parts of a project check it: Django against ``ALLOWED_HOSTS`` whenever it is
asked for the host, and Channels' origin validators against a list that they
took when the project was imported.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from channels.security.websocket import OriginValidator
from django.test.utils import modify_settings


def names_of(host: str) -> list[str]:
    """Return how a host may be spelt in a Host header and in an origin.

    Django keeps the brackets of an IPv6 address, Channels does not.
    """
    return [f"[{host}]", host] if ":" in host else [host]


@contextmanager
def host_allowed(host: str, application: Any) -> Iterator[None]:
    """Allow a host in the settings and in the application's origin validators.

    Both are afterwards as they were before.

    Args:
        host: Name or address that clients use; IPv6 without brackets.
        application: The project's ASGI application, whose middleware is
            searched for origin validators.
    """
    names = names_of(host)
    with modify_settings(ALLOWED_HOSTS={"append": names}):
        before = [(each, each.allowed_origins) for each in _validators(application)]
        for validator, origins in before:
            validator.allowed_origins = [*origins, *names]
        try:
            yield
        finally:
            for validator, origins in before:
                validator.allowed_origins = origins


def _validators(application: Any) -> list[OriginValidator]:
    """Find the validators that wrap an application or parts of it.

    Channels' own middleware and routers keep what they wrap in attributes, in
    dicts and lists of them, and in URL patterns.
    """
    found: list[OriginValidator] = []
    seen: set[int] = set()
    waiting = [application]
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen or isinstance(thing, (str, bytes, type)):
            continue
        seen.add(id(thing))
        if isinstance(thing, OriginValidator):
            found.append(thing)
        waiting += _inside(thing)
    return found


def _inside(thing: Any) -> list[Any]:
    if isinstance(thing, dict):
        return list(thing.values())
    if isinstance(thing, (list, tuple)):
        return list(thing)
    names = ("application", "inner", "app", "application_mapping", "routes", "callback")
    return [
        inner for name in names if (inner := getattr(thing, name, None)) is not None
    ]
