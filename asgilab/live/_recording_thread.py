"""What stands between traffic and the recorder's process, and holds up nothing.

The application's side only puts into a queue; a thread takes from it and fills
the pipe. When the queue is full, because writing is slower than the traffic or
impossible, events are left out and counted; one warning is logged.
"""

import json
import logging
import marshal
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from asgilab.live._recording_pipe import RecordingPipe
from asgilab.live._recording_process import MARSHALLING
from asgilab.sessions._codec import encode

LOGGER: Final = logging.getLogger("asgilab.live.recorder")
_GATHER_SECONDS: Final = 0.2
"""How long events gather: many at once cost less. So many are lost by a kill."""
_BATCH: Final = 2000
_RETRY_SECONDS: Final = 5.0

Row = tuple[float, str, str, Mapping[str, Any], Mapping[str, Any] | None]
"""An :class:`asgilab.live._scribe.Entry`, before it crosses the pipe."""

Record = Callable[..., None]
"""Takes the kind of an event, the event, and what options its connection has."""

_dumps: Callable[[Any, int], bytes] = marshal.dumps

Redact = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Returns an event, or a scope, as it may be written."""


class RecordingThread:
    """Takes events and passes them to a process that writes them.

    Args:
        options: What the process is told, see ``_recording_process``.
        redact: Applied to each event, on this thread; an event for which it
            fails is not written. None where the process redacts.
        max_events: How many events may wait.
        max_bytes: How many bytes of payload may wait.

    Attributes:
        pid: The process that this thread lives in.
        path: The file that was written to at the last flush, or None.
    """

    def __init__(
        self,
        options: Mapping[str, Any],
        redact: Redact | None,
        max_events: int,
        max_bytes: int,
    ) -> None:
        self.pid = os.getpid()
        self.path: str | None = None
        self._options = json.dumps(options)
        self._redact = redact
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._waiting: deque[bytes | Row] = deque()
        self._small = max_bytes // max_events
        self._large = 0  # Bytes of those that wait and are no small ones,
        self._weighing = threading.Lock()  # changed under this lock.
        self._refused = 0  # Counted by the traffic's side alone,
        self._unwritten = 0  # and by this side,
        self._told = 0  # which knows how many refusals it has passed on.
        self._asked: deque[threading.Event] = deque()
        self._wake = threading.Event()
        self._awake = False
        self._urgent = threading.Event()
        self._ending = False
        self._warned = False
        self._next_try = 0.0
        self._pipe: RecordingPipe | None = None
        self._thread = threading.Thread(
            target=self._run, name="asgilab-recorder", daemon=True
        )
        self._thread.start()

    def put(self, row: Row) -> None:
        """Hand an event over. It is left out when too much waits already.

        It is taken as it is now: marshalled at once, which costs less than a copy
        that is kept, and that the garbage collector would look at.

        Raises:
            TypeError, ValueError: The message is no mapping.
        """
        if type(row[3]) is not dict:
            row = (*row[:3], dict(row[3]), row[4])
        self._take(marshalled(row) if self._redact is None else _copied(row))

    def recording(self, connection: str, fail: Callable[[Exception], None]) -> Record:
        """Return what hands over the events of one connection, and never raises.

        It does what :meth:`put` does, in fewer steps where an event is a usual one:
        every request that is served waits for it.

        Args:
            connection: Name of the connection.
            fail: Called with what keeps an event from being handed over.
        """
        clock, dumps, version = time.time, _dumps, MARSHALLING
        waiting, small, most = self._waiting, self._small, self._max_events
        plain = self._redact is None

        def record(kind: str, message: Mapping[str, Any], options: Any = None) -> None:
            try:
                if plain and type(message) is dict:
                    row = (clock(), connection, kind, message, options)
                    item = dumps(row, version)
                    if len(item) <= small and len(waiting) < most:
                        waiting.append(item)
                        if not self._awake:
                            self._wake.set()
                    else:
                        self._take(item)
                else:
                    self.put((clock(), connection, kind, message, options))
            except ValueError:
                self._put_or(fail, (clock(), connection, kind, message, options))
            except Exception as error:
                fail(error)

        return record

    def _put_or(self, fail: Callable[[Exception], None], row: Row) -> None:
        try:
            self.put(row)
        except Exception as error:
            fail(error)

    def _take(self, item: bytes | Row) -> None:
        waiting = self._waiting
        if len(waiting) >= self._max_events or not self._has_room(item):
            self._refused += 1
            return
        waiting.append(item)
        if not self._awake:
            self._wake.set()

    def _has_room(self, item: bytes | Row) -> bool:
        size = _size(item)
        if size <= self._small:  # As many of them as may wait are not too large.
            return True
        with self._weighing:
            fits = self._large + size <= self._max_bytes
            self._large += size if fits else 0
        return fits

    def flush(self, timeout: float) -> bool:
        """Wait until what was handed over is written, or could not be.

        Returns:
            False when ``timeout`` seconds were not enough.
        """
        written = threading.Event()
        self._asked.append(written)
        self._hurry()
        return written.wait(timeout)

    def close(self, timeout: float) -> None:
        """Let what waits be written, and the process and this thread end."""
        self._ending = True
        self._hurry()
        self._thread.join(timeout)

    def _hurry(self) -> None:
        self._urgent.set()
        self._wake.set()

    def _run(self) -> None:
        while not self._ending:
            self._awake = False
            if not self._waiting and not self._asked:
                self._wake.wait()
            self._wake.clear()
            self._awake = True
            if not self._asked and len(self._waiting) < _BATCH:
                self._urgent.wait(_GATHER_SECONDS)
            self._urgent.clear()
            self._hand_on()
        while self._waiting:
            self._hand_on()
        self._hand_on()  # What was lost at the very end is told, too.
        if self._pipe is not None:
            self._pipe.end()

    def _hand_on(self) -> None:
        # Who asks for a flush means all that came before: so this comes first.
        asked = len(self._asked)
        count = len(self._waiting)
        if count > _BATCH:
            asked, count = 0, _BATCH
        flushes = [self._asked.popleft() for _ in range(asked)]
        taken = [self._waiting.popleft() for _ in range(count)]
        self._lighten(taken)
        rows = self._redacted(taken, self._redact) if self._redact else taken
        self._count_and_send(rows, flushes)

    def _lighten(self, taken: list[Any]) -> None:
        """Let others wait in the room of what waits no longer."""
        if self._large:
            large = sum(size for size in map(_size, taken) if size > self._small)
            with self._weighing:
                self._large -= large

    def _count_and_send(self, rows: list[Any], flushes: list[threading.Event]) -> None:
        refused = self._refused
        lost = refused - self._told + self._unwritten
        self._told, self._unwritten = refused, 0
        if not (rows or lost or flushes):
            return
        try:
            pipe = self._opened()
        except OSError as error:
            self._unwritten = lost + len(rows)
            self._warn(f"Nothing can be recorded ({error}).")
            for flush in flushes:
                flush.set()
            return
        try:
            pipe.send(lost, rows, flushes)
        except OSError:
            code = pipe.end()
            self._unwritten = pipe.unanswered
            self._pipe, self._next_try = None, time.monotonic() + _RETRY_SECONDS
            told = f"the process that writes has ended with exit code {code}"
            self._warn(f"Nothing can be recorded ({told}).")

    def _opened(self) -> RecordingPipe:
        """Return the way to the process; begin one if there is none.

        Raises:
            OSError: There is none, and it is not yet time to try again.
        """
        if self._pipe is None:
            now = time.monotonic()
            if now < self._next_try:
                raise BlockingIOError
            self._next_try = now + _RETRY_SECONDS
            self._pipe = RecordingPipe(self._options, self._warn, self._wrote)
        return self._pipe

    def _redacted(self, rows: list[Any], redact: Redact) -> list[bytes]:
        kept: list[bytes] = []
        for when, connection, kind, message, options in rows:
            try:
                shown = dict(redact(message))
                told = None if options is None else dict(redact(options))
                kept.append(marshalled((when, connection, kind, shown, told)))
            except Exception as error:
                self._unwritten += 1
                text = described(error)
                self._warn(f"An event could not be redacted and is left out ({text}).")
        return kept

    def _wrote(self, path: str) -> None:
        self.path = path

    def _warn(self, text: str) -> None:
        if not self._warned:
            self._warned = True
            LOGGER.warning("%s The application is served as before.", text)


def described(error: BaseException) -> str:
    """Return the name and the text of an exception, which may refuse to be shown."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return type(error).__name__


def marshalled(row: Row) -> bytes:
    """Return an event as it crosses the pipe, with a mark if it had to be encoded."""
    try:
        return _dumps(row, MARSHALLING)
    except ValueError:  # The message, or an option, holds more than plain values.
        encoded = (*row[:3], encode(row[3]), encode(row[4]), True)
        return _dumps(encoded, MARSHALLING)


def _copied(row: Row) -> Row:
    return (*row[:3], dict(row[3]), row[4])


def _size(item: bytes | Row) -> int:
    """Return how large an event is; of one that is not marshalled, its payload."""
    if isinstance(item, bytes):
        return len(item)
    message = item[3]
    payload = message.get("body") or message.get("text") or message.get("bytes")
    return len(payload) if isinstance(payload, (bytes, str)) else 0
