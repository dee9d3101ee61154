"""What the magics return: small values that show themselves in a cell.

Each is a plain value: it keeps no connection, no task and no frame. How cards
look is decided in ``_cards``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from asgilab.engine import FrameText, Quiet, Stop
from asgilab.export import Exported
from asgilab.notebook._cards import (
    Card,
    Table,
    Tone,
    body_text,
    count,
    frame_lines,
    message_text,
    stop_text,
)
from asgilab.notebook._standing import Standing
from asgilab.rendering import clip, to_text, visible
from asgilab.sessions import Redact, Session, redact_secrets

_LONGEST_VALUE = 2000


def unread_line(unread: Mapping[str, int]) -> list[str]:
    """Return which connections have something to be received, as a line of detail."""
    waiting = [f"{name} {number}" for name, number in unread.items() if number]
    return [f"unread: {', '.join(waiting)}"] if waiting else ["nothing came back"]


@dataclass(frozen=True, slots=True, repr=False)
class Ready(Card):
    """An application is there to be connected to.

    Attributes:
        application: Its import string, or its repr.
        settings: Its Django settings, where there are some.
        routes: The WebSocket paths it has, as far as they can be seen.
        before: After a reset, the session that it ended.
    """

    application: str
    settings: str | None
    routes: tuple[str, ...]
    before: Session | None = None

    tone = "good"

    @property
    def headline(self) -> str:
        with_settings = f" with {self.settings}" if self.settings else ""
        return f"{visible(self.application)} is ready{with_settings}."

    @property
    def details(self) -> list[str]:
        lines = [f"%asgi_connect {visible(route)}" for route in self.routes]
        if self.before is not None:
            lines.append(f"the session before had {count(len(self.before), 'event')}")
        return lines or ["%asgi_connect PATH opens a websocket to it"]


@dataclass(frozen=True, slots=True, repr=False)
class Connected(Card):
    """A connection was accepted.

    Attributes:
        name: Name of the connection.
        path: Where it is connected to.
        subprotocol: What the application chose, or None.
        unread: Events that it has sent since.
        variable: Whether the notebook has a variable of that name now.
    """

    name: str
    path: str
    subprotocol: str | None
    unread: int
    variable: bool

    tone = "good"

    @property
    def headline(self) -> str:
        chosen = f", subprotocol {self.subprotocol!r}" if self.subprotocol else ""
        unread = f"; {count(self.unread, 'event')} unread" if self.unread else ""
        return f"{self.name} is connected to {visible(self.path)}{chosen}{unread}."

    @property
    def details(self) -> list[str]:
        if self.variable:
            return []
        if not self.name.isidentifier():
            return [f"only magics know it: {self.name} is no name of a variable"]
        return [f"the notebook has a variable {self.name} of its own, which is kept"]


@dataclass(frozen=True, slots=True, repr=False)
class Refused(Card):
    """A connection was not accepted; it is false in a condition.

    Attributes:
        name: Name of the connection.
        path: Where it wanted to connect to.
        code: Close code, or None where an HTTP response denied it.
        status: HTTP status a real client would see.
        body: Body of the HTTP response, or b"".
    """

    name: str
    path: str
    code: int | None
    status: int
    body: bytes = b""

    tone = "bad"

    @property
    def headline(self) -> str:
        if self.code is None:
            how = f"denied with status {self.status}"
        else:
            how = f"rejected with close code {self.code}"
        return f"{self.name} was {how} by {visible(self.path)}."

    @property
    def details(self) -> list[str]:
        return [body_text(self.body)] if self.body else []

    def __bool__(self) -> bool:
        return False


@dataclass(frozen=True, slots=True, repr=False)
class Stands(Card):
    """Where a connection stands; what most magics show of a paused one.

    Attributes:
        standing: Where it stands.
        passed: What was let through just before, or None.
        before: What the magic itself did, as a sentence, or "".
    """

    standing: Standing
    passed: Stop | None = None
    before: str = ""

    @property
    def tone(self) -> Tone:
        if self.standing.status.word == "raised":
            return "bad"
        return "paused" if self.standing.stop or self.standing.paused else "plain"

    @property
    def stop(self) -> Stop | None:
        """What is held at the gate, or None."""
        return self.standing.stop

    @property
    def headline(self) -> str:
        return f"{self.standing.sentence}."

    @property
    def details(self) -> list[str]:
        lines = [self.before] if self.before else []
        if self.passed is not None:
            lines.append(f"let through: {stop_text(self.passed, self.standing.redact)}")
        if self.stop is not None:
            lines.append(f"held: {stop_text(self.stop, self.standing.redact)}")
        if self.standing.unread:
            lines.append(f"unread: {count(self.standing.unread, 'event')}")
        return lines + frame_lines(self.standing.frames)


@dataclass(frozen=True, slots=True, repr=False)
class Inspected(Stands):
    """Where a connection stands, with the locals of every frame."""

    @property
    def frames(self) -> tuple[FrameText, ...]:
        """The user's frames, innermost first."""
        return self.standing.frames

    @property
    def details(self) -> list[str]:
        lines = []
        if self.stop is not None:
            lines.append(f"held: {visible(self.stop.direction)} {self.stop.why}")
            redact = self.standing.redact or dict
            pairs = redact(self.stop.message).items()
            lines += [f"  {visible(str(k))}: {_value(v)}" for k, v in pairs]
        if self.standing.unread:
            lines.append(f"unread: {count(self.standing.unread, 'event')}")
        if self.stop is not None and not self.frames:
            lines.append("no line of yours waits there: a framework asks for the event")
        return lines + frame_lines(self.frames, values=len(self.frames))


