"""Writing entries down: redacted, numbered, into files that are whole.

This runs in the recorder's own process (``_recording_process``); what hands the
entries over to it lives in ``_recording_thread``, the files in
``_recording_file``.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from asgilab.live._recording_file import RecordingFiles
from asgilab.sessions import Kind, Redactor, redact_secrets
from asgilab.sessions._codec import plain_line

_LOOK_SECONDS: Final = 1.0
_RETRY_SECONDS: Final = 1.0


class Entry(NamedTuple):
    """An event on its way to the file: plain values, to cross a pipe cheaply.

    Attributes:
        time: When it happened, in seconds since the epoch.
        connection: Name of its connection.
        kind: What sort of thing happened, as :class:`Kind` spells it.
        message: The event; nobody changes it any more.
        options: Of an opening: how its connection would be asked for again.
    """

    time: float
    connection: str
    kind: str
    message: Mapping[str, Any]
    options: Mapping[str, Any] | None = None


class Scribe:
    """Appends entries to the files of one recorder.

    Where that fails it forgets them, counts them, and tries again a while later.

    Args:
        files: Where to write.
        redact: Whether secrets are taken out by their names.
        warn: Called with a sentence when something goes wrong.
    """

    def __init__(
        self, files: RecordingFiles, redact: bool, warn: Callable[[str], None]
    ) -> None:
        self._files = files
        self._redactor = Redactor() if redact else None
        self._warn = warn
        self._lost = 0
        self._index = 0
        self._next_try = 0.0
        self._next_look = 0.0
        self._open: dict[str, Entry] = {}

    def write(self, entries: list[Entry], lost: int = 0) -> None:
        """Write entries; ``lost`` more could not even be handed over."""
        self._lost += lost
        now = time.monotonic()
        if self._redactor is not None:
            entries = self._redacted(entries, self._redactor)
        still_open = list(self._open.values())
        self._follow(entries)
        if now < self._next_try:
            self._lost += len(entries)
            return
        try:
            # In a file of its own each connection begins with its scope again.
            fresh = self._prepare(now)
            while not self._append([*(still_open if fresh else ()), *entries]):
                fresh = self._begin()  # Others who share the file have filled it.
        except OSError as error:
            self._lost += len(entries)
            self._next_try = now + _RETRY_SECONDS
            self._warn(f"Nothing can be recorded ({error}).")

    def close(self) -> None:
        """Close the file."""
        self._files.close()

    def _redacted(self, entries: list[Entry], redactor: Redactor) -> list[Entry]:
        """Return entries without secrets; one that fails is left out and counted."""
        shown: list[Entry] = []
        for when, connection, kind, message, options in entries:
            try:
                told = None if options is None else redact_secrets(options)
                message = redactor(connection, kind, message)
                shown.append(Entry(when, connection, kind, message, told))
            except Exception as error:
                self._lost += 1
                text = f"{type(error).__name__}: {error}"
                self._warn(f"An event could not be redacted and is left out ({text}).")
        return shown

    def _follow(self, entries: list[Entry]) -> None:
        for entry in entries:
            if entry.kind == Kind.OPEN:
                self._open[entry.connection] = entry
            elif entry.kind == Kind.END:
                self._open.pop(entry.connection, None)

    def _prepare(self, now: float) -> bool:
        """Make sure that there is a file to write to; return whether it is new."""
        if self._files.due:
            return self._begin()
        current = self._files.current
        if current is not None and now >= self._next_look:
            self._next_look = now + _LOOK_SECONDS
            if current.gone:
                self._warn(f"{current.path} is gone; a new file is begun.")
                self._files.close()
                return self._begin()
        return False

    def _begin(self) -> bool:
        self._files.open_next()
        self._index = 0
        return True

    def _append(self, entries: list[Entry]) -> bool:
        """Write entries; return whether there was room for them in the file."""
        current = self._files.current
        lost = self._lost
        if current is None or not (entries or lost):
            return True
        if lost:
            entries = [_loss(lost), *entries]
        zero = current.started.timestamp()
        lines = [
            plain_line(number, max(when - zero, 0.0), connection, kind, message, asked)
            for number, (when, connection, kind, message, asked) in enumerate(
                entries, start=self._index
            )
        ]
        if not self._files.write(lines):
            return False
        self._lost = 0
        self._index += len(lines)
        return True


def _loss(count: int) -> Entry:
    text = f"{count} events were not recorded."
    logger = "asgilab.live.recorder"
    message = {"type": "log", "logger": logger, "level": "WARNING", "text": text}
    return Entry(time.time(), "recorder", Kind.LOG.value, message)
