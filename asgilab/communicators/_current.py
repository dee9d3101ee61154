"""Recording from anywhere in an application, onto the connection that is running.

Taps use this; they know neither lines nor communicators.
"""

from types import CodeType, FrameType
from typing import Any

from asgilab.communicators._line import CURRENT
from asgilab.communicators._outside import note_outside
from asgilab.engine import Direction, Verdict
from asgilab.sessions import Kind, Source


def record_here(
    kind: Kind,
    message: dict[str, Any],
    source: Source | tuple[CodeType, int] | None = None,
    cause: int | None = None,
    note: str = "",
) -> int | None:
    """Record an event on the connection whose application is running.

    Args:
        kind: What sort of thing happened.
        message: What there is to tell of it.
        source: The user's line, where one is known.
        cause: Index of the event that it came of. Default: the event that the
            application is handling.
        note: What a gate did to it, or "".

    Returns:
        The index of the new event, or None when no application of a
        communicator is running here.
    """
    line = CURRENT.get(None)
    if line is None:
        if kind is Kind.LAYER:
            note_outside(message)
        return None
    return line.record(kind, message, source, cause, note)


def handle_here(index: int | None, given: Any = None) -> None:
    """Say what the running application handles beside the events of its client.

    Args:
        index: Index of the event that it was given, or None once it asks for
            the next one.
        given: The very object that it was given.
    """
    line = CURRENT.get(None)
    if line is not None:
        line.aside, line.given_aside = index, id(given)


async def pass_here(
    direction: Direction, message: Any, frame: FrameType | None, target: str
) -> Verdict:
    """Bring a message to the gate of the connection whose application is running.

    Args:
        direction: Which gate of it.
        message: The message.
        frame: The frame of the application's call.
        target: Name of the channel or group.
    """
    line = CURRENT.get(None)
    gates = None if line is None else line.wiring.gates
    if line is None or gates is None or not gates.watched:
        return Verdict(((message, ""),))
    return await gates.pass_through(line.wiring.name, direction, message, frame, target)
