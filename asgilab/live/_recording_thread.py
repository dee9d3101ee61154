"""What stands between traffic and the recorder's process, and holds up nothing.

The application's side only puts into a queue; a thread takes from it and fills
the pipe. When the queue is full, because writing is slower than the traffic or
impossible, events are left out and counted; one warning is logged.
"""

import json
import logging
import marshal
import os
import select
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from asgilab.live._python import python_running
from asgilab.live._recording_process import ENCODED, LENGTH
from asgilab.sessions._codec import encode

LOGGER: Final = logging.getLogger("asgilab.live.recorder")
_GATHER_SECONDS: Final = 0.05
_BATCH: Final = 2000
_AT_ONCE: Final = 64
_RETRY_SECONDS: Final = 5.0
_PIPE_BYTES: Final = 1_000_000

Row = tuple[float, str, str, Mapping[str, Any]]
"""An :class:`asgilab.live._scribe.Entry`, as it crosses the pipe."""

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
        self._rows: deque[Row] = deque()
        self._waiting_bytes = 0
        self._refused = 0  # Counted by the traffic's side alone,
        self._unwritten = 0  # and by this side,
        self._told = 0  # which knows how many refusals it has passed on.
        self._asked: deque[threading.Event] = deque()
        self._passing = threading.Lock()
        self._wake = threading.Event()
        self._awake = False
        self._ending = False
        self._warned = False
        self._next_try = 0.0
        self._pipe: _Pipe | None = None
        self._thread = threading.Thread(
            target=self._run, name="asgilab-recorder", daemon=True
        )
        self._thread.start()

    def put(self, row: Row) -> None:
        """Hand an event over. It is left out when too much waits already."""
        message = row[3]
        payload = message.get("body") or message.get("text") or message.get("bytes")
        if payload and isinstance(payload, (bytes, str)):
            self._waiting_bytes += len(payload)
        rows = self._rows
        waiting = len(rows)
        if waiting >= self._max_events or self._waiting_bytes > self._max_bytes:
            self._refused += 1
            return
        rows.append(row)
        if waiting and not waiting % _AT_ONCE and self._redact is None:
            self._pass_on()
        if not self._awake:
            self._wake.set()

    def flush(self, timeout: float) -> bool:
        """Wait until what was handed over is written, or could not be.

        Returns:
            False when ``timeout`` seconds were not enough.
        """
        written = threading.Event()
        self._asked.append(written)
        self._wake.set()
        return written.wait(timeout)

    def close(self, timeout: float) -> None:
        """Let what waits be written, and the process and this thread end."""
        self._ending = True
        self._wake.set()
        self._thread.join(timeout)

    def _pass_on(self) -> None:
        """Pass some events on from the traffic's side, if that takes no waiting.

        Two threads that take turns at the interpreter cost more than this does.
        """
        if not self._passing.acquire(blocking=False):
            return
        try:
            if self._pipe is not None and self._pipe.free:
                count = min(len(self._rows), _AT_ONCE)
                self._pipe.offer([self._rows.popleft() for _ in range(count)])
                self._waiting_bytes = 0
        except OSError:
            pass  # The thread finds that out, too, and tells.
        finally:
            self._passing.release()

    def _run(self) -> None:
        while not self._ending:
            self._awake = False
            if not self._rows:
                self._wake.wait()
            self._wake.clear()
            self._awake = True
            if not self._asked and not self._ending:
                time.sleep(_GATHER_SECONDS)  # Many at once cost less.
            self._hand_on()
        while self._rows:
            self._hand_on()
        self._hand_on()  # What was lost at the very end is told, too.
        if self._pipe is not None:
            self._pipe.end()

    def _hand_on(self) -> None:
        with self._passing:
            # Who asks for a flush means all that came before: so this comes first.
            asked = len(self._asked)
            waiting = len(self._rows)
            if waiting > _BATCH:
                asked = 0
            flushes = [self._asked.popleft() for _ in range(asked)]
            rows = [self._rows.popleft() for _ in range(min(waiting, _BATCH))]
            if not self._rows:
                self._waiting_bytes = 0
            if self._redact is not None:
                rows = self._redacted(rows, self._redact)
            self._count_and_send(rows, flushes)

    def _count_and_send(self, rows: list[Row], flushes: list[threading.Event]) -> None:
        refused = self._refused
        lost = refused - self._told + self._unwritten
        if not (rows or lost or flushes) and (self._pipe is None or self._pipe.free):
            return
        try:
            self._send(lost, rows, flushes)
            self._unwritten = 0
        except OSError as error:
            self._unwritten = lost + len(rows)
            self._next_try = time.monotonic() + _RETRY_SECONDS
            self._warn(f"Nothing can be recorded ({error}).")
            for flush in flushes:
                flush.set()
        self._told = refused

    def _redacted(self, rows: list[Row], redact: Redact) -> list[Row]:
        kept: list[Row] = []
        for when, connection, kind, message in rows:
            try:
                kept.append((when, connection, kind, dict(redact(message))))
            except Exception as error:
                self._unwritten += 1
                told = f"{type(error).__name__}: {error}"
                self._warn(f"An event could not be redacted and is left out ({told}).")
        return kept

    def _send(self, lost: int, rows: list[Row], flushes: list[threading.Event]) -> None:
        if self._pipe is None:
            if time.monotonic() < self._next_try:
                raise BlockingIOError
            self._pipe = _Pipe(self._options, self._warn, self._wrote)
        try:
            self._pipe.send(lost, rows, flushes)
        except OSError:
            pipe, self._pipe = self._pipe, None
            msg = f"the process that writes has ended with exit code {pipe.end()}"
            raise ConnectionError(msg) from None

    def _wrote(self, path: str) -> None:
        self.path = path

    def _warn(self, text: str) -> None:
        if not self._warned:
            self._warned = True
            LOGGER.warning("%s The application is served as before.", text)


