"""The application's end of the line: its ``receive()`` and ``send()``.

Here events are held at gates, judged by the rules, and recorded; the test's end
is the communicator. This is the hot path: a round trip runs through it twice,
so it works on plain attributes and allocates little.
"""

import asyncio
import contextvars
import sys
import traceback
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Final

from asgilab.communicators._queue import EventQueue
from asgilab.communicators._remembering import remembered
from asgilab.communicators._wiring import Wiring
from asgilab.engine import awaiting_line, is_user_code, user_line
from asgilab.errors import ClientDisconnected, IllegalDelivery, ProtocolViolation
from asgilab.protocol import Conversation, Finding, Severity
from asgilab.sessions import Kind
from asgilab.types import Message, Scope


CURRENT: Final[contextvars.ContextVar["Line"]] = contextvars.ContextVar("asgilab_line")
"""The line whose application is running; unset outside of any."""


class Line:
    """Connects one run of an application with its communicator.

    Args:
        scope: The scope of the connection.
        wiring: Where events are recorded, gated and judged.

    Attributes:
        inbox: Events on their way to the application.
        outbox: Events from the application.
        findings: Breaches of the rules so far.
        violation: One that was raised into the application and not seen yet.
        error: The exception the application ended with, or None.
        closed: Whether the application itself has closed the connection.
        gone: Whether the client has dropped the connection.
    """

    def __init__(self, scope: Scope, wiring: Wiring) -> None:
        self.inbox = EventQueue()
        self.outbox = EventQueue()
        self.findings: list[Finding] = []
        self.violation: ProtocolViolation | None = None
        self._shown: BaseException | None = None
        self.error: BaseException | None = None
        self.traceback: TracebackType | None = None
        self.how_it_ended = "not ended"
        self.ended = False
        self.gone = False
        self.scope = scope
        self.wiring = wiring
        self._conversation: Conversation | None = None
        self._record: Callable[..., int] | None = None
        self._handling: int | None = None
        self.aside: int | None = None
        self._gates = wiring.gates
        self._lost = False
        self._window: int | None = None
        self._kept: int | None = None
        self._senders: list[asyncio.Future[None]] = []

    @property
    def handling(self) -> int | None:
        """Index of the event that the application handles now, where that is known.

        It handles what it was given last, until it asks for the next one. What
        came by another way (a channel layer) stands in ``aside``.
        """
        return self.aside if self._handling is None else self._handling

    @property
    def closed(self) -> bool:
        """Whether the application itself has closed the connection."""
        conversation = self._conversation
        if conversation is None:
            return False
        return conversation.over and conversation.state != "gone"

    @property
    def state(self) -> str:
        """The state of the connection by the rules, such as ``"open"``."""
        return "unknown" if self._conversation is None else self._conversation.state

    @property
    def allowed(self) -> tuple[str, ...]:
        """The event types that the application may send now."""
        return () if self._conversation is None else self._conversation.allowed

    @property
    def unseen(self) -> bool:
        """Whether there is an exception or a violation that no test was shown."""
        if self.violation is not None or self.error is None:
            return self.violation is not None
        return self._shown is None or not _came_of(self.error, self._shown)

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin: the application is about to be called."""
        wiring = self.wiring
        if wiring.validate != "off":
            self._conversation = Conversation(self.scope)
        session = wiring.session
        if session is None:
            return
        zero = loop.time() if wiring.zero is None else wiring.zero
        wiring.name = wiring.name or str(self.scope.get("type", "connection"))
        self._record = session.recorder(wiring.name, loop.time, zero)
        self._record(Kind.OPEN, remembered(self.scope))

    def deliver(self, message: Message) -> None:
        """Put an event where the application's next ``receive()`` gets it.

        Raises:
            IllegalDelivery: In strict mode: no server may deliver this here.
        """
        conversation = self._conversation
        if conversation is not None:
            strict = self.wiring.validate == "strict"
            for finding in conversation.deliver(message, forced=not strict):
                self.findings.append(finding)
                if strict and finding.severity is Severity.ERROR:
                    raise IllegalDelivery(finding.rule, finding.text)
        self.inbox.put_nowait(message)

    async def receive(self) -> Message:
        """Give the application its next event; this is its ``receive``."""
        inbox = self.inbox
        self._handling = None
        place = user_line(sys._getframe(1))
        while True:
            while not inbox.events:
                await inbox.wait()
            message: Message = inbox.events.popleft()
            note = ""
            gates = self._gates
            if gates is not None and gates.holds(self.wiring.name, "receive"):
                held = await self._hold_received(message, sys._getframe(1))
                if not held:
                    self._note(Kind.RECEIVE, message, place, "dropped")
                    continue
                note = "" if held[0] is message else "edited"
                message = held[0]
                inbox.events.extendleft(reversed(held[1:]))
            if self._conversation is not None:
                self._conversation.received(message)
            if self._record is not None:
                self._handling = self._record(
                    Kind.RECEIVE, dict(message), place, None, note
                )
            return message

    async def send(self, message: Message) -> None:
        """Take an event from the application; this is its ``send``."""
        place = user_line(sys._getframe(1)) or awaiting_line()
        gates = self._gates
        if self.gone:
            self._refuse(message, place)
            await asyncio.sleep(0)  # who sends for ever must be open to cancelling
            return
        if self._window is not None and not self._has_room():
            await self._wait_for_room()
        if gates is None or not gates.holds(self.wiring.name, "send"):
            self._emit(message, place, "")
            return
        # The frame is not kept in a variable: it would be part of a circle.
        name = self.wiring.name
        held = await gates.hold(name, "send", message, sys._getframe(1))
        if not held:
            self._note(Kind.SEND, message, place, "dropped")
        for each in held:
            self._emit(each, place, "" if each is message else "edited")

    def hold_back(self, window: int | None, kept: int | None) -> None:
        """Let the application wait while more than ``window`` events are unread.

        Args:
            window: How many, or None for no bound.
            kept: How many bytes of bodies the session keeps, or None for all.
        """
        self._window = window
        self._kept = kept
        self.make_room()

    def make_room(self) -> None:
        """Let the application go on: an event has been read."""
        if self._senders:
            senders, self._senders = self._senders, []
            for sender in senders:
                if not sender.done():
                    sender.set_result(None)

    def _has_room(self) -> bool:
        window = self._window
        return window is None or self.gone or len(self.outbox.events) < window

    async def _wait_for_room(self) -> None:
        while not self._has_room():
            sender: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._senders.append(sender)
            await sender

    def drop(self) -> None:
        """The client is gone: what is sent from now on reaches nobody."""
        self.gone = True
        self.make_room()
        if self._conversation is not None:
            self._conversation.gone()

    def record(
        self,
        kind: Kind,
        message: dict[str, Any],
        place: Any = None,
        cause: int | None = None,
    ) -> int | None:
        """Record something that happened while the application was running."""
        if self._record is None:
            return None
        return self._record(kind, message, place, self.handling if cause is None else cause)

    def end(self, task: asyncio.Task[None]) -> None:
        """Take note that the application has returned or raised; once is enough."""
        if self.ended:
            return
        self.ended = True
        if task.cancelled():
            self.how_it_ended = "been cancelled"
            self._note(Kind.END, {"type": "cancelled", "exception": None}, None, "")
        else:
            self._end_with(task.exception())
        self.outbox.wake()

    def take_error(self) -> BaseException | None:
        """Return what the application raised, with its own traceback, to be shown.

        A violation that it let through, or made into this, is shown with it.
        """
        error = self.error
        if error is None:
            return None
        if self.violation is not None and _came_of(error, self.violation):
            self.violation = None
        self._shown = error
        return error.with_traceback(self.traceback)

    def take_violation(self) -> ProtocolViolation:
        """Return the violation that nobody saw yet, and forget it."""
        violation, self.violation = self.violation, None
        if violation is None:
            msg = "There is no violation to take."
            raise RuntimeError(msg)
        self._shown = violation
        return violation

    def _end_with(self, error: BaseException | None) -> None:
        conversation = self._conversation
        if error is None:
            self.how_it_ended = "returned"
            ended = {"type": "returned", "exception": None}
            self._note(Kind.END, ended, None, "")
            if conversation is not None:
                self.findings.extend(conversation.returned())
            return
        self.how_it_ended = f"raised {type(error).__name__}"
        if self.gone and isinstance(error, ClientDisconnected):
            self._note(Kind.END, {"type": "returned", "exception": None}, None, "")
            return
        self.error, self.traceback = error, error.__traceback__
        lines = traceback.format_exception(error)
        ended = {"type": "raised", "exception": "".join(lines)}
        self._note(Kind.END, ended, _raised_at(error), "")
        if conversation is not None:
            self.findings.extend(conversation.raised())

    def _emit(self, message: Message, place: Any, note: str) -> None:
        try:
            copy = dict(message)
        except (TypeError, ValueError):
            copy = message
        conversation = self._conversation
        if conversation is not None:
            findings = conversation.sent(copy)
            if findings:
                self._judge(findings, message, place)
        if self._record is not None:
            recorded = dict(copy) if isinstance(copy, dict) else {"type": repr(copy)}
            if self._kept is not None:
                note = self._leave_out(recorded) or note
            self._record(Kind.SEND, recorded, place, self.handling, note)
        outbox = self.outbox
        outbox.events.append(copy)
        if outbox.waiters:
            outbox.wake()

    def _leave_out(self, recorded: dict[str, Any]) -> str:
        """Keep a body out of the session once enough of them are in it."""
        size = len(recorded.get("body", b""))
        self._kept = max((self._kept or 0) - size, 0)
        if self._kept or not size:
            return ""
        recorded["body"] = b""
        return f"body of {size} bytes not kept"

    def _refuse(self, message: Message, place: Any) -> None:
        """The client has gone: by ASGI 2.4 ``send()`` raises an ``OSError``."""
        if not self._lost:
            self._note(Kind.SEND, message, place, "lost: the client has gone")
        self._lost = True
        version = self.scope.get("asgi", {}).get("spec_version", "2.0")
        if self.scope.get("type") == "websocket" and version >= "2.4":
            msg = f"{message.get('type')}: the client has gone"
            raise ClientDisconnected(msg)

    def _judge(
        self, findings: tuple[Finding, ...], message: Message, place: Any
    ) -> None:
        self.findings.extend(findings)
        validate = self.wiring.validate
        if validate == "record":
            return
        for finding in findings:
            grave = finding.severity is Severity.ERROR
            if grave or (validate == "strict" and finding.severity is Severity.WARNING):
                self._note(Kind.SEND, message, place, f"refused by {finding.rule}")
                self.violation = ProtocolViolation(finding.rule, finding.text)
                self.outbox.wake()
                raise self.violation

    def _note(self, kind: Kind, message: Any, place: Any, note: str) -> None:
        if self._record is not None:
            copy = dict(message) if isinstance(message, dict) else {"type": repr(message)}
            self._record(kind, copy, place, self.handling, note)

    async def _hold_received(self, message: Message, frame: FrameType) -> list[Any]:
        gates = self._gates
        if gates is None:
            return [message]
        name = self.wiring.name
        try:
            return await gates.hold(name, "receive", message, frame)
        except asyncio.CancelledError:
            self.inbox.events.appendleft(message)
            raise


def _came_of(error: BaseException | None, cause: BaseException) -> bool:
    """Tell whether an exception is another one, or was raised because of it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if error is cause:
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def _raised_at(error: BaseException) -> tuple[Any, int] | None:
    """Return the innermost line of the user's in an exception's traceback."""
    place = None
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        if is_user_code(code.co_filename):
            place = (code, step.tb_lineno)
        step = step.tb_next
    return place
