"""What a session keeps of a scope or event: its values, and no object alive.

A scope holds more than values: users, sessions, the pools of the lifespan's state.
A session is kept for long, so it gets the text of those.
"""

from collections.abc import Mapping
from types import NoneType
from typing import Any, Final

from asgilab.engine import shorten

_VALUES: Final = frozenset({str, bytes, int, float, bool, NoneType})
_HOLD_VALUES: Final = frozenset({dict, list, tuple})
_DEEPEST: Final = 20
# A tuple, because the type of an event may be anything, hashable or not.
_EVENTS_WITH_OBJECTS: Final = ("http.response.zerocopysend", "http.response.debug")
_MOST_KNOWN: Final = 64
_KNOWN: Final[dict[str, dict[str, Any]]] = {}
"""The latest copy of a scope of plain values, by path: the next is mostly its like."""


def remembered(scope: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a scope that neither changes nor keeps an object alive.

    What is inside the copies of equal scopes is shared, and never changed.
    """
    path = scope.get("path")
    known = _KNOWN.get(path) if type(path) is str else None
    if known is not None and known == scope:
        return known.copy()
    copy = {
        key: value if type(value) in _VALUES else _copy(value, 1)
        for key, value in scope.items()
    }
    if type(path) is str and _is_plain(scope, 0):
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[path] = copy.copy()
    return copy


def kept(message: Any) -> dict[str, Any]:
    """Return a copy of an event that was sent, which keeps no object alive.

    By the specification events hold values, but for two of the extensions, one of
    which hands over an open file and the other whatever is good to look at.
    """
    if type(message) is not dict:
        return {"type": repr(message)}
    if message.get("type") in _EVENTS_WITH_OBJECTS:
        return {
            key: value if type(value) in _VALUES else _copy(value, 1)
            for key, value in message.items()
        }
    return message.copy()


def _is_plain(value: Any, depth: int) -> bool:
    """Tell whether there is nothing but values in it: a copy of it is its equal."""
    kind = type(value)
    if kind in _VALUES:
        return True
    if kind not in _HOLD_VALUES or depth > _DEEPEST:
        return False
    held = [*value, *value.values()] if kind is dict else value
    return all(_is_plain(each, depth + 1) for each in held)


def _copy(value: Any, depth: int) -> Any:
    """Copy what is no plain value; every connection begins with a dozen of them."""
    kind = type(value)
    if kind not in _HOLD_VALUES or depth > _DEEPEST:
        return shorten(value)
    if not value:
        return kind()
    held = value.values() if kind is dict else value
    if _VALUES.issuperset(map(type, held)):
        return value if kind is tuple else value.copy()
    if kind is dict:
        return {
            key: item if type(item) in _VALUES else _copy(item, depth + 1)
            for key, item in value.items()
        }
    return kind(
        [item if type(item) in _VALUES else _copy(item, depth + 1) for item in value]
    )
