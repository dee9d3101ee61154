"""Events as the browser gets them: short rows for the list, one detail at a time.

Everything is written as JSON bytes and sent as a binary buffer, because
Jupyter walks through each value of a message that is not.
"""

import json
import linecache
import math
from collections.abc import Mapping
from typing import Any, Final

from asgilab.notebook.widgets._tree import Frame, frame_of, tree
from asgilab.rendering import label, place, preview, visible
from asgilab.sessions import Event, Kind, Redact, Session, Source, redact_secrets

KINDS: Final = tuple(Kind)
"""The kinds in the order in which rows number them."""

_LONGEST_TRACEBACK: Final = 100_000
_CODE_LINES: Final = 3


def dumps(value: Any) -> bytes:
    """Write a value as compact JSON, in ASCII, so that any text survives."""
    return json.dumps(value, separators=(",", ":")).encode()


def rows(session: Session, first: int, count: int) -> dict[str, Any]:
    """Return a run of rows, complete in itself.

    Words that repeat (names, types, source lines) are numbers into ``words``.
    A row is time, connection, kind, type, preview, source, cause (or -1), note.
    """
    numbers: dict[str, int] = {}

    def word(text: str) -> int:
        return numbers.setdefault(text, len(numbers))

    found = [
        [
            _time(event.at),
            word(visible(event.connection)),
            KINDS.index(event.kind),
            word(visible(label(event))),
            preview(event),
            word(place(event.source)),
            -1 if event.cause is None else event.cause,
            word(visible(event.note)),
        ]
        for event in map(session.shown, session[first : first + count])
    ]
    return {"first": first, "words": list(numbers), "rows": found}


def brief(event: Event) -> dict[str, Any]:
    """Return what a link to an event shows."""
    return {
        "index": event.index,
        "at": _time(event.at),
        "connection": visible(event.connection),
        "kind": str(event.kind),
        "type": visible(label(event)),
        "preview": preview(event, 120),
    }


def detail(event: Event, *, live: bool) -> tuple[dict[str, Any], Frame]:
    """Return all that the detail pane shows of one event, and its frame.

    Args:
        event: The event.
        live: Whether the event was recorded in this very process. Only then is
            source code read from disk: a session file may name any file.
    """
    frame = frame_of(event.message)
    shown = brief(event) | {
        "note": visible(event.note),
        "source": source_row(event.source, live=live),
        "message": tree(_without_exception(event.message)),
        "frame": frame.row(),
        "exception": _exception(event.message),
    }
    return shown, frame


def source_row(source: Source | None, *, live: bool) -> dict[str, Any] | None:
    """Return a source line with, if it is live, the code around it."""
    if source is None:
        return None
    return {
        "place": place(source),
        "file": visible(source.file),
        "line": source.line,
        "function": visible(source.function),
        "code": _code(source) if live else [],
    }


def stop_row(stop: Any, redact: Redact | None = redact_secrets) -> dict[str, Any]:
    """Return a closed gate: one of the engine's stops, or a dict with its keys."""
    message = _part(stop, "message") or {}
    message = message if redact is None else redact(message)
    direction = str(_part(stop, "direction"))
    kind = Kind.SEND if direction == "send" else Kind.RECEIVE
    event = Event(0, 0.0, str(_part(stop, "connection")), kind, message)
    return {
        "id": _part(stop, "id"),
        "connection": visible(event.connection),
        "direction": direction,
        "type": visible(label(event)),
        "preview": preview(event),
        "frames": [_frame_row(frame) for frame in _part(stop, "frames") or ()],
    }


def _time(seconds: float) -> float:
    """Return a time that JSON can hold: a session file may give any number."""
    return round(seconds, 6) if math.isfinite(seconds) else 0.0


def _frame_row(frame: Any) -> dict[str, Any]:
    source = _part(frame, "source")
    if not isinstance(source, Source):
        return {"source": None, "locals": [], "attributes": []}
    return {
        "source": source_row(source, live=True),
        "locals": _pairs(_part(frame, "locals")),
        "attributes": _pairs(_part(frame, "attributes")),
    }


def _pairs(values: Any) -> list[list[str]]:
    named = values.items() if isinstance(values, Mapping) else ()
    return [[visible(str(name)), visible(str(text))] for name, text in named]


def _part(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


def _code(source: Source) -> list[list[Any]]:
    linecache.checkcache(source.file)
    numbers = range(max(1, source.line - _CODE_LINES), source.line + _CODE_LINES + 1)
    found = [(number, linecache.getline(source.file, number)) for number in numbers]
    return [
        [number, visible(text.rstrip(), keep="\t")[:300]]
        for number, text in found
        if text
    ]


def _without_exception(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message without the traceback, which is shown beside."""
    return {
        key: value
        for key, value in message.items()
        if key != "exception" or not isinstance(value, str)
    }


def _exception(message: Mapping[str, Any]) -> str | None:
    text = message.get("exception")
    if not isinstance(text, str):
        return None
    return visible(text[-_LONGEST_TRACEBACK:], keep="\n\t")
