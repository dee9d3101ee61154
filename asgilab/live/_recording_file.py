"""The files that a recorder writes: opened, rotated, shared, and healed.

Every file is a session file of its own, whatever happens to it: it begins with
a header, and a line that could not be written whole is taken back. Who writes
when lives in ``_recording_thread``.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from asgilab.sessions import Session
from asgilab.sessions._codec import header_line

try:
    import fcntl
except ImportError:  # Windows has no such locks, and no shared files here.
    fcntl = None  # type: ignore[assignment]

SUFFIX: Final = ".asgilab.jsonl"
_LONGEST_HEADER: Final = 1_000_000


def numbered(path: Path, number: int) -> Path:
    """Return the place of a recorder's file of that number, counted from 1.

    Example::

        numbered(Path("a.asgilab.jsonl"), 2)     # Path("a.2.asgilab.jsonl")
    """
    if number == 1:
        return path
    stem = path.name.removesuffix(SUFFIX)
    suffix = SUFFIX if path.name.endswith(SUFFIX) else ""
    return path.with_name(f"{stem}.{number}{suffix}")


class RecordingFile:
    """One session file, open for appending.

    Args:
        path: Its place. It must not exist unless ``shared``.
        session: What its header tells.
        shared: Whether other processes append to it, too.

    Raises:
        FileExistsError: It exists and is not shared.
        OSError: It cannot be opened or written.
        ValueError: It exists, is shared, and is no session file.

    Attributes:
        started: When the session of this file began.
        size: How many bytes it has, as far as this process knows.
        fresh: Whether this process has begun it.
    """

    def __init__(self, path: Path, session: Session, *, shared: bool = False) -> None:
        self.path = path
        self.started = session.started
        self._shared = shared and fcntl is not None
        exclusive = 0 if self._shared else os.O_EXCL
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | exclusive
        self._number = os.open(path, flags, 0o600)
        self.size = 0
        try:
            with self._alone():
                self.fresh = self.size == 0
                if self.fresh:
                    self._append(header_line(session).encode())
                else:
                    self.started = self._started()
        except BaseException:
            self.close()
            raise

    @property
    def gone(self) -> bool:
        """Whether the file is no longer at its path: removed, or moved away."""
        try:
            there, here = self.path.stat(), os.fstat(self._number)
        except OSError:
            return True
        return (there.st_ino, there.st_dev) != (here.st_ino, here.st_dev)

    def write(self, lines: list[str]) -> None:
        """Append lines: all of them, or, if that fails, none.

        Raises:
            OSError: They could not be written, as when the disk is full.
        """
        with self._alone():
            self._append("".join(lines).encode())

    def close(self) -> None:
        """Close the file."""
        os.close(self._number)

    def _append(self, content: bytes) -> None:
        before = self.size
        view = memoryview(content)
        try:
            while view:
                view = view[os.write(self._number, view) :]
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._number, before)
            raise
        self.size = before + len(content)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes out of a shared file, and learn how long it is."""
        if not self._shared:
            yield
            return
        fcntl.flock(self._number, fcntl.LOCK_EX)
        try:
            self.size = os.fstat(self._number).st_size
            yield
        finally:
            fcntl.flock(self._number, fcntl.LOCK_UN)

    def _started(self) -> datetime:
        first = os.pread(self._number, _LONGEST_HEADER, 0).partition(b"\n")[0]
        started = datetime.fromisoformat(json.loads(first)["started"])
        if started.tzinfo is None:
            msg = f"{self.path} has a header without a time zone."
            raise ValueError(msg)
        return started


class RecordingFiles:
    """The files of one recorder: ``a.asgilab.jsonl``, ``a.2.asgilab.jsonl``, and on.

    Args:
        path: Place of the first file.
        session: What the header of each tells.
        shared: Whether processes append to one file. Otherwise each takes the
            first name that is free, so that each has its own.
        max_bytes: Size at which the next file is begun.
        keep: How many files this process leaves, or None for all.
    """

    def __init__(
        self,
        path: Path,
        session: Session,
        *,
        shared: bool,
        max_bytes: int,
        keep: int | None,
    ) -> None:
        self._path = path
        self._session = session
        self._shared = shared
        self._max_bytes = max_bytes
        self._keep = keep
        self._written: list[Path] = []
        self._number = 1
        self.current: RecordingFile | None = None

    @property
    def due(self) -> bool:
        """Whether a file has to be opened before anything can be written."""
        current = self.current
        return current is None or current.size >= self._max_bytes

    def open_next(self) -> RecordingFile:
        """Close the current file, if any, and open the one that comes after it.

        Raises:
            OSError: It cannot be opened.
        """
        self.close()
        opened = self._opened()
        while not opened.fresh and opened.size >= self._max_bytes:
            opened.close()
            self._number += 1
            opened = self._opened()
        self.current = opened
        self._written.append(opened.path)
        self._drop_oldest()
        return opened

    def close(self) -> None:
        """Close the current file."""
        if self.current is not None:
            self.current.close()
            self.current = None

    def _opened(self) -> RecordingFile:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            try:
                return RecordingFile(self._place(), self._session, shared=self._shared)
            except (FileExistsError, ValueError, KeyError, TypeError):
                self._number += 1  # Somebody's own file: it is left alone.

    def _place(self) -> Path:
        return numbered(self._path, self._number)

    def _drop_oldest(self) -> None:
        while self._keep is not None and len(self._written) > self._keep:
            self._written.pop(0).unlink(missing_ok=True)
