"""A session as steps: one input of a client, and what the application sent then.

Replay, alignment, diff and export all look at a session this way. Feeding the
inputs to an application lives in ``_replay``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final
from weakref import WeakKeyDictionary

from asgilab.replay._content import content
from asgilab.replay._failure import failure_of
from asgilab.replay._request import Request, request_of
from asgilab.sessions import Event, Kind, Session

RESPONSE = "http.response"
"""Type of the one output that a whole HTTP response is folded into."""

_BODY = "http.response.body"
_MOST_KEPT: Final = 10_000
"""Events of a session up to which its steps are kept: forks ask for them again."""
_SPLIT: Final[WeakKeyDictionary[Session, tuple[int, tuple["Step", ...]]]] = (
    WeakKeyDictionary()
)
"""The steps of sessions, each with how many events it had then."""
_ENDS = {"raised": "application.raised", "returned": "application.returned"}


class Act(Enum):
    """What a client can do."""

    CONNECT = "connect"
    """Open a websocket: start the application and send ``websocket.connect``."""
    REQUEST = "request"
    """Send a whole HTTP request."""
    DELIVER = "deliver"
    """Send one more event on an open connection."""


@dataclass(frozen=True, slots=True)
class Input:
    """What a client did at the start of a step.

    Attributes:
        act: What it did.
        connection: Name of the connection.
        event: Index of the event in its session.
        message: The event as the application got it; for a request,
            ``{"type": "http.request", "body": ...}`` with the whole body.
        request: What was asked for, where the act starts a connection and the
            session holds its scope.
    """

    act: Act
    connection: str
    event: int
    message: Mapping[str, Any]
    request: Request | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """One thing that the application sent or did.

    Attributes:
        connection: Name of the connection.
        event: Index of the event in its session; of the first, for a response.
        message: The event. A whole HTTP response is one message of type
            ``"http.response"``, with ``more_body`` while it has not ended. The end
            of the application is one of type ``"application.returned"`` or
            ``"application.raised"``, with ``exception`` (its type) and ``message``.
        moment: When it happened, by the clock of the session.
        note: What the lab did to the event, or "".
    """

    connection: str
    event: int
    message: Mapping[str, Any]
    moment: datetime
    note: str = ""
    _decoded: dict[str, Any] | None = field(
        default=None, init=False, repr=False, compare=False
    )

    @property
    def type(self) -> str:
        """Type of the message, such as ``"websocket.send"``."""
        return str(self.message.get("type", ""))

    @property
    def content(self) -> dict[str, Any]:
        """The message with its JSON decoded; to be looked at only."""
        if self._decoded is None:
            object.__setattr__(self, "_decoded", content(self.message))
        return self._decoded or {}


@dataclass(frozen=True, slots=True)
class Step:
    """One input and the outputs that came of it, in the order they came."""

    number: int
    input: Input
    outputs: tuple[Output, ...] = ()

    def of(self, connection: str) -> list[Output]:
        """Return the outputs on one connection."""
        return [output for output in self.outputs if output.connection == connection]


def steps(session: Session) -> list[Step]:
    """Split a session into steps.

    An output belongs to the step whose input caused it, where the session
    knows the cause; otherwise to the last input before it.
    """
    count, known = _SPLIT.get(session, (-1, ()))
    if count != len(session):
        count, known = len(session), tuple(_Splitter(session).split())
        if count <= _MOST_KEPT:
            _SPLIT[session] = count, known
    return list(known)


def outputs_of(events: Iterable[Event], started: datetime) -> list[Output]:
    """Return what the application sent or did within some events, in order."""
    found: list[Output] = []
    responses: dict[str, int] = {}
    for event in events:
        if event.kind not in (Kind.SEND, Kind.END) or _unsent(event):
            continue
        output = _output(event, started)
        if output.type == _BODY and event.connection in responses:
            place = responses[event.connection]
            found[place] = _longer(found[place], output.message)
        elif output.type == "http.response.start":
            responses[event.connection] = len(found)
            found.append(replace(output, message=_response(output.message)))
        elif event.kind is Kind.SEND or output.type in _ENDS.values():
            found.append(output)
    return found


def _unsent(event: Event) -> bool:
    """Tell whether what the application sent could reach nobody in any run."""
    return event.note.startswith(("lost", "refused"))


def _output(event: Event, started: datetime) -> Output:
    message = event.message
    if event.kind is Kind.END:
        message = _end(message)
    moment = started + timedelta(seconds=event.at)
    return Output(event.connection, event.index, message, moment, event.note)


def _end(message: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(message.get("type"))
    if kind != "raised":
        return {"type": _ENDS.get(kind, kind)}
    failure = failure_of(message.get("exception"))
    return {"type": _ENDS[kind], "exception": failure.type, "message": failure.text}


def _response(start: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": RESPONSE,
        "status": start.get("status"),
        "headers": [(bytes(k), bytes(v)) for k, v in start.get("headers") or ()],
        "body": b"",
        "more_body": True,
    }


def _longer(response: Output, chunk: Mapping[str, Any]) -> Output:
    body = response.message["body"] + (chunk.get("body") or b"")
    more = bool(chunk.get("more_body", False))
    message = {**response.message, "body": body, "more_body": more}
    return replace(response, message=message)


@dataclass(slots=True)
class _Splitter:
    session: Session
    found: list[Input] = field(default_factory=list)
    step_of_event: dict[int, int] = field(default_factory=dict)
    scopes: dict[str, Event] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)

    def split(self) -> list[Step]:
        events = list(self.session)
        started = {e.connection for e in events if e.type == "websocket.connect"}
        skipped = {e.connection for e in events if _is_lifespan(e)}
        for event in events:
            if event.connection in skipped:
                continue
            if event.kind is Kind.OPEN:
                self._open(event, event.connection in started)
            elif event.kind is Kind.RECEIVE and not _given_by_nobody(event):
                self._receive(event)
            else:
                self._place(event)
        return self._assemble([e for e in events if e.connection not in skipped])

    def _open(self, event: Event, connects_later: bool) -> None:
        self.scopes[event.connection] = event
        if event.type == "http":
            self.requests[event.connection] = len(self.found)
            request = {"type": "http.request", "body": b""}
            self._add(Act.REQUEST, event, request, request_of(event.message))
        elif not connects_later:
            # The application ended, or is held, before it asked for anything.
            connect = {"type": "websocket.connect"}
            self._add(Act.CONNECT, event, connect, request_of(event.message))

    def _receive(self, event: Event) -> None:
        if event.connection in self.requests:
            if event.type == "http.request":
                self._more_body(event)
            self.step_of_event[event.index] = self.requests[event.connection]
        elif event.type == "websocket.connect":
            opened = self.scopes.get(event.connection)
            request = request_of(opened.message) if opened else None
            self._add(Act.CONNECT, event, event.message, request)
        else:
            self._add(Act.DELIVER, event, event.message, None)

    def _more_body(self, event: Event) -> None:
        place = self.requests[event.connection]
        request = self.found[place]
        body = request.message["body"] + (event.message.get("body") or b"")
        self.found[place] = replace(request, message={**request.message, "body": body})

    def _add(
        self,
        act: Act,
        event: Event,
        message: Mapping[str, Any],
        request: Request | None,
    ) -> None:
        self.step_of_event[event.index] = len(self.found)
        self.found.append(Input(act, event.connection, event.index, message, request))

    def _place(self, event: Event) -> None:
        last = max(len(self.found) - 1, 0)
        if event.cause is not None:
            last = self.step_of_event.get(event.cause, last)
        self.step_of_event[event.index] = last

    def _assemble(self, events: Sequence[Event]) -> list[Step]:
        groups: list[list[Output]] = [[] for _ in self.found]
        reached: dict[str, int] = {}
        for output in outputs_of(events, self.session.started):
            if not groups:
                break
            number = self.step_of_event[output.event]
            # Within a connection outputs keep their order, whatever caused them.
            number = max(number, reached.get(output.connection, 0))
            reached[output.connection] = number
            groups[number].append(output)
        return [
            Step(number, each, tuple(group))
            for number, (each, group) in enumerate(zip(self.found, groups, strict=True))
        ]


def _given_by_nobody(event: Event) -> bool:
    """Tell whether no client sent it, or the application never got it."""
    return event.by_server or event.note == "dropped"


def _is_lifespan(event: Event) -> bool:
    return event.kind is Kind.OPEN and event.type == "lifespan"
