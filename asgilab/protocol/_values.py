"""The values that an event may hold, and words for the ones that came.

Source: rule GEN-11, https://asgi.readthedocs.io/en/latest/specs/main.html#events.
Nothing here knows an event type.
"""

from math import isfinite
from reprlib import Repr
from typing import TypeGuard

MOST = 2**63 - 1
"""The greatest int that an event may hold: 64 bits with a sign."""

DEEPEST = 64
"""How many lists and dicts inside each other are looked into.

No event comes near it; a list that holds itself goes beyond.
"""

_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 60


def shown(value: object) -> str:
    """A value as one short piece of text, for an error message.

    Args:
        value: Anything; strings and other long values are cut in the middle.

    Returns:
        Its repr in at most some sixty characters, with its type where the repr
        alone does not tell it.
    """
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return _SHORT.repr(value)
    return f"a value of type {type(value).__name__}"


def named(kind: str) -> str:
    """An event type as it may stand in an error message.

    Args:
        kind: The type that came: the application may have put anything there.

    Returns:
        The type itself where it is short and plain; otherwise its repr, cut.
    """
    return kind if len(kind) <= 60 and kind.isprintable() and kind else shown(kind)


def is_int(value: object) -> TypeGuard[int]:
    """Whether the value is an int in the sense of GEN-09: a bool is none."""
    return isinstance(value, int) and not isinstance(value, bool)


def foreign(value: object, depth: int = DEEPEST) -> str | None:
    """Say what in a value an event may not hold (GEN-11).

    Args:
        value: The value of one key of an event.
        depth: How many more levels to look into.

    Returns:
        A description of the first thing that is not allowed, or None.
    """
    if depth < 0:
        return f"lists or dicts more than {DEEPEST} deep"
    if is_int(value):
        return None if -MOST - 1 <= value <= MOST else "an int of more than 64 bits"
    if isinstance(value, float):
        return None if isfinite(value) else f"the float {value}"
    if value is None or isinstance(value, bool | bytes | str):
        return None
    return _foreign_inside(value, depth)


def _foreign_inside(value: object, depth: int) -> str | None:
    """The same for what is no plain value: lists, tuples, dicts, all else."""
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                return f"the dict key {shown(key)}"
        inside = list(value.values())
    elif isinstance(value, list | tuple):
        inside = list(value)
    else:
        return shown(value)
    found = (foreign(item, depth - 1) for item in inside)
    return next((what for what in found if what is not None), None)
