"""The application's end of the line: its ``receive()`` and ``send()``.

Here events are held at gates, judged by the rules, and recorded; the test's end
is the communicator. This is the hot path: a round trip runs through it twice,
so it works on plain attributes and allocates little.
"""

import asyncio
import contextvars
import sys
import traceback
from typing import TYPE_CHECKING, Any, Final

from asgilab.communicators._endings import FAREWELLS, Endings, raises_when_gone
from asgilab.communicators._faults import raised_at
from asgilab.communicators._handling import Handling
from asgilab.communicators._holding import hold_received, pass_send
from asgilab.communicators._judging import Judged, copied, gravest, leave_out
from asgilab.communicators._outcome import Outcome
from asgilab.communicators._queue import EventQueue
from asgilab.communicators._remembering import kept, remembered
from asgilab.communicators._window import Window
from asgilab.communicators._wiring import Wiring
from asgilab.engine import Verdict, awaiting_line, clock_of, mark_root, user_place
from asgilab.errors import ClientDisconnected, IllegalDelivery, ProtocolViolation
from asgilab.protocol import SPEC, Conversation, Ending, Finding, Severity
from asgilab.sessions import Kind
from asgilab.types import Message, Scope

if TYPE_CHECKING:
    from collections.abc import Callable

CURRENT: Final[contextvars.ContextVar["Line"]] = contextvars.ContextVar("asgilab_line")
"""The line whose application is running; unset outside of any."""

_running_loop = asyncio.get_running_loop

# Bound once: to look a member up in its Enum costs Python 3.11 as much as a call.
_RECEIVE: Final = Kind.RECEIVE
_SEND: Final = Kind.SEND
_OPEN: Final = Kind.OPEN
_END: Final = Kind.END


