"""What a strict exit looks for: what an application has left behind.

Only told here; whether it is an error is decided in ``_application``, and for what
is left at the end of a lab by the lab.
"""

import asyncio
from collections.abc import Container
from typing import Any

from asgilab.communicators._line import Line
from asgilab.communicators._tasks import line_of, place_of, tasks_of
from asgilab.engine import Gates, stack_of


def leftovers(line: Line, root: asyncio.Task[Any] | None) -> str:
    """Say what is left of an application that has ended, or "".

    Args:
        line: The line of the application.
        root: Its own task, or None where it never started.

    Returns:
        One sentence for events that nobody read, and one for each task of the
        user's own that goes on.
    """
    said = [unread] if (unread := unread_of(line)) else []
    if root is not None and root.done():
        said += [_goes_on(task) for task in tasks_of(line, root) if _is_leaked(task)]
    return " ".join(said)


def unread_of(line: Line) -> str:
    """Say which events of an application nobody has read, or ""."""
    events = line.outbox.events
    types = ", ".join(str(event.get("type")) for event in events)
    return f"{len(events)} event(s) were sent and never read: {types}." if types else ""


def tasks_left(gates: Gates, names: Container[str] | None = None) -> list[str]:
    """Say which tasks go on after the applications of a lab that made them.

    To be called on the loop that they live on.

    Args:
        gates: Those of the lab, by which its applications are known.
        names: The connections that are meant, by name; None for all.

    Returns:
        One sentence for each task of the user's own, by the names of the tasks.
    """
    found = []
    for task in sorted(asyncio.all_tasks(), key=lambda task: task.get_name()):
        line = line_of(task)
        if line is None or line.wiring.gates is not gates or not line.ended:
            continue
        name = line.wiring.name
        if (names is None or name in names) and _is_leaked(task):
            found.append(_goes_on(task, f"The application of {name!r}"))
    return found


def _is_leaked(task: asyncio.Task[Any]) -> bool:
    """Whether a task goes on and is the user's: a library knows about its own."""
    return not task.cancelling() and bool(stack_of(task))


def _goes_on(task: asyncio.Task[Any], who: str = "The application") -> str:
    outermost = stack_of(task)[-1]
    return (
        f"{who} has ended, and its task {task.get_name()!r} goes on "
        f"at {outermost}{place_of(task)}."
    )
