"""What a strict exit looks for: what an application has left behind.

Only told here; whether it is an error is decided in ``_application``.
"""

import asyncio
from typing import Any

from asgilab.communicators._line import Line
from asgilab.communicators._tasks import place_of, tasks_of
from asgilab.engine import stack_of


def leftovers(line: Line, root: asyncio.Task[Any] | None) -> str:
    """Say what is left of an application that has ended, or "".

    Args:
        line: The line of the application.
        root: Its own task, or None where it never started.

    Returns:
        One sentence for events that nobody read, and one for each task of the
        user's own that goes on.
    """
    said = []
    if unread := line.outbox.events:
        types = ", ".join(str(event.get("type")) for event in unread)
        said.append(f"{len(unread)} event(s) were sent and never read: {types}.")
    if root is not None and root.done():
        said += [_goes_on(task) for task in tasks_of(line, root) if _is_leaked(task)]
    return " ".join(said)


def _is_leaked(task: asyncio.Task[Any]) -> bool:
    """Whether a task goes on and is the user's: a library knows about its own."""
    return not task.cancelling() and bool(stack_of(task))


def _goes_on(task: asyncio.Task[Any]) -> str:
    outermost = stack_of(task)[-1]
    return (
        f"The application has ended, and its task {task.get_name()!r} goes on "
        f"at {outermost}{place_of(task)}."
    )
