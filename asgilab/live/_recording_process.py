"""The process that writes for one recorder, so that serving costs little more.

Turning events into text is more work than passing them on. Frames come in by
the standard input, each a length and a marshalled tuple; answers go out by the
standard output, one line of JSON each. When the input ends, for whatever
reason, what came is written, and the process ends.
"""

import json
import marshal
import signal
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from asgilab.live._recording_file import RecordingFiles
from asgilab.live._scribe import Entry, Scribe
from asgilab.sessions import Session
from asgilab.sessions._codec import decode

LENGTH: Final = struct.Struct("!Q")
ENCODED: Final = "$encoded"
"""The only key of a message that had to be encoded before it could cross."""


def main() -> None:
    """Write down what the standard input brings."""
    # It ends when its input does: the signals are meant for the server.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    options = json.loads(sys.argv[2])
    files = RecordingFiles(
        Path(options["path"]),
        Session(
            application=options["application"],
            settings=options["settings"],
            app_dir=options["app_dir"],
        ),
        shared=options["shared"],
        max_bytes=options["max_bytes"],
        keep=options["keep"],
    )
    scribe = Scribe(files, options["redact"], lambda text: _answer(warning=text))
    for lost, flushed, rows in _frames(sys.stdin.buffer):
        scribe.write([_entry(row) for row in rows], lost)
        if flushed:
            current = files.current
            path = None if current is None else str(current.path)
            _answer(flushed=flushed, path=path)
    scribe.close()


def _frames(source: IO[bytes]) -> Iterator[tuple[int, int, list[Any]]]:
    """Yield how many events were lost, the number of a flush or 0, and events."""
    while len(head := source.read(LENGTH.size)) == LENGTH.size:
        (length,) = LENGTH.unpack(head)
        content = source.read(length)
        if len(content) < length:
            return  # The server was killed in the middle of it.
        yield marshal.loads(content)


def _entry(row: Any) -> Entry:
    entry = Entry(*row)
    if entry.message.keys() == {ENCODED}:
        entry = entry._replace(message=decode(entry.message[ENCODED]))
    return entry


def _answer(**content: Any) -> None:
    try:
        sys.stdout.write(json.dumps(content) + "\n")
        sys.stdout.flush()
    except OSError:
        pass  # The server is gone; the file is what matters now.