@dataclass(frozen=True, slots=True, repr=False)
class Sent(Card):
    """A frame was sent.

    Attributes:
        name: Name of the connection.
        message: The event that the application was given.
        unread: How many events each connection has unread since.
        redact: Takes the secrets out of what is shown of it; None shows all.
    """

    name: str
    message: dict[str, Any]
    unread: dict[str, int]
    redact: Redact | None = redact_secrets

    @property
    def headline(self) -> str:
        return f"{self.name} → {message_text(self.message, self.redact)}"

    @property
    def details(self) -> list[str]:
        return unread_line(self.unread)


@dataclass(frozen=True, slots=True, repr=False)
class Nothing(Card):
    """Nothing came; it is true in a condition.

    Attributes:
        name: Name of the connection.
        quiet: What the loop said of itself, or None when it was waited for.
        waited: Seconds that counted as nothing.
    """

    name: str
    quiet: Quiet | None
    waited: float

    tone = "good"

    @property
    def certain(self) -> bool:
        """Whether nothing can come any more unless something is sent."""
        return self.quiet is not None and self.quiet.certain

    @property
    def headline(self) -> str:
        if not self.certain:
            return f"{self.name} sent nothing within {self.waited:g} s."
        timer = self.quiet.next_timer if self.quiet else None
        until = "" if timer is None else f" before a timer in {timer:.3g} s"
        return f"{self.name} sends nothing{until}: certain, nothing is left to run."

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True, slots=True, repr=False)
class Disconnected(Card):
    """Connections were closed from the client's side.

    Attributes:
        endings: How each application ended, by the connection's name.
        left: Tasks of these applications that go on, each as a sentence.
    """

    endings: dict[str, str]
    left: tuple[str, ...] = ()

    @property
    def tone(self) -> Tone:
        return "bad" if self.left else "plain"

    @property
    def headline(self) -> str:
        if not self.endings:
            return "Nothing was connected."
        each = (f"{name} ({how})" for name, how in self.endings.items())
        return f"Disconnected: {', '.join(each)}."

    @property
    def details(self) -> list[str]:
        return [visible(sentence) for sentence in self.left]


@dataclass(frozen=True, slots=True, repr=False)
class Saved(Card):
    """A session was written to a file."""

    path: Path
    events: int

    tone = "good"

    @property
    def headline(self) -> str:
        return f"Saved {count(self.events, 'event')} to {self.path}."


@dataclass(frozen=True, slots=True, repr=False)
class ExportCard(Card):
    """A session was written as a test.

    Attributes:
        exported: The test, and how it fares.
    """

    exported: Exported

    @property
    def source(self) -> str:
        """What is in the file."""
        return self.exported.source

    @property
    def passed(self) -> bool:
        """Whether the test was run and passed."""
        return self.exported.passed

    @property
    def tone(self) -> Tone:
        if self.exported.run is None:
            return "plain"
        return "bad" if self.exported.trouble else "good"

    @property
    def headline(self) -> str:
        result = visible(self.exported.verdict)
        path = visible(str(self.exported.path))
        if self.exported.trouble:
            return f"The test in {path} {self.exported.trouble}: {result}."
        return f"Exported to {path}: {result}."

    @property
    def details(self) -> list[str]:
        return [visible(line) for line in self.exported.summary_lines()]

    def _repr_html_(self) -> str:
        source = escape(visible(self.source, keep="\n\t"))
        shown = f"<details><summary>the test</summary><pre>{source}</pre></details>"
        return Card._repr_html_(self) + shown


@dataclass(frozen=True, slots=True, repr=False)
class Note(Card):
    """Something was done that one sentence tells."""

    text: str
    more: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        return self.text

    @property
    def details(self) -> list[str]:
        return list(self.more)


@dataclass(frozen=True, slots=True, repr=False)
class Overview(Card):
    """A sentence and a table: what ``%asgi_status`` and ``%asgi_help`` show."""

    text: str
    table: Table

    @property
    def headline(self) -> str:
        return self.text

    @property
    def details(self) -> list[str]:
        return self.table.lines() if self.table.rows else []

    def _repr_html_(self) -> str:
        bare = Note(self.text)._repr_html_()
        return bare + (self.table.html() if self.table.rows else "")


class TextTimeline:
    """A session as text, for a terminal."""

    def __init__(self, session: Session, width: int) -> None:
        self.session = session
        self.width = width

    def __repr__(self) -> str:
        return to_text(self.session, width=self.width)


def _value(value: Any) -> str:
    return clip(visible(repr(value)), _LONGEST_VALUE)
