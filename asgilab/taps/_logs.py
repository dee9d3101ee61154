"""The tap on the logging module: log records become events of their connection."""

import logging
from typing import Self

from asgilab.communicators import record_here
from asgilab.engine import is_user_code
from asgilab.sessions import Kind, Source


class LogTap(logging.Handler):
    """Records the log records of running applications; use it as a context.

    It hangs on the root logger, so it hears what loggers let through at their
    level and propagate. Where several are in use, each record is kept once.

    Example::

        with LogTap():
            ...     # log lines of a consumer show up in its timeline
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Record one log record on the connection whose code wrote it."""
        if not self._speaks:
            return
        try:
            record_here(Kind.LOG, _message(record), _source(record))
        except Exception:  # a broken log call must not break the application
            self.handleError(record)

    @property
    def _speaks(self) -> bool:
        """Whether this is the first tap on the root logger: one of several is enough."""
        handlers = logging.getLogger().handlers
        return next((tap for tap in handlers if isinstance(tap, LogTap)), self) is self

    def __enter__(self) -> Self:
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)


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
