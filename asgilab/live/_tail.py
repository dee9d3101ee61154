"""Reading a recorder's file while it is still being written.

A line that is written in part is left for the next time; where the recorder goes
on in another file, so does this. When to look, and what to do with what came, is
the business of whoever reads.
"""

import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from asgilab.live._recording_file import later_numbers, numbered
from asgilab.sessions import Session
from asgilab.sessions._file import parse

if TYPE_CHECKING:
    from datetime import datetime

_AT_ONCE: Final = 16_000_000
"""Bytes that are read at most before something is given out."""


class Tail:
    """The end of a file that grows, and of the files that come after it.

    Args:
        path: The first file. It need not exist yet.

    Attributes:
        path: The file that was read last.

    Example::

        tail = Tail("lobby.asgilab.jsonl")
        tail.read()      # a session of the events so far
        tail.read()      # a session of what came since, or None
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._first = self.path
        self._number = 1
        self._file: IO[bytes] | None = None
        self._header = b""
        self._rest = b""
        self._started: datetime | None = None

    def read(self, last: int | None = None) -> tuple[Session | None, int]:
        """Return what was written since the last call.

        Args:
            last: How many events to read of it at most, the last ones. Default: all.

        Returns:
            A session of its own, or None when nothing came, and how many events
            before that were passed over.

        Raises:
            SessionFileError: The file is no session file, or a line is broken.
            OSError: It cannot be read.
        """
        followed = self._following()
        lines = self._lines()
        while not lines and followed is not None:
            self._open(*followed)
            followed = self._following()
            lines = self._lines()
        if not lines:
            return None, 0
        passed_over = 0 if last is None else max(len(lines) - last, 0)
        session = parse([self._header, *lines[passed_over:]], self.path)
        self._started = session.started
        return session, passed_over

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _lines(self) -> list[bytes]:
        """Return the whole lines that were added; the header is kept apart."""
        if self._file is None:
            return []
        self._rest += self._file.read(_AT_ONCE)
        whole, end, self._rest = self._rest.rpartition(b"\n")
        lines = (whole + end).splitlines(keepends=True)
        if lines and not self._header:
            self._header = lines.pop(0)
        return lines

    def _open(self, path: Path, number: int) -> None:
        self.close()
        self._file = path.open("rb")
        self.path, self._number = path, number
        self._header = self._rest = b""

    def _following(self) -> tuple[Path, int] | None:
        """Return what to read once this file has no more: place and number.

        Asked before the last look into a file, because the next one is begun only
        when this one is complete.
        """
        if self._file is None or _is_another(self._file, self.path):
            return (self.path, self._number) if self.path.exists() else None
        if self.path.exists() and not numbered(self._first, self._number + 1).exists():
            return None
        # Those that come next may have been removed already, to keep only a few.
        for number in later_numbers(self._first, self._number):
            path = numbered(self._first, number)
            if self._continues(path):
                return path, number
        return None

    def _continues(self, path: Path) -> bool:
        """Tell whether a file is a later one of this recording, and no older one's."""
        if self._started is None:
            return False
        try:
            with path.open("rb") as file:
                header = file.readline()
        except FileNotFoundError:
            return False
        if not header.endswith(b"\n"):
            return False  # It has just been begun.
        return parse([header], path).started >= self._started


def _is_another(file: IO[bytes], path: Path) -> bool:
    """Tell whether a new file stands where the one that is open used to be."""
    try:
        there = path.stat()
    except OSError:
        return False
    here = os.fstat(file.fileno())
    return (there.st_ino, there.st_dev) != (here.st_ino, here.st_dev)
