"""How a session is written down: JSON Lines, a header and then one event a line.

No pickle, and nothing that is read here is ever evaluated. What JSON cannot
hold gets a one-key object whose key starts with a dollar sign:

- bytes: ``{"$bytes": "<base64>"}``
- a float that is no number: ``{"$float": "nan"}``
- anything else (a user in a scope, say): ``{"$repr": "<text>"}``
- an object of the user's own whose only key looks like these: ``{"$dict": {...}}``
"""

import base64
import json
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Protocol

from asgilab.sessions._event import Event
from asgilab.sessions._redaction import Redact

FORMAT: Final = "asgilab-session"
VERSION: Final = 1
_MARKS: Final = frozenset({"$bytes", "$float", "$repr", "$dict"})
_LONGEST_REPR: Final = 200
_LARGEST_INT: Final = 14_000
"""Bits; Python refuses to read a decimal number of more than 4300 digits."""
_NOT_PLAIN: Final = object()
_STRIP: Final[dict[type, Callable[[Any], Any]]] = {
    str: str.__str__,
    int: int.__int__,
    float: float.__float__,
    bytes: bytes.__bytes__,
}
_ENCODER: Final = json.JSONEncoder(check_circular=False)
DEEPEST: Final = 100
"""How deep lists and mappings may lie in one another."""


class Written(Protocol):
    """What a session file holds of a session: its events and these facts."""

    application: str | None
    settings: str | None
    app_dir: str | None
    started: datetime
    options: dict[str, dict[str, Any]]
    lifespan: bool
    clock: str | None
    redact: Redact | None

    def shown(self, event: Event) -> Event: ...
    def __iter__(self) -> Iterator[Event]: ...


def dump(session: Written) -> Iterator[str]:
    """Yield the lines of a session file, each with its line end."""
    yield header_line(session)
    for event in session:
        yield event_line(session.shown(event))


def header_line(session: Written) -> str:
    """Return the first line of a session file."""
    header: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "started": session.started.isoformat(),
        "application": session.application,
        "settings": session.settings,
        "app_dir": session.app_dir,
        "options": encode(_shown_options(session)),
    }
    if session.lifespan:
        header["lifespan"] = True
    if session.clock is not None:
        header["clock"] = session.clock
    return json.dumps(header) + "\n"


def _shown_options(session: Written) -> dict[str, Mapping[str, Any]]:
    redact = session.redact
    if redact is None:
        return dict(session.options)
    return {name: redact(asked) for name, asked in session.options.items()}


def event_line(event: Event, options: Mapping[str, Any] | None = None) -> str:
    """Return the line of one event.

    Args:
        event: The event.
        options: How its connection was asked for, where that was known only after
            the header had been written; see ``Session.options``.
    """
    row: dict[str, Any] = {
        "index": event.index,
        "at": round(event.at, 6),
        "connection": event.connection,
        "kind": event.kind.value,
        "message": encode(event.message),
    }
    if event.source is not None:
        source = event.source
        row["source"] = [source.file, source.line, source.function]
    if event.cause is not None:
        row["cause"] = event.cause
    if event.note:
        row["note"] = event.note
    if options:
        row["options"] = encode(options)
    return json.dumps(row) + "\n"


def plain_line(
    index: int,
    at: float,
    connection: str,
    kind: str,
    message: Mapping[str, Any],
    options: Mapping[str, Any] | None = None,
) -> str:
    """Return the line of an event of which nothing else is known, in less time.

    It is the line that :func:`event_line` returns; the arguments are the fields of
    the event, and how its connection was asked for.
    """
    more = f', "options": {_ENCODER.encode(encode(options))}' if options else ""
    return (
        f'{{"index": {index}, "at": {float(round(at, 6))!r}, '
        f'"connection": {_quoted(connection)}, "kind": "{kind}", '
        f'"message": {_ENCODER.encode(encode(message))}{more}}}\n'
    )


_quoted = lru_cache(1024)(_ENCODER.encode)


def encode(value: Any, depth: int = 0) -> Any:
    """Turn a value into what JSON can hold; see the top of this file.

    It always gives something: an object that cannot be shown, a number too large
    to be read back, and what lies deeper than ``DEEPEST`` become a ``$repr``.
    """
    plain = _encode_plain(value)
    if plain is not _NOT_PLAIN:
        return plain
    try:
        # By type(), because isinstance() would wake an object that is lazy.
        if depth < DEEPEST and issubclass(type(value), (list, tuple)):
            return [encode(item, depth + 1) for item in value]
        if depth < DEEPEST and issubclass(type(value), Mapping):
            return _encode_mapping(value, depth)
    except Exception:  # a user's class may raise anything, wherever it is asked
        return _represent(value)
    return _represent(value)


def _encode_plain(value: Any) -> Any:
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int:
        return value if value.bit_length() <= _LARGEST_INT else _represent(value)
    if kind is float:
        return value if math.isfinite(value) else {"$float": str(value)}
    if kind in (bytes, bytearray, memoryview):
        return {"$bytes": base64.b64encode(bytes(value)).decode()}
    for plain, strip in _STRIP.items():
        if issubclass(kind, plain):  # an enum, or a text that is marked as safe
            return _encode_plain(strip(value))
    return _NOT_PLAIN


def _encode_mapping(value: Mapping[Any, Any], depth: int) -> Any:
    plain = {
        key if type(key) is str else str(key): item
        if type(item) is str
        else encode(item, depth + 1)
        for key, item in value.items()
    }
    return {"$dict": plain} if len(plain) == 1 and _MARKS & plain.keys() else plain


def _represent(value: Any) -> dict[str, str]:
    try:
        text = repr(value)
    except Exception as error:  # a user's __repr__ may raise anything
        text = f"<{type(value).__name__} whose repr raised {type(error).__name__}>"
    return {"$repr": text[:_LONGEST_REPR]}


def decode(value: Any) -> Any:
    """Undo :func:`encode`; a ``$repr`` comes back as its text.

    Raises:
        TypeError, ValueError: A marked object does not hold what its mark says.
    """
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((mark, inner),) = value.items()
        if mark == "$bytes":
            return base64.b64decode(inner, validate=True)
        if mark == "$float":
            return float(inner)
        if mark == "$repr":
            return inner
        if mark == "$dict" and isinstance(inner, dict):
            return {key: decode(item) for key, item in inner.items()}
    return {key: decode(item) for key, item in value.items()}
