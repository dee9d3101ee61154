"""Calls to a channel layer that no application made: a test made them itself.

They belong to no connection and so to no session. They are kept for a while, for
the hint that a message went to a group that nobody was in.
"""

import asyncio
import weakref
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

_MOST: Final = 20
_CALLS: Final[
    weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, deque[Mapping[str, Any]]]
] = weakref.WeakKeyDictionary()


def note_outside(message: Mapping[str, Any]) -> None:
    """Keep a call for as long as the loop that is running, if one is.

    Args:
        message: The call as an event has it: ``type``, ``target`` and ``given``.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return
    _CALLS.setdefault(loop, deque(maxlen=_MOST)).append(message)


def outside(loop: asyncio.AbstractEventLoop) -> list[Mapping[str, Any]]:
    """Return the latest calls that were made on a loop, oldest first."""
    return list(_CALLS.get(loop, ()))
