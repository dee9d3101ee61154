"""The events of a session as lines to show, for terminals and for static pages.

What stands in a column is decided here, how a column looks is not. The widget
has its own way, because it must draw a hundred thousand rows.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from asgilab.rendering._preview import arrow, label, place, preview
from asgilab.rendering._visible import visible
from asgilab.sessions import UNSUPPORTED, Event, Kind, Session

LAST: Final = 500
"""Events that a static rendering shows unless it is told otherwise."""

GAP: Final = 1.0
"""Seconds without an event from which on a gap is marked."""

_LONGEST_TRACEBACK: Final = 20_000


@dataclass(frozen=True, slots=True)
class Line:
    """One event, ready to show: every text in it is safe for a terminal.

    Attributes:
        index: Index of the event in its session.
        time: Seconds since the session began, as text.
        gap: Seconds without any event before this one, or None if unremarkable.
        connection: Name of the connection.
        lane: Number of the connection, counted from 0.
        arrow: Glyph of the direction.
        label: Type of the event.
        preview: Payload in one line.
        place: Source line in short.
        note: What the lab did to the event, or "".
        tone: ``"raised"``, ``"quiet"`` (logs, queries, no lifespan) or "".
        traceback: The exception's traceback, or "".
    """

    index: int
    time: str
    gap: float | None
    connection: str
    lane: int
    arrow: str
    label: str
    preview: str
    place: str
    note: str
    tone: str
    traceback: str


def lines(session: Session, last: int = LAST) -> Iterator[Line]:
    """Yield the last events of a session as lines."""
    lanes = {name: lane for lane, name in enumerate(session.connections)}
    first = max(0, len(session) - max(0, last))
    before = session[first - 1].at if first else None
    for event in map(session.shown, session[first:]):
        gap = event.at - before if before is not None else 0.0
        yield line_of(
            event, lanes.get(event.connection, 0), gap if gap >= GAP else None
        )
        before = event.at


def clock(seconds: float) -> str:
    """Return a time of the session as text, such as ``1:02.345``."""
    if not math.isfinite(seconds):
        return "?"  # a session file may hold any number
    sign = "-" if seconds < 0 else ""
    minutes, rest = divmod(round(abs(seconds) * 1000), 60_000)
    if minutes:
        return f"{sign}{minutes}:{rest // 1000:02}.{rest % 1000:03}"
    return f"{sign}{rest // 1000}.{rest % 1000:03}"


def duration(seconds: float) -> str:
    """Return a span of time as text, such as ``12.4 s``."""
    if not math.isfinite(seconds):
        return "?"
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def line_of(event: Event, lane: int, gap: float | None = None) -> Line:
    """Return one event as a line; see :class:`Line` for the arguments."""
    quiet = event.kind is not Kind.END or event.type == UNSUPPORTED
    traceback = "" if quiet else _traceback(event.message.get("exception"))
    return Line(
        event.index,
        clock(event.at),
        gap,
        visible(event.connection),
        lane,
        arrow(event.kind),
        visible(label(event)),
        preview(event),
        place(event.source),
        visible(event.note),
        _tone(event),
        traceback,
    )


def _tone(event: Event) -> str:
    if event.kind is Kind.END and event.type == "raised":
        return "raised"
    quiet = event.kind in (Kind.LOG, Kind.SQL) or event.type == UNSUPPORTED
    return "quiet" if quiet else ""


def _traceback(text: Any) -> str:
    if not isinstance(text, str):
        return ""
    return visible(text[-_LONGEST_TRACEBACK:], keep="\n\t").strip("\n")
