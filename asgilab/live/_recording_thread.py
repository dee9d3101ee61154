"""What stands between traffic and the recorder's process, and holds up nothing.

The application's side only puts into a queue; a thread takes from it and fills
the pipe. When the queue is full, because writing is slower than the traffic or
impossible, events are left out and counted; one warning is logged.
"""

import json
import logging
import marshal
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from asgilab.live._python import python_running
from asgilab.live._recording_process import ENCODED, LENGTH
from asgilab.sessions._codec import encode

LOGGER: Final = logging.getLogger("asgilab.live.recorder")
_GATHER_SECONDS: Final = 0.02
_BATCH: Final = 500
_RETRY_SECONDS: Final = 5.0

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
        self._waiting_bytes = 0
        self._lost = 0
        self._warned = False
        self._next_try = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._flushes: dict[int, threading.Event] = {}
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._thread = threading.Thread(
            target=self._run, name="asgilab-recorder", daemon=True
        )
        self._thread.start()

    def put(self, row: Row, weight: int) -> None:
        """Hand an event over that holds about so many bytes of payload.

        It is left out when too much waits already.
        """
        if (
            self._queue.qsize() >= self._max_events
            or self._waiting_bytes + weight > self._max_bytes
        ):
            self._lost += 1
            return
        self._waiting_bytes += weight
        self._queue.put((row, weight))

    def flush(self, timeout: float) -> bool:
        """Wait until what was handed over is written, or could not be.

        Returns:
            False when ``timeout`` seconds were not enough.
        """
        written = threading.Event()
        self._queue.put(written)
        return written.wait(timeout)

    def close(self, timeout: float) -> None:
        """Let what waits be written, and the process and this thread end."""
        self._queue.put(None)
        self._thread.join(timeout)

    def _run(self) -> None:
        ending = False
        while not ending:
            batch = [self._queue.get()]
            if type(batch[0]) is tuple:
                time.sleep(_GATHER_SECONDS)  # Many at once cost less.
            while len(batch) < _BATCH and not self._queue.empty():
                batch.append(self._queue.get())
            ending = None in batch
            self._hand_on(batch)
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait()

    def _hand_on(self, batch: list[Any]) -> None:
        taken = [one for one in batch if type(one) is tuple]
        self._waiting_bytes -= sum(weight for _, weight in taken)
        rows = self._redacted([row for row, _ in taken])
        lost, self._lost = self._lost, 0
        number = self._remember([one for one in batch if type(one) is threading.Event])
        try:
            self._send(marshalled(lost, number, rows))
        except OSError as error:
            self._lost += lost + len(rows)
            self._next_try = time.monotonic() + _RETRY_SECONDS
            self._warn(f"Nothing can be recorded ({error}).")
            self._answer_all()

    def _redacted(self, rows: list[Row]) -> list[Row]:
        if self._redact is None:
            return rows
        kept = []
        for when, connection, kind, message in rows:
            try:
                kept.append((when, connection, kind, dict(self._redact(message))))
            except Exception as error:
                self._lost += 1
                told = f"{type(error).__name__}: {error}"
                self._warn(f"An event could not be redacted and is left out ({told}).")
        return kept

    def _remember(self, flushes: list[threading.Event]) -> int:
        """Keep who waits for the next answer; return its number, or 0 for none."""
        if not flushes:
            return 0
        number = time.monotonic_ns()
        for each in flushes:
            self._flushes[number] = each
            number += 1
        return number - 1

    def _send(self, frame: bytes) -> None:
        if self._process is None:
            if time.monotonic() < self._next_try:
                raise BlockingIOError
            self._process = self._start()
        pipe = self._process.stdin
        try:
            if pipe is not None:
                pipe.write(LENGTH.pack(len(frame)) + frame)
                pipe.flush()
        except OSError:
            self._process.kill()
            self._process.wait()
            self._process = None
            raise

    def _start(self) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            python_running("asgilab.live._recording_process", self._options),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        threading.Thread(
            target=self._listen,
            args=(process,),
            name="asgilab-recorder-answers",
            daemon=True,
        ).start()
        return process

    def _listen(self, process: "subprocess.Popen[bytes]") -> None:
        if process.stdout is None:
            return
        with process.stdout as answers:
            for line in answers:
                answer = json.loads(line)
                if "warning" in answer:
                    self._warn(answer["warning"])
                else:
                    self.path = answer["path"] or self.path
                    self._answer_all(answer["flushed"])
        self._answer_all()

    def _answer_all(self, until: int | None = None) -> None:
        for number in list(self._flushes):
            if until is None or number <= until:
                self._flushes.pop(number).set()

    def _warn(self, text: str) -> None:
        if not self._warned:
            self._warned = True
            LOGGER.warning("%s The application is served as before.", text)


def marshalled(lost: int, flushed: int, rows: list[Row]) -> bytes:
    """Return a frame: how many events were lost, the number of a flush, events."""
    try:
        return marshal.dumps((lost, flushed, rows))
    except ValueError:  # Some message holds more than plain values.
        plain = [(*row[:3], {ENCODED: encode(row[3])}) for row in rows]
        return marshal.dumps((lost, flushed, plain))
