"""The tasks that an application has started beside its own.

A task runs in a copy of the context in which it was made, so that an application's
tasks, and theirs, know its line.
"""

import asyncio
import contextvars
import sys
from typing import Any

from asgilab.communicators._line import CURRENT, Line
from asgilab.communicators._wiring import Wiring
from asgilab.engine import spawned_from, watch_spawning


def begin(task: asyncio.Task[Any], wiring: Wiring) -> None:
    """Look on while an application spawns tasks, in a lab and where its end is strict.

    It is remembered where each was spawned, for as long as the application runs: that
    costs each a little.

    Args:
        task: The application's own task.
        wiring: What the application is plugged into.
    """
    if wiring.gates is None and not wiring.strict:
        return
    loop = task.get_loop()
    spawning = watch_spawning(loop, _in_an_application)
    task.add_done_callback(lambda _: spawning.leave(loop))


def place_of(task: asyncio.Task[Any]) -> str:
    """Return where a task was spawned, as a clause, or "" where nobody looked."""
    place = spawned_from(task)
    return "" if place is None else f", spawned from {place} in {place.function}"


def _in_an_application() -> bool:
    return CURRENT.get(None) is not None


def tasks_of(line: Line, root: asyncio.Task[Any] | None) -> list[asyncio.Task[Any]]:
    """Return the tasks of one application that are not done, by name.

    Args:
        line: The line of the application.
        root: Its own task, which is left out; None where it never started.
    """
    if root is None:
        return []
    found = [
        task
        for task in asyncio.all_tasks(root.get_loop())
        if task is not root and line_of(task) is line
    ]
    return sorted(found, key=lambda task: task.get_name())


def line_of(task: asyncio.Task[Any]) -> Line | None:
    """Return the line of the application that a task belongs to, or None."""
    context = _context_of(task)
    return None if context is None else context.get(CURRENT)


def _context_of(task: asyncio.Task[Any]) -> contextvars.Context | None:
    """Return the context of a task; where it cannot be asked for one, look.

    Before Python 3.12 a task does not tell. It has left its context with the future
    that it waits for; the names are asyncio's own, and a test of ours guards them.
    """
    if sys.version_info >= (3, 12):
        return task.get_context()
    else:
        waiter = getattr(task, "_fut_waiter", None)
        for callback, context in getattr(waiter, "_callbacks", None) or ():
            if getattr(callback, "__self__", None) is task:
                found: contextvars.Context = context
                return found
        return None
