"""The WebSocket paths of an application, as far as they can be seen from outside.

Routers of Channels and of Starlette are looked at by what they have, not by
their class, so that neither library is imported. What cannot be seen is left
out: this is for help texts and completion alone.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import unquote, urlsplit

_WRAPPED: Final = ("inner", "application", "app")
_DEEPEST: Final = 20
_CONVERTER: Final = re.compile(r"<(?:\w+:)?(\w+)>")
_BRACED: Final = re.compile(r"{(\w+)(?::\w+)?}")
_NAMED_GROUP: Final = re.compile(r"\(\?P<(\w+)>")


def websocket_routes(application: Any) -> tuple[str, ...]:
    """Return the paths, with ``<name>`` where a part of one varies.

    Example:
        >>> websocket_routes(application)
        ('/ws/chat/<room>/', '/ws/echo/')
    """
    paths = _paths(application, "", 0)
    return tuple(dict.fromkeys(f"/{path.lstrip('/')}" for path in paths))


def has_route(application: Any, path: str) -> bool:
    """Tell whether a path leads anywhere: no only where Channels' routers say so."""
    return _leads(application, unquote(urlsplit(path).path), 0)


def _leads(application: Any, path: str, depth: int) -> bool:
    mapping = getattr(application, "application_mapping", None)
    if isinstance(mapping, dict):
        return _leads(mapping.get("websocket"), path, depth + 1)
    routes = getattr(application, "routes", None)
    if isinstance(routes, (list, tuple)):
        patterns = [getattr(route, "pattern", None) for route in routes]
        if not all(hasattr(pattern, "match") for pattern in patterns):
            return True  # of another library, which answers by itself
        return _leads_through(routes, path.lstrip("/"), depth)
    for name in _WRAPPED:
        wrapped = getattr(application, name, None)
        if wrapped is not None and wrapped is not application and depth < _DEEPEST:
            return _leads(wrapped, path, depth + 1)
    return True


def _leads_through(routes: Sequence[Any], path: str, depth: int) -> bool:
    """Ask the routes as Channels does: the first that fits is the one."""
    for route in routes:
        found = route.pattern.match(path)
        if found:
            inner = getattr(route, "callback", None)
            return not hasattr(inner, "routes") or _leads(inner, found[0], depth + 1)
    return False


def _paths(application: Any, prefix: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    mapping = getattr(application, "application_mapping", None)
    if isinstance(mapping, dict):
        yield from _paths(mapping.get("websocket"), prefix, depth + 1)
        return
    routes = getattr(application, "routes", None)
    if isinstance(routes, (list, tuple)):
        for route in routes:
            yield from _paths_of_route(route, prefix, depth + 1)
        return
    for name in _WRAPPED:
        wrapped = getattr(application, name, None)
        if wrapped is not None and wrapped is not application:
            yield from _paths(wrapped, prefix, depth + 1)
            return


def _paths_of_route(route: Any, prefix: str, depth: int) -> Iterator[str]:
    path = _path(route)
    if path is None:
        return
    whole = f"{prefix}{path}"
    inner = getattr(route, "callback", None) or getattr(route, "app", None)
    if hasattr(inner, "routes"):
        yield from _paths(inner, whole, depth)
    elif hasattr(route, "pattern") or type(route).__name__.endswith("WebSocketRoute"):
        yield whole


def _path(route: Any) -> str | None:
    pattern = getattr(route, "pattern", None)
    if pattern is not None:
        return _readable(str(pattern))
    path = getattr(route, "path", None)
    return _BRACED.sub(r"<\1>", path) if isinstance(path, str) else None


def _readable(pattern: str) -> str:
    """Turn a pattern of Django's, a route or a regular expression, into a path."""
    text = pattern.removeprefix("^").removesuffix("$").removesuffix(r"\Z")
    while (found := _NAMED_GROUP.search(text)) is not None:
        end = _closing(text, found.start())
        text = f"{text[: found.start()]}<{found[1]}>{text[end:]}"
    return _CONVERTER.sub(r"<\1>", text)


def _closing(text: str, start: int) -> int:
    """Return where the group that opens at ``start`` ends."""
    depth = 0
    for place in range(start, len(text)):
        escaped = place > 0 and text[place - 1] == "\\"
        if not escaped and text[place] in "()":
            depth += 1 if text[place] == "(" else -1
            if depth == 0:
                return place + 1
    return len(text)
