"""Moving SQLite databases aside, to a copy that every thread may use at once.

An in-memory database of Django's tests belongs to one connection. Sharing that
connection among threads mixes their transactions, and SQLite's shared cache
ignores the busy timeout: both lose rows. A copy in SQLite's ``memdb`` file
system is as fast, each thread opens its own connection to it, and a writer
waits for the other one.

What only concerns the open connections lives in ``_live_connections``;
nothing here knows of tests or servers.
"""

import itertools
import sqlite3
import tempfile
import time
import weakref
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from asgilab.django._live_connections import (
    beside_a_loop,
    disconnect,
    open_connections,
)
from asgilab.errors import UsageError

_BUSY_SECONDS: Final = 20.0
_MEMDB_SINCE: Final = (3, 36, 0)  # https://www.sqlite.org/src/doc/tip/src/memdb.c
_SHARED_MEMORY: Final = Path("/dev/shm")

_NUMBERS: Final = itertools.count(1)
"""What is in memory is this process's own, so that a number tells it apart."""

_places: dict[str, sqlite3.Connection] = {}
"""The copies there are now, by their NAME, each with the connection that keeps it."""


class ClosingConnection(sqlite3.Connection):
    """An SQLite connection that closes itself when its thread has ended.

    The thread of an ASGI connection ends with it. What it left open would be
    a ResourceWarning from Python 3.13 on, out of reach of any test.
    """

    def __del__(self) -> None:
        self.close()


class Snapshot:
    """What one SQLite database held at one moment, kept in memory.

    Made by :func:`snapshot`, given back by :func:`restore` or to
    :class:`Relocated`. Use it as a context, or call ``close()``.

    Attributes:
        alias: The database that it was taken from.
        size: How many bytes it holds.
    """

    def __init__(self, alias: str, source: sqlite3.Connection) -> None:
        self.alias = alias
        self.contents = sqlite3.connect(
            ":memory:", check_same_thread=False, factory=ClosingConnection
        )
        _copy(source, self.contents)
        self.size = _size(self.contents)

    def close(self) -> None:
        """Let go of the contents. Calling it again does no harm."""
        self.contents.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


def snapshot(alias: str = "default") -> Snapshot:
    """Remember what an SQLite database holds now.

    Args:
        alias: The database, as ``settings.DATABASES`` names it.

    Raises:
        UsageError: The database is not SQLite, or a transaction is open on it.

    Example::

        with Relocated(["default"], files=True), snapshot("default") as before:
            ...                      # change what you like
            restore(before)          # and it is as it was
    """
    wrapper = _sqlite(alias)
    _refuse_transactions(alias)
    return Snapshot(alias, _raw(wrapper))


def restore(snapshot: Snapshot) -> None:
    """Make a relocated database hold again what it held at the snapshot.

    Connections of other threads stay open and see the restored rows.

    Raises:
        UsageError: The database is not relocated: its own file would be lost.
        TimeoutError: Another connection was in a transaction all the while.
    """
    name = str(connections.settings[snapshot.alias]["NAME"])
    keeper = _places.get(name)
    if keeper is None:
        msg = (
            f"Database {snapshot.alias!r} is at {name!r}, which is no copy made by "
            "asgilab, and restore() would overwrite it. Expected a database inside "
            "Relocated(...)."
        )
        raise UsageError(msg)
    _copy(snapshot.contents, keeper)


