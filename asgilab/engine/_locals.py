"""Reading the local variables of a frame without keeping them alive.

Up to Python 3.12 the dict behind ``frame.f_locals`` stays with the frame, and
with it every value it was filled with, long after the variable got another one.
Whoever looks at foreign frames reads them here.
"""

import inspect
import sys
from functools import partial
from itertools import chain, islice
from types import FrameType
from typing import Any, Final

from asgilab.engine._at_once import COLLECTS_ANYWHERE, at_once

_NOBODY_ELSE: Final = 3
"""References to a dict that its frame has, a variable and an argument."""


def locals_of(frame: FrameType) -> dict[str, Any]:
    """Return a copy of a frame's local variables.

    A dict that the user's code got from ``locals()`` is left to it, with the values
    of this moment: up to Python 3.12 it is the frame's own.

    Args:
        frame: Any frame, of this thread or of another.

    Returns:
        Name and value of each variable that is bound now.
    """
    snapshot, names = _snapshot_and_copy(frame)
    if _is_copy(frame, snapshot) and sys.getrefcount(snapshot) <= _NOBODY_ELSE:
        snapshot.clear()
    return names


def _snapshot_and_copy(frame: FrameType) -> tuple[Any, dict[str, Any]]:
    if not COLLECTS_ANYWHERE:
        snapshot = frame.f_locals
        return snapshot, dict(snapshot)
    # Both at once: somebody else may look at the same frame, and clear the dict.
    held: list[Any] = []
    filled = map(held.append, map(getattr, (frame,), ("f_locals",)))
    copied = map(held.append, map(dict, islice(held, 1)))
    at_once(partial(tuple, chain(filled, copied)))
    snapshot, names = held
    return snapshot, names


def _is_copy(frame: FrameType, snapshot: Any) -> bool:
    # Only a function's dict is a copy; a module's is the module itself. From
    # Python 3.13 on it is a proxy, which keeps nothing.
    return type(snapshot) is dict and bool(frame.f_code.co_flags & inspect.CO_OPTIMIZED)
