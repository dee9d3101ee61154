"""Reading a session file back.

Every line is checked on its way in, and a broken one is named with line and
column. What the lines look like stands in ``_codec``.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asgilab.errors import SessionFileError
from asgilab.sessions._codec import FORMAT, VERSION, decode
from asgilab.sessions._event import Kind, Source
from asgilab.sessions._session import Session


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
    header = _read_json(line, 1, path)
    if header.get("format") != FORMAT:
        reason = (
            f"this is no session file: expected a header with format {FORMAT!r}, "
            f"found {str(header.get('format'))[:40]!r}"
        )
        raise SessionFileError(path, 1, 1, reason)
    if header.get("version") != VERSION:
        found = str(header.get("version"))[:40]
        reason = f"version {found} of the format is not known; expected {VERSION}"
        raise SessionFileError(path, 1, 1, reason)
    try:
        started = datetime.fromisoformat(header["started"])
        if started.tzinfo is None:
            started = started.replace(tzinfo=UTC)
        session = Session(
            application=_text(header, "application"),
            settings=_text(header, "settings"),
            app_dir=_text(header, "app_dir"),
            started=started,
        )
        options = decode(header.get("options") or {})
        session.options = {str(name): dict(value) for name, value in options.items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"the header is broken ({type(error).__name__}: {error})"
        raise SessionFileError(path, 1, 1, reason) from None
    return session


def _text(header: dict[str, Any], key: str) -> str | None:
    value = header.get(key)
    if value is not None and not isinstance(value, str):
        msg = f"{key} is {type(value).__name__}, expected text"
        raise TypeError(msg)
    return value


def _read_event(session: Session, line: bytes, number: int, path: Path | None) -> None:
    row = _read_json(line, number, path)
    try:
        source = row.get("source")
        message = decode(row["message"])
        if not isinstance(message, dict):
            msg = f"message is {type(message).__name__}, expected an object"
            raise TypeError(msg)
        cause = row.get("cause")
        session.record(
            float(row["at"]),
            str(row["connection"]),
            Kind(row["kind"]),
            message,
            None if source is None else _read_source(source),
            None if cause is None else int(cause),
            str(row.get("note", "")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        reason = f"this is no event of a session: {what}"
        raise SessionFileError(path, number, 1, reason) from None


def _read_source(source: Any) -> Source:
    file, line, function = source
    return Source(str(file), int(line), str(function))


def _read_json(line: bytes, number: int, path: Path | None) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        reason = f"byte {line[error.start]:#04x} is not UTF-8"
        raise SessionFileError(path, number, error.start + 1, reason) from None
    except json.JSONDecodeError as error:
        reason = f"this is not JSON ({error.msg})"
        raise SessionFileError(path, number, error.colno, reason) from None
    except RecursionError:
        reason = "the JSON is nested too deep"
        raise SessionFileError(path, number, 1, reason) from None
    if not isinstance(row, dict):
        reason = f"expected a JSON object, found {type(row).__name__}"
        raise SessionFileError(path, number, 1, reason)
    return row
