"""Passes of a loop in place: what is ready runs at once, in the loop's own order.

Who waits for an application gives way to the loop, which asks the system for input,
looks at its timers, and then runs what is ready: the application, as a rule, and
nothing else. The asking costs more than most applications do. Here what is ready
runs in the same order without it; input and timers have their turn after a few such
passes, or as soon as somebody really waits.

The names ``_ready``, ``_cancelled``, ``_context`` and ``_run`` are asyncio's own, as
old as its handles; tests of ours guard them. A loop without them loses nothing but
the shorter way.
"""

import asyncio
from asyncio.tasks import _enter_task, _leave_task, current_task
from collections import deque
from typing import Any, Final

_MOST: Final = 64
"""How many callbacks may have run in place before the loop makes a pass itself."""


class Passes:
    """Makes passes of one loop.

    A loop that does not show what is ready (uvloop) is left to itself, and so is one
    that was made to run nested (nest-asyncio), or whose callbacks are watched (debug).

    Args:
        loop: The loop.
    """

    __slots__ = ("_done", "_ready", "_spent", "_under_way")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        ready = getattr(loop, "_ready", None)
        shown = type(ready) is deque and not hasattr(loop, "_nest_patched")
        self._ready: deque[Any] | None = ready if shown else None
        self._done = asyncio.Handle(bool, (), loop)
        self._done.cancel()
        vars_of_handle: Any = self._done
        vars_of_handle._loop = None  # it would keep the loop alive
        self._spent = 0
        self._under_way = False

    def make(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Run what is ready now, and nothing that comes of it, as one pass would.

        Args:
            loop: The loop, which runs; the caller is one of its tasks.

        Returns:
            False where nothing ran, so that the loop has to make the pass itself;
            and where the calling task was cancelled, which it notices there.
        """
        ready = self._ready
        if not ready or len(ready) > _MOST or self._under_way or loop.get_debug():
            return False
        task = current_task(loop)
        if task is None:
            return False
        self._under_way = True
        asked = task.cancelling()
        _leave_task(loop, task)
        try:
            ran = self._run(ready)
        finally:
            _enter_task(loop, task)
            self._under_way = False
        return ran and task.cancelling() == asked

    def _run(self, ready: deque[Any]) -> bool:
        ran = False
        done = self._done
        # What ran in place goes from the front as the loop comes by, and all before
        # it with it: if the last of it is where it was, so is the rest.
        spent = self._spent
        first = spent if 0 < spent <= len(ready) and ready[spent - 1] is done else 0
        for index in range(first, len(ready)):
            handle = ready[index]
            if handle._cancelled:
                continue
            try:
                handle._context.run(bool)
            except RuntimeError:  # it is to run in the very context that we are in
                break
            # The loop counts on as many as there were, so none is taken out.
            ready[index] = done
            self._spent = index + 1
            handle._run()
            ran = True
        return ran
