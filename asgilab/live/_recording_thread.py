"""What stands between traffic and the recorder's process, and holds up nothing.

The application's side only puts into a queue; a thread takes from it and fills
the pipe. When the queue is full, because writing is slower than the traffic or
impossible, events are left out and counted; one warning is logged.
"""

import json
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final
from weakref import WeakSet

from asgilab.live._recording_frame import (
    Packed,
    Row,
    dumps,
    packed,
    serialized,
)
from asgilab.live._recording_pipe import RecordingPipe
from asgilab.live._recording_queue import Bundle, RecordingQueue

LOGGER: Final = logging.getLogger("asgilab.live.recorder")
_GATHER_SECONDS: Final = 0.2
"""How long events gather: many at once cost less. So many are lost by a kill."""
_BATCH: Final = 2000
_RETRY_SECONDS: Final = 5.0

Record = Callable[..., None]
"""Takes the name of a connection, the kind of an event, the event, and options."""

Fail = Callable[[Exception], None]
"""Called with what keeps an event from being handed over."""

Redact = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Returns an event, or a scope, as it may be written."""


_THREADS: Final["WeakSet[RecordingThread]"] = WeakSet()


def _disown() -> None:
    """After a fork, in the child: no thread of the parent's is there."""
    for thread in _THREADS:
        thread.foreign = True


if hasattr(os, "register_at_fork"):  # Cheaper than asking for the process each time.
    os.register_at_fork(after_in_child=_disown)


class RecordingThread:
    """Takes events and passes them to a process that writes them.

    Args:
        options: What the process is told, see ``_recording_process``.
        redact: Applied to each event, on this thread; an event for which it
            fails is not written. None where the process redacts.
        max_events: How many events may wait.
        max_bytes: How many bytes of payload may wait.
        fail: Called with what keeps an event from being handed over.

    Attributes:
        foreign: Whether it lives in another process, of which this one is a fork.
        record: Hands an event over and never raises: takes the connection's name,
            the kind, the event, and the options that the connection has.
        path: The file that was written to at the last flush, or None.
    """

    def __init__(
        self,
        options: Mapping[str, Any],
        redact: Redact | None,
        max_events: int,
        max_bytes: int,
        fail: Fail,
    ) -> None:
        self.foreign = False
        _THREADS.add(self)
        self.path: str | None = None
        self._options = json.dumps(options)
        self._redact = redact
        self._urgent = threading.Event()
        self._queue = RecordingQueue(
            max_events, max_bytes, redact is None, self._urgent.set
        )
        self._unwritten = 0
        self._told = 0  # How many of the queue's refusals were passed on.
        self._asked: deque[threading.Event] = deque()
        self._wake = threading.Event()
        self._awake = False
        self._ending = False
        self._warned = False
        self._next_try = 0.0
        self._pipe: RecordingPipe | None = None
        self.record = self._recording(fail)
        self._thread = threading.Thread(
            target=self._run, name="asgilab-recorder", daemon=True
        )
        self._thread.start()

    def put(self, row: Row) -> None:
        """Hand an event over. It is left out when too much waits already.

        It is taken as it is now: serialized at once, which costs less than a copy
        that is kept, and that the garbage collector would look at.

        Raises:
            TypeError, ValueError: The message is no mapping.
        """
        if type(row[3]) is not dict:
            row = (*row[:3], dict(row[3]), row[4])
        self._queue.take(serialized(row) if self._redact is None else _copied(row))
        if not self._awake:
            self._wake.set()

    def _recording(self, fail: Fail) -> Record:
        """Return what does as :meth:`put` in fewer steps, for a usual event.

        Every request that is served waits for it, and so would it for the making of a
        function of its own: this one is for all connections.
        """
        clock, serialize = time.time, dumps
        queue, loose, small = self._queue, self._queue.loose, self._queue.small

        def record(
            connection: str,
            kind: str,
            message: Mapping[str, Any],
            options: Mapping[str, Any] | None = None,
        ) -> None:
            if type(message) is not dict:
                put_or_fail(connection, kind, message, options)
                return
            try:
                item = serialize((clock(), connection, kind, message, options))
                if len(loose) < queue.quick and len(item) <= small:
                    loose.append(item)
                else:
                    queue.take(item)
                if not self._awake:
                    self._wake.set()
            except Exception:
                put_or_fail(connection, kind, message, options)

        def put_or_fail(
            connection: str,
            kind: str,
            message: Mapping[str, Any],
            options: Mapping[str, Any] | None = None,
        ) -> None:
            try:
                self.put((clock(), connection, kind, message, options))
            except Exception as error:
                fail(error)

        return record if self._redact is None else put_or_fail

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
            if not len(self._queue) and not self._asked:
                self._wake.wait()
            self._wake.clear()
            self._awake = True
            if not self._asked and len(self._queue) < _BATCH:
                self._urgent.wait(_GATHER_SECONDS)
            self._urgent.clear()
            self._hand_on()
        while len(self._queue):
            self._hand_on()
        self._hand_on()  # What was lost at the very end is told, too.
        if self._pipe is not None:
            self._pipe.end()

    def _hand_on(self) -> None:
        # Who asks for a flush means all that came before: so this comes first.
        asked = len(self._asked)
        bundles, all_of_them = self._queue.give(_BATCH)
        if not all_of_them:
            asked = 0
        flushes = [self._asked.popleft() for _ in range(asked)]
        self._count_and_send([self._packed(bundle) for bundle in bundles], flushes)

    def _packed(self, bundle: Bundle) -> Packed:
        if not isinstance(bundle.content, list):
            return bundle.content
        events = bundle.content
        return packed(self._redacted(events, self._redact) if self._redact else events)

    def _count_and_send(
        self, packs: list[Packed], flushes: list[threading.Event]
    ) -> None:
        events = sum(pack.events for pack in packs)
        refused = self._queue.refused
        lost = refused - self._told + self._unwritten
        self._told, self._unwritten = refused, 0
        if not (events or lost or flushes):
            return
        try:
            pipe = self._opened()
        except OSError as error:
            self._unwritten = lost + events
            self._warn(f"Nothing can be recorded ({error}).")
            for flush in flushes:
                flush.set()
            return
        try:
            pipe.send(lost, packs, flushes)
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
                kept.append(serialized((when, connection, kind, shown, told)))
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


def _copied(row: Row) -> Row:
    return (*row[:3], dict(row[3]), row[4])