class Line(Judged, Outcome, Handling):
    """Connects one run of an application with its communicator.

    Args:
        scope: The scope of the connection.
        wiring: Where events are recorded, gated and judged.

    Attributes:
        inbox: Events on their way to the application.
        outbox: Events from the application.
        passed: Those at the front of the inbox that are past the gate, with notes.
        findings: Breaches of the rules so far.
        closed: Whether the application itself has closed the connection.
        gone: Whether the client has left, so that nothing reaches it.
        window: Who waits because too many events are unread; None while nobody did.
    """

    def __init__(self, scope: Scope, wiring: Wiring) -> None:
        self.inbox = EventQueue()
        self.outbox = EventQueue()
        self.passed: list[tuple[Message, str]] = []
        self.findings: list[Finding] = []
        self.gone = False
        self.scope = scope
        self.wiring = wiring
        self._record: Callable[..., int] | None = None
        self._gates = wiring.gates
        self._traced = wiring.session is not None or wiring.gates is not None
        self._lost = False
        self._habits = wiring.habits
        self._last: Message | None = None
        self._endings: Endings | None = None
        self.window: Window | None = None
        self._room = sys.maxsize if wiring.window is None else wiring.window
        self._kept: int | None = None

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin: the application is about to be called."""
        wiring = self.wiring
        if wiring.validate != "off":
            severities = SPEC if self._habits is None else self._habits.severities
            self._conversation = Conversation(self.scope, severities)
        session = wiring.session
        if session is None:
            return
        clock = clock_of(loop)
        zero = clock() if wiring.zero is None else wiring.zero
        wiring.name = wiring.name or str(self.scope.get("type", "connection"))
        self._record = session.recorder(wiring.name, clock, zero)
        self._record(_OPEN, remembered(self.scope))

    def deliver(self, message: Message, ending: Ending = Ending.CLIENT) -> None:
        """Put an event where the application's next ``receive()`` gets it.

        Args:
            message: The event as the specification has it.
            ending: Who ended the connection, should the event tell of its end.

        Raises:
            IllegalDelivery: In strict mode: no server may deliver this here.
        """
        conversation = self._conversation
        over = False
        if conversation is not None:
            strict = self.wiring.validate == "strict"
            found = conversation.deliver(message, forced=not strict)
            if found:
                self._object(found, strict=strict)
            over = conversation.over
        if self._habits is not None:
            message = self._habits.deliver(message, ending)
        if over and message.get("type") in FAREWELLS:
            self._conclude(message)
            self._farewells().note(message)
        inbox = self.inbox
        inbox.events.append(message)
        if inbox.waiters:
            inbox.wake()

    def _object(self, found: tuple[Finding, ...], *, strict: bool) -> None:
        """Keep what is to be said against a delivery; raise it in strict mode."""
        for finding in found:
            self.findings.append(finding)
            if strict and finding.severity is Severity.ERROR:
                raise IllegalDelivery(finding.rule, finding.text)

    def leave(self, message: Message, ending: Ending = Ending.CLIENT) -> None:
        """The client says goodbye; an application that was told so is not told again.

        Args:
            message: The disconnect as the specification has it.
            ending: Who ended the connection.
        """
        self.hold_back(None, None)
        server_tells = self._habits is not None
        if self._last is not None:
            endings = self._farewells()
            if endings.farewell or (server_tells and endings.tell(self.inbox)):
                return
        self.gone |= server_tells or self.wiring.raise_on_gone is not None
        self.deliver(message, ending)

    async def receive(self) -> Message:
        """Give the application its next event; this is its ``receive``."""
        inbox = self.inbox
        self._handling = None
        place = user_place(sys._getframe(1)) if self._traced else None
        while True:
            while not inbox.events:
                if self._last is None or not self._farewells().tell(inbox):
                    # What inbox.wait() does: a coroutine less for each event.
                    waiter: asyncio.Future[None] = _running_loop().create_future()
                    inbox.waiters.append(waiter)
                    try:
                        await waiter
                    except BaseException:
                        inbox.forget(waiter)
                        raise
            message: Message = inbox.events.popleft()
            note = "" if self._endings is None else self._endings.note_of(message)
            gates = self._gates
            if gates is not None and (gates.watched or self.passed):
                # The frame is not kept in a variable: it would be part of a circle.
                held = await hold_received(
                    self, gates, message, place, sys._getframe(1)
                )
                if held is None:
                    continue
                message, note = held[0], held[1] or note
            self._take(message, place, note)
            return message

    def _take(self, message: Message, place: Any, note: str) -> None:
        """Judge and record that the application gets an event."""
        conversation = self._conversation
        if conversation is not None and conversation.attentive:
            conversation.received(message)
        if self._record is not None:
            self._handling = self._record(_RECEIVE, dict(message), place, None, note)

    async def send(self, message: Message) -> None:
        """Take an event from the application; this is its ``send``."""
        place = None
        if self._traced:
            place = user_place(sys._getframe(1)) or awaiting_line()
        gates = self._gates
        if len(self.outbox.events) >= self._room and not self.gone:
            await self._wait_for_room()
        verdict = None
        if gates is not None and gates.watched and not self.gone:
            verdict = await pass_send(self, gates, message, sys._getframe(1))
        if self.gone:  # since before the call, or while it waited here
            self._refuse(message, place)
            await asyncio.sleep(0)  # who sends for ever must be open to cancelling
        elif verdict is None:
            self._emit(message, place, "")
        else:
            self._pass_on(verdict, message, place)

    def hold_back(self, window: int | None, kept: int | None) -> None:
        """Let the application wait while ``window`` events are unread.

        Args:
            window: How many; None for no bound, as long as its reader is there.
            kept: How many bytes of bodies the session keeps, or None for all.
        """
        if self.window is not None:
            self.window.lift()
            self.window = None
        self._room = sys.maxsize if window is None else window
        self._kept = kept

    def inject(self, message: Message, note: str = "injected") -> None:
        """Emit an event as if the application had sent it, past its gate.

        Raises:
            ProtocolViolation: The application may not send this now.
        """
        try:
            self._emit(message, None, note)
        except ProtocolViolation:
            self.take_violation()  # it is no fault of the application
            raise

    def drop(self) -> None:
        """The client is gone: what is sent from now on reaches nobody."""
        self.gone = True
        self.hold_back(None, self._kept)
        if self._conversation is not None:
            self._conversation.gone()

    def record(
        self,
        kind: Kind,
        message: dict[str, Any],
        place: Any = None,
        cause: int | None = None,
        note: str = "",
    ) -> int | None:
        """Record something that happened while the application was running."""
        if self._record is None:
            return None
        cause = self.handling if cause is None else cause
        return self._record(kind, message, place, cause, note)

    def attend(self, task: asyncio.Task[None]) -> None:
        """Take note of the task that the application runs in, and of its end."""
        self.root = task
        task.add_done_callback(self.end)

    @mark_root
    def end(self, task: asyncio.Task[None]) -> None:
        """Take note that the application has returned or raised; once is enough."""
        if self.ended:
            return
        self.ended = True
        self.root = None
        if self._gates is not None:
            self._gates.over(self.wiring.name)
        if task.cancelled():
            self.how_it_ended = "been cancelled"
            self._note(Kind.END, {"type": "cancelled", "exception": None}, None, "")
        else:
            self._end_with(task.exception())
        if self.outbox.waiters:
            self.outbox.wake()

    def _end_with(self, error: BaseException | None) -> None:
        conversation = self._conversation
        if error is None:
            self.how_it_ended = "returned"
            if self._record is not None:
                ended = {"type": "returned", "exception": None}
                self._record(_END, ended, None, self.handling)
            found = () if conversation is None else conversation.returned()
            if found:
                self.findings += found
            return
        self.how_it_ended = f"raised {type(error).__name__}"
        if self.gone and isinstance(error, ClientDisconnected):
            self._note(Kind.END, {"type": "returned", "exception": None}, None, "")
            return
        self.error, self.traceback = error, error.__traceback__
        if self._record is not None:
            text = "".join(traceback.format_exception(error))
            ended = {"type": "raised", "exception": text}
            self._note(Kind.END, ended, raised_at(error), "")
        if conversation is not None:
            self.findings.extend(conversation.raised())

    def _emit(self, message: Message, place: Any, note: str) -> None:
        copy: Any = dict(message) if type(message) is dict else copied(message)
        conversation = self._conversation
        if conversation is not None:
            findings = conversation.sent(copy)
            if conversation.over and self._last is None:
                self._conclude(message)
            if findings and not self._takes_effect(
                conversation, findings, message, place
            ):
                return
        if self._record is not None:
            recorded = kept(copy)
            if self._kept is not None:
                note = self._leave_out(recorded) or note
            cause = self._handling if self.aside is None else self.handling
            self._record(_SEND, recorded, place, cause, note)
        if self._habits is not None:
            copy = self._habits.transmit(copy)
        if copy is not None:
            self.outbox.put_nowait(copy)

    def _leave_out(self, recorded: Message) -> str:
        assert self._kept is not None
        self._kept, note = leave_out(recorded, self._kept)
        return note

    def _pass_on(self, verdict: Verdict, message: Message, place: Any) -> None:
        """Emit what came through the gate in the place of an event."""
        if not verdict.messages:
            self._note(Kind.SEND, message, place, verdict.word)
        for each, note in verdict.messages:
            self._emit(each, place, note)

    def _conclude(self, last: Message) -> None:
        """The connection is over: whoever waits in ``receive()`` is told so."""
        if self._last is None:
            self._last = last
            if self.inbox.waiters:
                self.inbox.wake()

    def _farewells(self) -> Endings:
        """Return what tells the application of the end, once there is one."""
        if self._endings is None:
            assert self._conversation is not None
            assert self._last is not None
            self._endings = Endings(
                self._conversation, self._habits, self.findings, self._last
            )
        return self._endings

    async def _wait_for_room(self) -> None:
        """Wait until the reader has taken some of what is unread."""
        if self.window is None:
            self.window = Window(self._room, self.outbox)
        await self.window.wait_for_room()

    def _refuse(self, message: Message, place: Any) -> None:
        """The client has gone: by ASGI 2.4 ``send()`` raises an ``OSError``."""
        if not self._lost:
            self._note(Kind.SEND, message, place, "lost: the client has gone")
        self._lost = True
        if raises_when_gone(self.scope, self.wiring):
            msg = f"{message.get('type')}: the client has gone"
            raise ClientDisconnected(msg)

    def lose(self, message: Message, place: Any, word: str) -> None:
        """Take note that an event never reached the application, and in what way."""
        self._note(Kind.RECEIVE, message, place, word)
        if self._endings is not None:
            self._endings.forget()

    def _takes_effect(
        self,
        conversation: Conversation,
        findings: tuple[Finding, ...],
        message: Message,
        place: Any,
    ) -> bool:
        """Act on what was found in an event; False if it was over before.

        Raises:
            ProtocolViolation: It breaks a rule that validation does not let pass.
        """
        self.findings.extend(findings)
        refused = gravest(findings, self.wiring.validate)
        if refused is not None:
            self._note(Kind.SEND, message, place, f"refused by {refused.rule}")
            self.violation = ProtocolViolation(refused.rule, refused.text)
            self.outbox.wake()
            raise self.violation
        if conversation.ignored:
            self._note(Kind.SEND, message, place, "lost: the connection is over")
        return not conversation.ignored

    def _note(self, kind: Kind, message: Any, place: Any, note: str) -> None:
        if self._record is not None:
            copy = (
                dict(message) if isinstance(message, dict) else {"type": repr(message)}
            )
            self._record(kind, copy, place, self.handling, note)