class Relocated:
    """Django's SQLite databases, moved to copies of their own for a while.

    Inside, the aliases lead every thread to the copies; afterwards to the
    originals, which hold what they held before. A writer gets its lock at the
    start of its transaction and waits for the other writers, so that threads
    do not fail with "database is locked". Relocations may be nested.

    An SQLite file stays where it is unless ``files`` is set: it only gets the
    same transaction mode and timeout. Other databases are left alone.

    Args:
        aliases: The databases meant. Default: all of ``settings.DATABASES``.
        files: Whether databases in files are copied and moved, too.
        place: ``"memory"``, or ``"disk"`` for a copy that another process can
            open (in shared memory where the system has it).
        contents: Snapshots to fill copies with, in place of what is there now.

    Raises:
        UsageError: On entering: a named alias is not SQLite, or a transaction
            is open on one of them in some thread.

    Example::

        with Relocated():
            ...          # threads may read and write the in-memory database
    """

    def __init__(
        self,
        aliases: Iterable[str] | None = None,
        *,
        files: bool = False,
        place: Literal["memory", "disk"] = "memory",
        contents: Iterable[Snapshot] = (),
    ) -> None:
        self._aliases = None if aliases is None else tuple(aliases)
        self._files = files
        self._place = place
        self._contents = {one.alias: one for one in contents}
        self._undo = ExitStack()

    def __enter__(self) -> Self:
        copies: dict[str, str] = {}
        with ExitStack() as undo:
            aliases = tuple(connections) if self._aliases is None else self._aliases
            for alias in aliases:
                wrapper = connections[alias]
                if wrapper.vendor == "sqlite" or self._aliases is not None:
                    undo.enter_context(self._moved(_sqlite(alias), copies))
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._undo.__exit__(kind, error, traceback)

    def _moved(self, wrapper: BaseDatabaseWrapper, copies: dict[str, str]) -> ExitStack:
        """Move one alias; return the way back. Mirrors share one copy by its name."""
        _refuse_transactions(wrapper.alias)
        old = str(wrapper.settings_dict["NAME"])
        with ExitStack() as undo:
            if wrapper.connection is None:
                undo.callback(_disconnect_again, wrapper)
            name = wrapper.settings_dict["NAME"]
            if self._files or wrapper.is_in_memory_db():
                if old not in copies:
                    copies[old] = undo.enter_context(self._copy_of(wrapper))
                name = copies[old]
            undo.enter_context(_Retargeted(wrapper, name))
            return undo.pop_all()

    def _copy_of(self, wrapper: BaseDatabaseWrapper) -> "Copy":
        taken = self._contents.get(wrapper.alias)
        source = _raw(wrapper) if taken is None else taken.contents
        return Copy(wrapper.alias, source, self._place)


def writing_options(options: dict[str, Any]) -> dict[str, Any]:
    """Return the OPTIONS of a copy: a writer waits for the other one to be done."""
    return {
        "factory": ClosingConnection,
        "timeout": _BUSY_SECONDS,
        "transaction_mode": "IMMEDIATE",
        **options,
    }


def places_on_disk() -> tuple[Path, ...]:
    """Return the folders of the copies that there are now on disk."""
    return tuple(Path(name).parent for name in _places if not name.startswith("file:"))


class Copy:
    """A copy of a database under a name of its own, which ``with`` gives."""

    def __init__(self, alias: str, source: sqlite3.Connection, place: str) -> None:
        self._source = source
        on_disk = place == "disk" or sqlite3.sqlite_version_info < _MEMDB_SINCE
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        if on_disk:
            shared = _SHARED_MEMORY if _SHARED_MEMORY.is_dir() else None
            self._folder = tempfile.TemporaryDirectory(prefix="asgilab-", dir=shared)
            self.name = str(Path(self._folder.name) / f"{alias}.sqlite3")
        else:
            # Never "mode=memory": Django does not close what is called so.
            self.name = f"file:/asgilab-{alias}-{next(_NUMBERS)}?vfs=memdb"

    def __enter__(self) -> str:
        # It does not wait by itself: _copy() does, and knows when to give up.
        keeper = sqlite3.connect(
            self.name, uri=True, timeout=0, check_same_thread=False
        )
        _copy(self._source, keeper)
        if self._folder is not None:
            keeper.execute("PRAGMA journal_mode = WAL").close()
        _places[self.name] = keeper
        return self.name

    def __exit__(self, *_exception: object) -> None:
        _places.pop(self.name).close()
        if self._folder is not None:
            self._folder.cleanup()

    def begin_keys_later(self, count: int) -> None:
        """Let the keys that Django's tables give out begin later, by so many."""
        keeper = _places[self.name]
        # https://www.sqlite.org/autoinc.html: a table has its row there only once
        # it has given out a key.
        found = "SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'"
        tables = [name for (name,) in keeper.execute(found)]
        for table in tables:
            last = "SELECT seq FROM sqlite_sequence WHERE name = ?"
            (key,) = keeper.execute(last, (table,)).fetchone() or (0,)
            keeper.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
            row = (table, key + count)
            keeper.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", row)
        keeper.commit()