class _Pipe:
    """One process that writes, and the way to it and back.

    Args:
        options: What it is told, as JSON.
        warn: Called with each sentence of trouble that it sends back.
        wrote: Called with the path of its file after a flush.
    """

    def __init__(
        self, options: str, warn: Callable[[str], None], wrote: Callable[[str], None]
    ) -> None:
        self._warn = warn
        self._wrote = wrote
        self._flushes: dict[int, list[threading.Event]] = {}
        self._process = subprocess.Popen(
            python_running("asgilab.live._recording_process", options),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            # A Ctrl-C at a terminal is not for it, not even while it is starting.
            start_new_session=True,
        )
        self._rest = memoryview(b"")
        self._number = -1
        if self._process.stdin is not None:
            self._number = self._process.stdin.fileno()
            os.set_blocking(self._number, False)
            _enlarge(self._number)
        listener = threading.Thread(
            target=self._listen, name="asgilab-recorder-answers", daemon=True
        )
        listener.start()

    @property
    def free(self) -> bool:
        """Whether all that was passed on so far is in the pipe."""
        return not self._rest

    def offer(self, rows: list[Row]) -> None:
        """Pass events on without waiting; the next ``send()`` takes what is left."""
        self._rest = _framed(marshalled(0, 0, rows))
        self._write()

    def send(self, lost: int, rows: list[Row], flushes: list[threading.Event]) -> None:
        """Pass a frame on; the flushes are told when it has been written."""
        number = 0
        if flushes:
            number = time.monotonic_ns()
            self._flushes[number] = flushes
        self._write_all()
        self._rest = _framed(marshalled(lost, number, rows))
        self._write_all()

    def _write_all(self) -> None:
        while self._rest:
            select.select([], [self._number], [])
            self._write()

    def _write(self) -> None:
        """Put into the pipe what there is room for."""
        with suppress(BlockingIOError):
            self._rest = self._rest[os.write(self._number, self._rest) :]

    def end(self) -> int:
        """Tell the process that no more comes, and wait until it has written all."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        return self._process.wait()

    def _listen(self) -> None:
        if self._process.stdout is None:
            return
        with self._process.stdout as answers:
            for line in answers:
                answer = json.loads(line)
                if "warning" in answer:
                    self._warn(answer["warning"])
                    continue
                if answer["path"] is not None:
                    self._wrote(answer["path"])
                self._tell(answer["flushed"])
        for number in list(self._flushes):  # They could not be written.
            self._tell(number)

    def _tell(self, number: int) -> None:
        for flush in self._flushes.pop(number, ()):
            flush.set()


def _enlarge(pipe: int) -> None:
    """Give a pipe more room than the 64 KiB it has, where the system can (Linux)."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _framed(content: bytes) -> memoryview:
    return memoryview(LENGTH.pack(len(content)) + content)


def marshalled(lost: int, flushed: int, rows: list[Row]) -> bytes:
    """Return a frame: how many events were lost, the number of a flush, events."""
    try:
        return marshal.dumps((lost, flushed, rows))
    except ValueError:  # Some message holds more than plain values.
        plain = [(*row[:3], {ENCODED: encode(row[3])}) for row in rows]
        return marshal.dumps((lost, flushed, plain))
