"""The process that writes for one recorder, so that serving costs little more.

Turning events into text is more work than passing them on. Frames come in by
the standard input (``_recording_frame``); answers go out by the standard output,
one line of JSON each. When the input ends, for whatever
reason, what came is written, and the process ends.
"""

import json
import os
import signal
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
from asgilab.live._recording_frame import Frame, entries_of, frames
from asgilab.live._scribe import Scribe
from asgilab.sessions import Session, name_secrets

_AHEAD_BYTES: Final = 64_000_000
_NICENESS: Final = 19
_ANSWER_SECONDS: Final = 0.5
_NOT_MEANT: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGTTOU")
"""Signals for the server. This process ends when its input does."""

BURST: Final = 400
"""Events of a frame from which on there is a burst of traffic."""
_BURST_SECONDS: Final = 2.0
"""How long what comes in a burst may wait for its end."""


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
    _write(scribe, files)
    scribe.close()


def yield_to_others(process: int) -> None:
    """Let others have the processor before a process, where the system knows of that.

    Args:
        process: Its number. It yields from then on, while it is starting too.
    """
    with suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, process, _NICENESS)
    with suppress(AttributeError, OSError):
        os.sched_setscheduler(process, os.SCHED_IDLE, os.sched_param(0))


def _write(scribe: Scribe, files: RecordingFiles) -> None:
    """Write what comes, and answer how much is written: soon, if that is awaited."""
    unanswered, answered = 0, time.monotonic()
    for frame in ReadAhead(sys.stdin.buffer):
        lost, awaited, entries = entries_of(frame)
        scribe.write(entries, lost)
        unanswered += 1
        if awaited or time.monotonic() - answered > _ANSWER_SECONDS:
            current = files.current
            path = None if current is None else str(current.path)
            _answer(written=unanswered, path=path)
            unanswered, answered = 0, time.monotonic()


class ReadAhead:
    """Contents of frames, read as they come and given out as they are wanted.

    In a burst of traffic whoever serves needs the machine. This process takes what
    comes, and writes it down when the burst is over, when somebody waits for it, when
    much waits, or when it has waited for two seconds.

    Args:
        source: Where the frames come from.
        most: How many bytes may wait here; above that, the source has to.
    """

    def __init__(self, source: IO[bytes], most: int = _AHEAD_BYTES) -> None:
        self._source = source
        self._most = most
        self._frames: deque[Frame] = deque()
        self._bytes = 0
        self._awaited = 0
        self._over = False
        self._changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def __iter__(self) -> Iterator[bytes]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._frames or self._over)
                if not self._frames:
                    return
                left = self._frames[0].came + _BURST_SECONDS - time.monotonic()
                self._changed.wait_for(self._is_time, max(left, 0))
                frame = self._frames.popleft()
                self._bytes -= len(frame.content)
                self._awaited -= frame.awaited
                self._changed.notify_all()
            yield frame.content

    def _is_time(self) -> bool:
        """Whether what waits is to be written now."""
        calm = self._frames[-1].events < BURST
        return calm or self._over or self._awaited > 0 or self._bytes * 2 > self._most

    def _read(self) -> None:
        for frame in frames(self._source):
            with self._changed:
                self._changed.wait_for(lambda: self._bytes < self._most)
                self._frames.append(frame)
                self._bytes += len(frame.content)
                self._awaited += frame.awaited
                self._changed.notify_all()
        with self._changed:
            self._over = True
            self._changed.notify_all()


def _answer(**content: Any) -> None:
    try:
        sys.stdout.write(json.dumps(content) + "\n")
        sys.stdout.flush()
    except OSError:
        pass  # The server is gone; the file is what matters now.