class _Retargeted:
    """An alias that leads elsewhere for a while, in all threads.

    Threads share the settings of an alias, not the wrapper made from them: so
    the settings change in place, and each open wrapper has to connect anew.
    """

    def __init__(self, wrapper: BaseDatabaseWrapper, name: Any) -> None:
        self._alias = wrapper.alias
        self._settings = wrapper.settings_dict
        self._old = {key: self._settings[key] for key in ("NAME", "OPTIONS")}
        # The connections are the database where it lives in memory: closing
        # the last one would end it.
        self._keep = wrapper.is_in_memory_db()
        self._kept: list[tuple[weakref.ref[BaseDatabaseWrapper], Any, Any]] = []
        self._new = {"NAME": name, "OPTIONS": writing_options(self._old["OPTIONS"])}

    def __enter__(self) -> None:
        self._settings.update(self._new)
        for wrapper in open_connections(self._alias):
            if self._keep:
                mode = getattr(wrapper, "transaction_mode", None)
                kept = (weakref.ref(wrapper), wrapper.connection, mode)
                self._kept.append(kept)
                wrapper.connection = None
            else:
                disconnect(wrapper)

    def __exit__(self, *_exception: object) -> None:
        self._settings.update(self._old)
        for wrapper in open_connections(self._alias):
            disconnect(wrapper)
        for reference, raw, mode in self._kept:
            owner = reference()
            if owner is None:
                raw.close()
            else:
                owner.connection = raw
                owner.transaction_mode = mode
                owner.in_atomic_block = False


def _sqlite(alias: str) -> BaseDatabaseWrapper:
    wrapper = connections[alias]
    if wrapper.vendor != "sqlite":
        msg = (
            f"Database {alias!r} is {wrapper.vendor}, and only SQLite can be copied "
            "like this. Leave the alias out, or use a test database of its own."
        )
        raise UsageError(msg)
    return wrapper


def _raw(wrapper: BaseDatabaseWrapper) -> sqlite3.Connection:
    if wrapper.connection is None:
        with beside_a_loop():
            wrapper.connect()
    raw: sqlite3.Connection = wrapper.connection
    return raw


def _disconnect_again(wrapper: BaseDatabaseWrapper) -> None:
    if wrapper.connection is not None:
        disconnect(wrapper)


def _refuse_transactions(alias: str) -> None:
    if any(wrapper.in_atomic_block for wrapper in open_connections(alias)):
        msg = (
            f"A transaction is open on database {alias!r}, and what it wrote would "
            "be torn apart. Expected a time outside atomic() and outside a TestCase "
            "(use TransactionTestCase)."
        )
        raise UsageError(msg)


def _size(database: sqlite3.Connection) -> int:
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    (each,) = database.execute("PRAGMA page_size").fetchone()
    return int(pages) * int(each)


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Overwrite the target; ``backup()`` alone would wait for a lock for ever."""
    deadline = time.monotonic() + _BUSY_SECONDS

    def check(_status: int, remaining: int, total: int) -> None:
        if time.monotonic() > deadline:
            msg = (
                f"The database stayed locked for {_BUSY_SECONDS:.0f} s while it was "
                f"copied ({remaining} of {total} pages to go)."
            )
            raise TimeoutError(msg)

    source.backup(target, progress=check, sleep=0.01)
