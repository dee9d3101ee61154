"""Reading a session file back.

Every line is checked on its way in, and a broken one is named with line and
column. What the lines look like stands in ``_codec``.
"""

import json
import math
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import NoneType
from typing import Any, Final

from asgilab.errors import SessionFileError
from asgilab.sessions._codec import FORMAT, VERSION, decode
from asgilab.sessions._event import Kind, Source
from asgilab.sessions._session import Session

_BROKEN: Final = (KeyError, TypeError, ValueError, OverflowError, RecursionError)
"""What comes of a row that is JSON and yet no event or header."""
_SHOWN: Final = 40
_WORDS: Final[dict[type, str]] = {
    bool: "true or false",
    dict: "an object",
    float: "a number",
    int: "a whole number",
    list: "an array",
    str: "text",
    NoneType: "null",
}


def load(path: str | Path) -> Session:
    """Read a session file.

    A torn last line, as a kill in mid-write leaves it, is reported in
    ``session.warnings``; all that stands before it is loaded.

    Raises:
        SessionFileError: The file is no session file, or a line in it is broken.
        OSError: The file cannot be read.
    """
    path = Path(path)
    with path.open("rb") as file:
        return parse(file, path)


def parse(lines: Iterable[bytes], path: Path | None = None) -> Session:
    """Read the lines of a session file; see :func:`load`."""
    numbered = enumerate(lines, start=1)
    session = _read_header(next(numbered, (1, b""))[1], path)
    for number, line in numbered:
        try:
            _read_event(session, line, number, path)
        except SessionFileError as error:
            if line.endswith(b"\n"):
                raise
            session.warnings.append(f"The last line is torn and left out: {error}")
    return session


def _read_header(line: bytes, path: Path | None) -> Session:
    if not line:
        raise SessionFileError(path, 1, 1, "this is no session file: it is empty")
    header = _read_json(line, 1, path)
    if header.get("format") != FORMAT:
        reason = (
            f"this is no session file: expected a header with format {FORMAT!r}, "
            f"found {_cut(header.get('format'))}"
        )
        raise SessionFileError(path, 1, 1, reason)
    if header.get("version") != VERSION:
        found = _cut(header.get("version"))
        reason = f"version {found} of the format is not known; expected {VERSION}"
        raise SessionFileError(path, 1, 1, reason)
    try:
        return _make_session(header)
    except _BROKEN as error:
        reason = f"the header is broken: {_what(error)}"
        raise SessionFileError(path, 1, 1, reason) from None


def _make_session(header: dict[str, Any]) -> Session:
    started = datetime.fromisoformat(_take(header, "started", str))
    if started.tzinfo is None:
        started = started.replace(tzinfo=UTC)
    session = Session(
        application=_take_or_none(header, "application", str),
        settings=_take_or_none(header, "settings", str),
        app_dir=_take_or_none(header, "app_dir", str),
        started=started,
    )
    session.lifespan = _take_or_none(header, "lifespan", bool) or False
    session.clock = _take_or_none(header, "clock", str)
    options = decode(_take_or_none(header, "options", dict) or {})
    for name in options:
        session.options[name] = _take(options, name, dict)
    return session


def _read_event(session: Session, line: bytes, number: int, path: Path | None) -> None:
    row = _read_json(line, number, path)
    try:
        cause = _take_or_none(row, "cause", int)
        if cause is not None and not 0 <= cause < len(session):
            msg = f"cause is {cause}, expected the index of an event before this one"
            raise ValueError(msg)
        at = float(_take(row, "at", int, float))
        if not math.isfinite(at):  # JSON knows no such number, but 1e999 reads as one
            msg = "at is too large for a time"
            raise ValueError(msg)
        session.record(
            at,
            _take(row, "connection", str),
            Kind(_take(row, "kind", str)),
            _read_message(row),
            _read_source(_take_or_none(row, "source", list)),
            cause,
            _take_or_none(row, "note", str) or "",
        )
        if row.get("options") is not None:
            row["options"] = decode(_take(row, "options", dict))
            session.options[row["connection"]] = _take(row, "options", dict)
    except _BROKEN as error:
        reason = f"this is no event of a session: {_what(error)}"
        raise SessionFileError(path, number, 1, reason) from None


def _read_message(row: dict[str, Any]) -> dict[str, Any]:
    message = decode(_take(row, "message", dict))
    if not isinstance(message, dict):
        msg = f"message is {type(message).__name__}, expected an object"
        raise TypeError(msg)
    return message


def _read_source(source: list[Any] | None) -> Source | None:
    if source is None:
        return None
    if list(map(type, source)) != [str, int, str]:
        msg = f"source is {_cut(source)}, expected file, line and function"
        raise TypeError(msg)
    return Source(*source)


def _take(row: dict[str, Any], key: str, *types: type) -> Any:
    value = row[key]
    if type(value) not in types:
        wanted = " or ".join(_WORDS[kind] for kind in types)
        msg = f"{key} is {_cut(value)}, expected {wanted}"
        raise TypeError(msg)
    return value


def _take_or_none(row: dict[str, Any], key: str, *types: type) -> Any:
    return None if row.get(key) is None else _take(row, key, *types)


def _what(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error} is missing"
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    return str(error)


def _cut(value: Any) -> str:
    """Return what a hostile value is, on one short line."""
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _refuse(name: str) -> None:
    msg = f"{name} is no number of JSON"
    raise ValueError(msg)


def _read_json(line: bytes, number: int, path: Path | None) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8"), parse_constant=_refuse)
    except UnicodeDecodeError as error:
        reason = f"byte {line[error.start]:#04x} is not UTF-8"
        raise SessionFileError(path, number, error.start + 1, reason) from None
    except json.JSONDecodeError as error:
        reason = f"this is not JSON ({error.msg})"
        raise SessionFileError(path, number, error.colno, reason) from None
    except ValueError as error:  # such as a number of too many digits
        reason = f"this cannot be read ({error})"
        raise SessionFileError(path, number, 1, reason) from None
    except RecursionError:
        reason = "the JSON is nested too deep"
        raise SessionFileError(path, number, 1, reason) from None
    if not isinstance(row, dict):
        reason = f"expected a JSON object, found {_WORDS[type(row)]}"
        raise SessionFileError(path, number, 1, reason)
    return row
