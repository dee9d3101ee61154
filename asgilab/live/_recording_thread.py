"""The thread that writes what a recorder hands over, and never holds it up.

The application's side only puts into a queue. When writing is slower than the
traffic, or impossible, events are left out and counted; one warning is logged.
"""

import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from asgilab.live._recording_file import RecordingFiles
from asgilab.sessions import Event, Kind
from asgilab.sessions._codec import event_line

LOGGER: Final = logging.getLogger("asgilab.live.recorder")
_LOOK_SECONDS: Final = 1.0
_RETRY_SECONDS: Final = 5.0
_GATHER_SECONDS: Final = 0.02
_BATCH: Final = 100

Redact = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Returns an event, or a scope, as it may be written."""


class Entry(NamedTuple):
    """An event on its way to the file.

    Attributes:
        time: When it happened, in seconds since the epoch.
        connection: Name of its connection.
        kind: What sort of thing happened.
        message: The event; nobody changes it any more.
        weight: About how many bytes it holds.
    """

    time: float
    connection: str
    kind: Kind
    message: Mapping[str, Any]
    weight: int


class RecordingThread:
    """Takes entries and appends them to the files.

    Args:
        files: Where to write.
        redact: Applied to each event, here and not where traffic passes. An
            event for which it fails is not written at all.
        max_events: How many entries may wait.
        max_bytes: How many bytes of payload may wait.
    """

    def __init__(
        self, files: RecordingFiles, redact: Redact, max_events: int, max_bytes: int
    ) -> None:
        self.pid = os.getpid()
        self._files = files
        self._redact = redact
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._waiting_bytes = 0
        self._lost = 0
        self._warned = False
        self._index = 0
        self._next_try = 0.0
        self._next_look = 0.0
        self._open: dict[str, Entry] = {}
        self._queue: queue.SimpleQueue[Entry | threading.Event | None]
        self._queue = queue.SimpleQueue()
        self._thread = threading.Thread(
            target=self._run, name="asgilab-recorder", daemon=True
        )
        self._thread.start()

    def put(self, entry: Entry) -> None:
        """Hand an entry over; it is left out when too much waits already."""
        full = self._queue.qsize() >= self._max_events
        if full or self._waiting_bytes + entry.weight > self._max_bytes:
            self._lost += 1
            return
        self._waiting_bytes += entry.weight
        self._queue.put(entry)

    def flush(self, timeout: float) -> bool:
        """Wait until what was handed over is written, or could not be.

        Returns:
            False when ``timeout`` seconds were not enough.
        """
        written = threading.Event()
        self._queue.put(written)
        return written.wait(timeout)

    def close(self, timeout: float) -> None:
        """Write what waits, close the file, and end the thread."""
        self._queue.put(None)
        self._thread.join(timeout)

    def _run(self) -> None:
        ending = False
        while not ending:
            batch = [self._queue.get()]
            if isinstance(batch[0], Entry):
                time.sleep(_GATHER_SECONDS)  # A few events at once cost less.
            while len(batch) < _BATCH and not self._queue.empty():
                batch.append(self._queue.get())
            entries = [one for one in batch if isinstance(one, Entry)]
            ending = None in batch
            try:
                self._write(entries)
            except Exception as error:
                self._failed(len(entries), error)
            self._waiting_bytes -= sum(entry.weight for entry in entries)
            for one in batch:
                if isinstance(one, threading.Event):
                    one.set()
        self._files.close()

    def _write(self, entries: list[Entry]) -> None:
        now = time.monotonic()
        if now < self._next_try:
            self._lost += len(entries)
            return
        entries = self._redacted(entries)
        if self._prepare(now):
            # In a file of its own each connection begins with its scope again.
            fresh = {entry.connection for entry in entries if entry.kind is Kind.OPEN}
            known = [one for name, one in self._open.items() if name not in fresh]
            entries = known + entries
        if entries or self._lost:
            self._append(entries)

    def _redacted(self, entries: list[Entry]) -> list[Entry]:
        """Return what may be written, and remember which connections are open."""
        kept = []
        for entry in entries:
            try:
                entry = entry._replace(message=self._redact(entry.message))
            except Exception as error:
                self._failed(1, error, "An event could not be redacted")
                continue
            kept.append(entry)
            if entry.kind is Kind.OPEN:
                self._open[entry.connection] = entry
            elif entry.kind is Kind.END:
                self._open.pop(entry.connection, None)
        return kept

    def _prepare(self, now: float) -> bool:
        """Make sure that there is a file to write to; return whether it is new."""
        current = self._files.current
        if current is not None and now >= self._next_look:
            self._next_look = now + _LOOK_SECONDS
            if current.gone:
                self._warn(f"{current.path} is gone. A new file is begun.")
                self._files.close()
        if not self._files.due:
            return False
        self._files.open_next()
        self._index = 0
        return True

    def _append(self, entries: list[Entry]) -> None:
        current = self._files.current
        if current is None:
            return
        lost, self._lost = self._lost, 0
        if lost:
            entries = [_loss(lost), *entries]
        zero = current.started.timestamp()
        lines = []
        for number, entry in enumerate(entries, start=self._index):
            lines.append(_line(number, entry, zero))
            if len(lines) % 20 == 0:
                time.sleep(0)  # Traffic waits for the interpreter's lock.
        try:
            current.write(lines)
        except OSError:
            self._lost += lost
            raise
        self._index += len(lines)

    def _failed(
        self, count: int, error: Exception, what: str = "Recording has stopped"
    ) -> None:
        self._lost += count
        if isinstance(error, OSError):
            self._next_try = time.monotonic() + _RETRY_SECONDS
        self._warn(f"{what} ({type(error).__name__}: {error}).")

    def _warn(self, text: str) -> None:
        if not self._warned:
            self._warned = True
            LOGGER.warning("%s The application is served as before.", text)


def _loss(count: int) -> Entry:
    text = f"{count} events were not recorded."
    message = {"type": "log", "logger": LOGGER.name, "level": "WARNING", "text": text}
    return Entry(datetime.now(UTC).timestamp(), "recorder", Kind.LOG, message, 0)


def _line(index: int, entry: Entry, zero: float) -> str:
    at = max(entry.time - zero, 0.0)
    return event_line(
        Event(index, at, entry.connection, entry.kind, entry.message)
    )
