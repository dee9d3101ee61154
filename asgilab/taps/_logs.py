"""The tap on the logging module: log records become events of their connection."""

import logging
import threading
from collections.abc import Callable
from typing import Any, ClassVar, Self

from asgilab.communicators import record_here
from asgilab.engine import is_user_code
from asgilab.sessions import Kind, Source


class LogTap:
    """Records the log records of running applications; use it as a context.

    It listens where records are made, so it hears what loggers let through at
    their level, whether it propagates or not, and logging itself does not notice:
    a handler would make ``logging.basicConfig`` do nothing, and warnings vanish
    where nobody has set logging up. Where several taps are in use, each record is
    kept once.

    Example::

        with LogTap():
            ...     # log lines of a consumer show up in its timeline
    """

    _LOCK: ClassVar[threading.Lock] = threading.Lock()
    _taps: ClassVar[int] = 0
    _made_by: ClassVar[Callable[..., logging.LogRecord]] = logging.LogRecord

    def __enter__(self) -> Self:
        with self._LOCK:
            LogTap._taps += 1
            if logging.getLogRecordFactory() is not _tapped:
                LogTap._made_by = logging.getLogRecordFactory()
                logging.setLogRecordFactory(_tapped)
        return self

    def __exit__(self, *_: object) -> None:
        with self._LOCK:
            LogTap._taps -= 1
            # Whoever has put a factory over ours meanwhile still calls it.
            if not LogTap._taps and logging.getLogRecordFactory() is _tapped:
                logging.setLogRecordFactory(LogTap._made_by)


def _tapped(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """Make a log record as it would be made, and record it."""
    record = LogTap._made_by(*args, **kwargs)
    if LogTap._taps:
        try:
            message = _message(record)
        except Exception:
            # Its arguments do not fit its text, or cannot be shown (a lazy user in
            # asynchronous code, say). Logging tells when it formats the record, if
            # it does at all, and never breaks the application with it.
            return record
        record_here(Kind.LOG, message, _source(record))
    return record


def _message(record: logging.LogRecord) -> dict[str, str]:
    return {
        "type": "log",
        "logger": record.name,
        "level": record.levelname,
        "text": record.getMessage(),
    }


def _source(record: logging.LogRecord) -> Source | None:
    if not is_user_code(record.pathname):
        return None
    return Source(record.pathname, record.lineno, record.funcName or "")
