"""What a session keeps of a scope: its values as they were, and no object alive.

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


def remembered(scope: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a scope that neither changes nor keeps an object alive."""
    return {
        key: value if type(value) in _VALUES else _copy(value, 1)
        for key, value in scope.items()
    }


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
