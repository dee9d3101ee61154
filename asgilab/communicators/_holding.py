"""The gates of one line: what an application is about to get or to send is held.

Where the line has none, or nobody watches them, ``_line`` does not come here.
"""

import asyncio
import contextlib
from types import FrameType
from typing import Any, Protocol

from asgilab.communicators._queue import EventQueue
from asgilab.communicators._wiring import Wiring
from asgilab.engine import Gates, Verdict
from asgilab.errors import ProtocolViolation
from asgilab.types import Message


class Gated(Protocol):
    """What a line has to have for its gate.

    Attributes:
        inbox: Events on their way to the application.
        passed: Those at the front of it that are past the gate, with notes.
        wiring: Knows the name of the connection.
    """

    inbox: EventQueue
    passed: list[tuple[Message, str]]
    wiring: Wiring

    def lose(self, message: Message, place: Any, word: str) -> None:
        """Take note that an event never reached the application."""


class Emitting(Protocol):
    """What a line has to have for an event that is sent after all.

    Attributes:
        gone: Whether the client has left.
        wiring: Knows the name of the connection.
    """

    gone: bool
    wiring: Wiring

    def inject(self, message: Message, note: str = "injected") -> None:
        """Emit an event past its gate."""


async def pass_send(
    line: Emitting, gates: Gates, message: Message, frame: FrameType
) -> Verdict:
    """Bring an event that the application sends to its gate.

    Args:
        line: The line of the application.
        gates: Its gates.
        message: The event.
        frame: The frame of the application's call.
    """

    def come_late(message: Message) -> None:
        if not line.gone:
            with contextlib.suppress(ProtocolViolation):  # it is among the findings
                line.inject(message, "postponed")

    name = line.wiring.name
    return await gates.pass_through(name, "send", message, frame, late=come_late)


async def hold_received(
    line: Gated, gates: Gates, message: Message, place: Any, frame: FrameType
) -> tuple[Message, str] | None:
    """Bring an event to the gate before ``receive()`` returns it.

    Args:
        line: The line of the application.
        gates: Its gates.
        message: The event, taken out of the inbox.
        place: The user's line, for the session.
        frame: The frame of the application's call.

    Returns:
        What ``receive()`` returns, and its note; None where nothing came through.
        What goes on behind it waits for the next call, past the gate.
    """
    events = line.inbox.events
    if line.passed and line.passed[0][0] is message:
        return line.passed.pop(0)
    name = line.wiring.name

    def come_late(message: Message) -> None:
        line.passed.append((message, "postponed"))
        events.append(message)
        line.inbox.wake()

    try:
        verdict = await gates.pass_through(
            name, "receive", message, frame, late=come_late
        )
    except asyncio.CancelledError:
        events.appendleft(message)
        raise
    if not verdict.messages:
        line.lose(message, place, verdict.word)
        return None
    first, *rest = verdict.messages
    line.passed.extend(rest)
    events.extendleft(each for each, _ in reversed(rest))
    return first
