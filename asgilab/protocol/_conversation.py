"""The walker: follows one conversation through the table of its protocol.

It knows no rule by itself. What is legal when stands in the tables, what values mean
in the checks of ``_http``, ``_websocket``, ``_lifespan`` and ``_extensions``. It
waits for nothing, reads no clock and knows no event loop.

How an event is judged: is it an event of this protocol at all (GEN-04 to GEN-07,
EXT-01); may it come in this state (the table); are its values right (the checks).
The first of these that fails ends the judgement, so that one fault is one finding.
"""

from collections.abc import Mapping, Sequence
from operator import is_
from typing import Final

from asgilab.protocol._extensions import file_breaches
from asgilab.protocol._findings import (
    NOTHING,
    Breach,
    Breaches,
    Finding,
    Findings,
    Severity,
)
from asgilab.protocol._http import HTTP
from asgilab.protocol._memory import Memory
from asgilab.protocol._messages import (
    Direction,
    MessageType,
    key_breaches,
    read_once,
)
from asgilab.protocol._order import disorder, expected, legal_types
from asgilab.protocol._protocol import Ways
from asgilab.protocol._protocols import ANYTHING, PROTOCOLS
from asgilab.protocol._severities import SPEC, Severities
from asgilab.protocol._table import Arrow
from asgilab.protocol._values import named, shown
from asgilab.types import Message, Scope

# Bound once: to look a member up in its Enum costs Python 3.11 as much as a call.
_SEND: Final = Direction.SEND
_RECEIVE: Final = Direction.RECEIVE


