"""Where the tasks of an application come from: the user's line that made each.

A task does not tell who made it, so somebody has to look on while it is made: a
task factory, put in front of the one that the loop has. Only tasks that concern an
application are looked at; which those are, the caller says.
"""

import asyncio
import sys
import weakref
from collections.abc import Callable
from types import CodeType
from typing import Any, Final

from asgilab.engine._frames import user_line
from asgilab.sessions import Source

_PLACES: Final[weakref.WeakKeyDictionary[asyncio.Task[Any], tuple[CodeType, int]]] = (
    weakref.WeakKeyDictionary()
)


class _Named(asyncio.Task[Any]):
    """A task that keeps its own name where it is given none.

    Python 3.13.0 to 3.13.2 give the name None to what a task factory has made.
    """

    def set_name(self, value: object, /) -> None:
        if value is not None:
            super().set_name(value)


_TASK: Final = _Named if sys.version_info[:2] == (3, 13) else asyncio.Task


class Spawning:
    """Looks on while one loop makes tasks, for as long as anybody wants to know.

    Args:
        before: The task factory that the loop had, or None.
        concerns: Tells, in the context of the code that makes a task, whether it
            is to be remembered.
    """

    def __init__(self, before: Any, concerns: Callable[[], bool]) -> None:
        self._before = before
        self._concerns = concerns
        self.lookers = 0

    def __call__(
        self, loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any
    ) -> Any:
        """Make a task, as the loop would have made it, and remember where."""
        if self._before is None:
            task = _TASK(coroutine, loop=loop, **options)
        else:
            task = self._before(loop, coroutine, **options)
        if self._concerns():
            frame = sys._getframe(1)
            while frame.f_back is not None and frame.f_code.co_name == "create_task":
                frame = frame.f_back  # out of the loop, where user_line would end
            place = user_line(frame)
            del frame  # it may have been our own caller's, and part of a circle
            if place is not None:
                _PLACES[task] = place
        return task

    def leave(self, loop: asyncio.AbstractEventLoop) -> None:
        """Stop looking on; the last to leave gives the loop its factory back."""
        self.lookers -= 1
        # Whoever has put a factory before ours meanwhile still calls it.
        if not self.lookers and loop.get_task_factory() is self:
            loop.set_task_factory(self._before)


def watch_spawning(
    loop: asyncio.AbstractEventLoop, concerns: Callable[[], bool]
) -> Spawning:
    """Look on while a loop makes tasks, until :meth:`Spawning.leave`."""
    factory: Any = loop.get_task_factory()
    if isinstance(factory, Spawning):
        spawning = factory
    else:
        spawning = Spawning(factory, concerns)
        loop.set_task_factory(spawning)
    spawning.lookers += 1
    return spawning


def spawned_from(task: "asyncio.Task[Any] | None") -> Source | None:
    """Return the user's line that spawned a task; None where nobody looked on."""
    place = None if task is None else _PLACES.get(task)
    if place is None:
        return None
    code, line = place
    return Source(code.co_filename, line, code.co_qualname)


def spawned_here() -> Source | None:
    """Return the user's line that spawned the running task."""
    try:
        return spawned_from(asyncio.current_task())
    except RuntimeError:  # no loop runs in this thread
        return None
