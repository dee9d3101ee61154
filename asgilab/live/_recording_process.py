"""The process that writes for one recorder, so that serving costs little more.

Turning events into text is more work than passing them on. Frames come in by
the standard input, each a length and a marshalled tuple; answers go out by the
standard output, one line of JSON each. When the input ends, for whatever
reason, what came is written, and the process ends.
"""

import json
import marshal
import os
import signal
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from asgilab.live._recording_file import RecordingFiles
from asgilab.live._scribe import Entry, Scribe
from asgilab.sessions import Session, name_secrets
from asgilab.sessions._codec import decode

_AHEAD_BYTES: Final = 64_000_000
_NICENESS: Final = 19
_ANSWER_SECONDS: Final = 0.5
_NOT_MEANT: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGTTOU")
"""Signals for the server. This process ends when its input does."""

MARSHALLING: Final = 2
"""Version of marshalling: later ones look for objects that come twice, for long."""

LENGTH: Final = struct.Struct("!Q")


def main() -> None:
    """Write down what the standard input brings."""
    for name in _NOT_MEANT:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    options = json.loads(sys.argv[2])
    files = RecordingFiles(
        Path(options["path"]),
        Session(
            application=options["application"],
            settings=options["settings"],
            app_dir=options["app_dir"],
            started=datetime.fromisoformat(options["started"]),
        ),
        shared=options["shared"],
        max_bytes=options["max_bytes"],
        keep=options["keep"],
    )
    name_secrets(*options.get("secret_names", ()))
    scribe = Scribe(files, options["redact"], lambda text: _answer(warning=text))
    yield_to_others()
    _write(scribe, files)
    scribe.close()


def yield_to_others() -> None:
    """Let whoever serves have the processor first, where the system knows of that."""
    with suppress(AttributeError, OSError):
        os.nice(_NICENESS)
    with suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _write(scribe: Scribe, files: RecordingFiles) -> None:
    """Write what comes, and answer how much is written: soon, if that is awaited."""
    unanswered, answered = 0, time.monotonic()
    for frame in ReadAhead(sys.stdin.buffer):
        lost, awaited, events = marshal.loads(frame)
        scribe.write([_entry(event) for event in events], lost)
        unanswered += 1
        if awaited or time.monotonic() - answered > _ANSWER_SECONDS:
            current = files.current
            path = None if current is None else str(current.path)
            _answer(written=unanswered, path=path)
            unanswered, answered = 0, time.monotonic()


class ReadAhead:
    """Frames, read as they come and given out as they are wanted.

    In a burst of traffic this process gets little of the machine's time: it
    takes what comes, and writes it down afterwards.

    Args:
        source: Where the frames come from.
        most: How many bytes may wait here; above that, the source has to.
    """

    def __init__(self, source: IO[bytes], most: int = _AHEAD_BYTES) -> None:
        self._source = source
        self._most = most
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._over = False
        self._changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def __iter__(self) -> Iterator[bytes]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._frames or self._over)
                if not self._frames:
                    return
                frame = self._frames.popleft()
                self._bytes -= len(frame)
                self._changed.notify_all()
            yield frame

    def _read(self) -> None:
        for frame in _frames(self._source):
            with self._changed:
                self._changed.wait_for(lambda: self._bytes < self._most)
                self._frames.append(frame)
                self._bytes += len(frame)
                self._changed.notify_all()
        with self._changed:
            self._over = True
            self._changed.notify_all()


def _frames(source: IO[bytes]) -> Iterator[bytes]:
    while len(head := source.read(LENGTH.size)) == LENGTH.size:
        (length,) = LENGTH.unpack(head)
        content = source.read(length)
        if len(content) < length:
            return  # The server was killed in the middle of it.
        yield content


def _entry(event: bytes) -> Entry:
    when, connection, kind, message, options, *encoded = marshal.loads(event)
    if encoded:
        message, options = decode(message), decode(options)
    return Entry(when, connection, kind, message, options)


def _answer(**content: Any) -> None:
    try:
        sys.stdout.write(json.dumps(content) + "\n")
        sys.stdout.flush()
    except OSError:
        pass  # The server is gone; the file is what matters now.
