"""The files that a recorder writes: opened, rotated, shared, and healed.

Every file is a session file of its own, whatever happens to it: it begins with
a header, and a line that could not be written whole is taken back. Who writes
when lives in ``_recording_thread``.
"""

import json
import os
import re
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
    fcntl = None  # type: ignore[assignment]  # a name cannot be a module or None

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


def later_numbers(path: Path, number: int) -> list[int]:
    """Return the numbers of a recorder's files that come after one, the next first.

    Example::

        later_numbers(Path("a.asgilab.jsonl"), 3)     # [7, 8]; others were removed
    """
    stem = re.escape(path.name.removesuffix(SUFFIX))
    suffix = re.escape(SUFFIX) if path.name.endswith(SUFFIX) else ""
    named = re.compile(rf"{stem}\.(\d{{1,9}}){suffix}")
    found = map(named.fullmatch, (each.name for each in path.parent.iterdir()))
    return sorted(int(each[1]) for each in found if each and int(each[1]) > number)


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
        binary = getattr(os, "O_BINARY", 0)  # Windows would write other line ends.
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | exclusive | binary
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
        return _identity(self.path) != self.identity

    def write(self, lines: list[str], full_at: int | None = None) -> bool:
        """Append lines: all of them, or, if that fails, none.

        Args:
            lines: The lines, each with its line end.
            full_at: Size at which others who share the file go on to the next one,
                and may remove this one: then nothing is written.

        Returns:
            Whether they were written.

        Raises:
            OSError: They could not be written, as when the disk is full.
        """
        with self._alone():
            if self._shared and full_at is not None and self.size >= full_at:
                return False
            self._append("".join(lines).encode())
        return True

    @property
    def changed(self) -> float:
        """When somebody wrote to it last, as the system counts time."""
        return os.fstat(self._number).st_mtime

    @property
    def identity(self) -> tuple[int, int]:
        """What no other file has."""
        status = os.fstat(self._number)
        return status.st_dev, status.st_ino

    def measure(self) -> None:
        """Learn how long a shared file is by now."""
        if self._shared:
            self.size = os.fstat(self._number).st_size

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
        self._written: list[tuple[Path, tuple[int, int]]] = []
        self._number = 1
        self._begun = False
        self.current: RecordingFile | None = None

    @property
    def due(self) -> bool:
        """Whether a file has to be opened before anything can be written."""
        current = self.current
        if current is None:
            return True
        current.measure()
        return current.size >= self._max_bytes

    def write(self, lines: list[str]) -> bool:
        """Append lines to the current file; return whether there was room in it.

        Raises:
            OSError: They could not be written.
        """
        if self.current is None:
            return False
        # A file that this process has begun takes something, however small it may be.
        full_at = None if self._begun else self._max_bytes
        self._begun = False
        return self.current.write(lines, full_at)

    def open_next(self) -> RecordingFile:
        """Close the current file, if any, and open the one that comes after it.

        Raises:
            OSError: It cannot be opened.
        """
        current = self.current
        if current is not None and self._shared and self.due:
            self._number = self._following(current)
        self.close()
        opened = self._after(current)
        while not opened.fresh and opened.size >= self._max_bytes:
            opened.close()
            self._number += 1
            opened = self._after(opened)
        self.current, self._begun = opened, opened.fresh
        self._written.append((opened.path, opened.identity))
        self._drop_oldest()
        return opened

    def close(self) -> None:
        """Close the current file."""
        if self.current is not None:
            self.current.close()
            self.current = None

    def _after(self, before: RecordingFile | None) -> RecordingFile:
        """Open a file. By what it tells it did not begin before the one before it."""
        if before is not None:
            self._session.started = max(self._session.started, before.started)
        return self._opened()

    def _opened(self) -> RecordingFile:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            try:
                return RecordingFile(self._place(), self._session, shared=self._shared)
            except (FileExistsError, ValueError, KeyError, TypeError):
                self._number += 1  # Somebody's own file: it is left alone.

    def _place(self) -> Path:
        return numbered(self._path, self._number)

    def _following(self, current: RecordingFile) -> int:
        """Return the number of the next file: of one that others write to, if any.

        They may have removed those before it already. An older recording is none.
        """
        later = (
            number
            for number in later_numbers(self._path, self._number)
            if _changed(numbered(self._path, number), current.changed)
        )
        return next(later, self._number + 1)

    def _drop_oldest(self) -> None:
        """Remove files that this process has left because they were full."""
        while self._keep is not None and len(self._written) > self._keep:
            path, identity = self._written.pop(0)
            if _identity(path) == identity:
                path.unlink(missing_ok=True)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _changed(path: Path, since: float) -> bool:
    try:
        return path.stat().st_mtime >= since
    except OSError:
        return False