class Conversation:
    """One connection's events, judged as they come.

    Tell it of everything, in order: ``deliver()`` before an event is put into
    ``receive()``, ``received()`` when the application has got it, ``sent()`` for
    each event that it sends, and ``returned()`` or ``raised()`` at its end. Each
    answers with what that event breaks: ``()`` nearly always.

    After a finding it goes on, and the state is the one that a server would be in:

    * An event that may not come in this state, that no scope announces or that is
      no event leaves the state as it was. The table names the few exceptions, such
      as an early accept.
    * An event that may come but holds wrong values moves the state as the right one
      would have done. So an application whose ``send()`` raised for the value finds
      the same state as with uvicorn and daphne.
    * An event that the specification makes a no-op (after the end) changes nothing,
      and ``ignored`` is True.
    * A delivery with an error counts as refused and changes nothing at all, unless
      it is forced.

    Example:
        A frame before the handshake was answered::

            conversation = Conversation(websocket_scope("/chat/"))
            conversation.deliver({"type": "websocket.connect"})        # ()
            conversation.sent({"type": "websocket.send", "text": "hi"})
            # (Finding(rule="WS-30", severity=Severity.ERROR, text="websocket.send
            # in state connecting; expected websocket.accept, websocket.close or
            # websocket.http.response.start"),)

    Args:
        scope: The scope that the application is given, complete: a copy is kept
            to see whether it was changed (GEN-13). A scope of an unknown type gets
            a conversation that allows everything.
        severities: How grave each rule is. A rule that is off is not reported.

    Attributes:
        scope: The scope.
        severities: The severities.
        protocol: The protocol, with its table.
        state: The state now, such as ``"connecting"`` or ``"open"``.
        attentive: Whether ``received()`` has anything to note; to call it when there
            is nothing does no harm.
        ignored: Whether the last event of ``sent()`` is to have no effect: the
            connection had ended before. In the state ``gone`` a server of version
            2.4 raises an OSError for it (HTTP-33, WS-40).
        over: Whether nothing that the application sends has any effect any more:
            its response is complete, it has closed or denied the websocket, it has
            answered shutdown or failed to start, or the client is ``gone``.
        steady: Whether frames go both ways and change nothing: the quick way
            is open, and the connection is surely not over.
    """

    __slots__ = (
        "_before",
        "_memory",
        "attentive",
        "ignored",
        "over",
        "protocol",
        "scope",
        "severities",
        "state",
        "steady",
    )

    def __init__(self, scope: Scope, severities: Severities = SPEC) -> None:
        kind = scope.get("type")
        self.scope = scope
        self.severities = severities
        self.protocol = (
            PROTOCOLS.get(kind, ANYTHING) if isinstance(kind, str) else ANYTHING
        )
        self.state = self.protocol.start
        self.ignored = self.over = self.steady = False
        self._memory = Memory(scope)
        self._before = dict(scope)
        # Something is still to be noted from what the application receives.
        self.attentive = self.protocol is not HTTP

    @property
    def allowed(self) -> tuple[str, ...]:
        """The event types that the application may send now."""
        return legal_types(self.protocol, self._memory, self.state, _SEND)

    @property
    def deliverable(self) -> tuple[str, ...]:
        """The event types that may be delivered to the application now."""
        return legal_types(self.protocol, self._memory, self.state, _RECEIVE)

    def deliver(self, message: Message, *, forced: bool = False) -> Findings:
        """Judge an event that is about to be put into ``receive()``.

        Args:
            message: The event.
            forced: Whether it is delivered whatever is found. Otherwise an event
                with an error counts as refused, and the conversation stays as it
                was.

        Returns:
            What it breaks.
        """
        # The quick way: nothing but a frame with one key, while frames may come.
        if (
            self.steady
            and type(message) is dict
            and len(message) == 2
            and message.get("type") == "websocket.receive"
            and (
                type(message.get("text")) is str or type(message.get("bytes")) is bytes
            )
        ):
            return NOTHING
        if self._quickly(self.protocol.ways_in, message):
            return NOTHING
        return self._judge(message, _RECEIVE, forced=forced)

    def received(self, message: Message) -> None:
        """Note that the application has got an event out of ``receive()``.

        Args:
            message: The event.
        """
        if self.attentive:
            memory = self._memory
            memory.touched = True
            if isinstance(message, Mapping):
                memory.heard |= message.get("type") == self.protocol.awaited
            self.attentive = not memory.heard and self.protocol is not ANYTHING

    def sent(self, message: Message) -> Findings:
        """Judge an event that the application sends.

        Args:
            message: A shallow copy of the event. What may be read only once, such
                as a generator of headers, is replaced in it by a list.

        Returns:
            What it breaks.
        """
        if (
            self.steady
            and type(message) is dict
            and len(message) == 2
            and message.get("type") == "websocket.send"
            and (
                type(message.get("text")) is str or type(message.get("bytes")) is bytes
            )
        ):
            return NOTHING
        self.ignored = False
        if self._quickly(self.protocol.ways_out, message):
            return NOTHING
        return self._judge(message, _SEND, forced=True)

    def gone(self) -> None:
        """Note that the client has left without a word: the socket is lost."""
        if self.protocol is not ANYTHING:
            self._move(self._arrow("(drop)"))

    def returned(self, result: object = None) -> Findings:
        """Judge the return of the application.

        Args:
            result: What it returned; anything but None breaks GEN-17.

        Returns:
            What it breaks.
        """
        if result is None and self.state in self.protocol.exits and self._untouched():
            return NOTHING  # the quick way: there is nothing of which to speak
        breaches = self._end("(return)", "returned")
        if self.protocol is ANYTHING and not self._memory.touched:
            kind = shown(self.scope.get("type"))
            said = f"the application returned at once from a scope of type {kind}"
            breaches.append(("GEN-03", f"{said}; expected an exception"))
        if result is not None:
            breaches.append(
                ("GEN-17", f"the application returned {shown(result)}; expected None")
            )
        return self._findings(breaches) if breaches else NOTHING

    def raised(self) -> Findings:
        """Judge that the application raised an exception of its own.

        An OSError that ``send()`` raised and that rises from the application is
        none of its own (GEN-16): call neither this nor ``returned()`` for it.

        Returns:
            What it breaks.
        """
        return self._findings(self._end("(raise)", "raised"))

    # From here on: the long way.

    def _judge(
        self, message: Message, direction: Direction, *, forced: bool
    ) -> Findings:
        """Walk one step, and say what was wrong with it."""
        if self.protocol is ANYTHING:
            self._memory.touched = True
            return NOTHING
        row = self._recognise(message, direction)
        if not isinstance(row, MessageType):
            return self._findings([row])
        return self._walk(row, message, forced=forced)

    def _quickly(self, ways: Ways, message: Message) -> bool:
        """Take the step of an event in which there is nothing to judge, if so."""
        kind = message.get("type") if type(message) is dict else None
        if type(kind) is not str:
            return False
        way = ways[self.state].get(kind)
        if way is None:
            return False
        flag = way[0](self._memory, message)
        if flag is None:
            return False
        self._move(way[1][flag])
        return True

    def _recognise(
        self, message: Message, direction: Direction
    ) -> MessageType | Breach:
        """The row of an event, or why it has none: GEN-04 to GEN-07, EXT-01."""
        if not isinstance(message, dict):
            return "GEN-04", f"{shown(message)} in state {self.state}; expected a dict"
        kind = message.get("type")
        if not isinstance(kind, str):
            said = f"an event of type {shown(kind)} in state {self.state}"
            return "GEN-05", f"{said}; expected a str"
        sent = direction is _SEND
        row = (self.protocol.sends if sent else self.protocol.receives).get(kind)
        if row is None:
            rule, wrong = self._unknown(kind, direction)
        elif row.extension is None or self._memory.announces(row.extension):
            return row
        else:
            rule, wrong = "EXT-01", " without its extension in the scope"
        said = f"{named(kind)} in state {self.state}{wrong}"
        return rule, f"{said}; {self._expected(direction)}"

    def _unknown(self, kind: str, direction: Direction) -> Breach:
        """Which rule an event of another type breaks, and what to say of it."""
        if not kind.startswith(f"{self.protocol.name}."):
            return "GEN-06", f" of a {self.protocol.name} scope"
        if direction is _SEND:
            return self.protocol.unknown_sent, ", which is no event to send"
        return self.protocol.unknown_delivered, ", which is no event to deliver"

    def _walk(self, row: MessageType, message: Message, *, forced: bool) -> Findings:
        """Take the step of an event that the protocol knows."""
        protocol, memory = self.protocol, self._memory
        flag = protocol.flag(memory, row.type, message)
        arrow = self._arrow(row.type + flag)
        breaches: list[Breach] = []
        if arrow.rule is not None:
            said = disorder(protocol, memory, self.state, row, flag)
            breaches.append((arrow.rule, said))
        if arrow.taken:
            breaches += self._content(row, message)
        else:
            for name in row.iterables:
                read_once(message, name)
        found = self._findings(breaches) if breaches else NOTHING
        if found and not forced and _has_error(found):
            return found
        self.ignored |= arrow.ignored
        note = protocol.notes.get(row.type)
        if note is not None and arrow.taken:
            note(memory, message)
        self._move(arrow)
        return found

    def _arrow(self, step: str) -> Arrow:
        return self.protocol.table[self.state][step]

    def _content(self, row: MessageType, message: Message) -> list[Breach]:
        """What is wrong with the values of an event."""
        breaches = list(key_breaches(row, message))
        check = self.protocol.checks.get(row.type)
        if check is not None:
            breaches += check(self._memory, message, self.state)
        if not breaches:
            return breaches
        said = f"{row.type} in state {self.state}"
        return [(rule, f"{said} {wrong}") for rule, wrong in breaches]

    def _move(self, arrow: Arrow) -> None:
        state = self.state = arrow.state
        protocol = self.protocol
        self.over = state in protocol.ends
        self.steady = state in protocol.steady and self._memory.greeted

    def _end(self, step: str, verb: str) -> list[Breach]:
        """What the end of the application breaks, whichever end it is."""
        breaches: list[Breach] = []
        if self.protocol is ANYTHING:
            return breaches
        rule = self._arrow(step).rule
        if rule is not None:
            said = f"the application {verb} in state {self.state}"
            breaches.append((rule, f"{said}; {self._expected(_SEND)}"))
        if self._memory.files:
            breaches += file_breaches(self._memory)
        if not self._untouched():
            breaches += _scope_breaches(self._before, self.scope)
        return breaches

    def _untouched(self) -> bool:
        """Whether the scope is as it was, and no file was sent that may be open."""
        before, scope = self._before, self.scope
        return (
            not self._memory.files
            and len(scope) == len(before)
            and all(map(is_, scope.values(), before.values()))
        )

    def _expected(self, direction: Direction) -> str:
        return expected(legal_types(self.protocol, self._memory, self.state, direction))

    def _findings(self, breaches: Sequence[Breach]) -> Findings:
        """Breaches with their severities, without those that are off."""
        return tuple(
            Finding(rule, self.severities[rule], said)
            for rule, said in breaches
            if self.severities[rule] is not Severity.OFF
        )


def _scope_breaches(before: Scope, scope: Scope) -> Breaches:
    """Which keys of a scope were changed (GEN-13), if any."""
    keys = [
        key
        for key in {**before, **scope}
        if before.get(key, before) is not scope.get(key, scope)
    ]
    if keys:
        names = ", ".join(map(shown, keys))
        said = f"the application changed {names} in its scope"
        yield "GEN-13", f"{said}; expected a changed copy"


def _has_error(found: Findings) -> bool:
    return any(finding.severity is Severity.ERROR for finding in found)
