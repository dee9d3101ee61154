"""What an application does after a commit, while its transaction is the test's own.

An application that is lent a connection with an open transaction never commits, so
that what it gave to ``transaction.on_commit()`` would never run: the group message
that tells other clients, the task that is queued. Behind a server each of its own
``atomic`` blocks commits. Here the callbacks run where that would be; those of the
test itself, from other threads, are left to the test as Django leaves them.

The connection is changed for as long as it is lent, and no message costs anything.
"""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, SupportsIndex

from django.db.backends.base.base import BaseDatabaseWrapper

_CHANGED = ("on_commit", "savepoint_commit", "savepoint_rollback", "set_autocommit")
_LOGGER = logging.getLogger("django.db.backends.base")


class Commits:
    """Runs the callbacks of one lent connection where its borrower would commit.

    Args:
        connection: The connection, with a transaction open.
        borrowed: Tells whether the thread that asks is the borrower.
        ended: Called once the transaction has ended, in the thread that ended it.
    """

    def __init__(
        self,
        connection: BaseDatabaseWrapper,
        borrowed: Callable[[], bool],
        ended: Callable[[], None],
    ) -> None:
        self._connection: Any = connection
        self._borrowed = borrowed
        self._ended = ended
        self._depth = len(connection.savepoint_ids)
        self._watching = False
        self._released: str | None = None

    def watch(self) -> None:
        """Begin: from now on callbacks run."""
        self._watching = True
        connection = self._connection
        connection.savepoint_ids = _Savepoints(connection.savepoint_ids, self._left)
        connection.on_commit = self._on_commit
        connection.savepoint_commit = self._savepoint_commit
        connection.savepoint_rollback = self._savepoint_rollback
        connection.set_autocommit = self._set_autocommit

    def leave(self) -> None:
        """End: the connection is as it was, and may be in use for another test."""
        if not self._watching:
            return
        self._watching = False
        connection = self._connection
        connection.savepoint_ids = list(connection.savepoint_ids)
        for name in _CHANGED:
            vars(connection).pop(name, None)

    def _on_commit(self, func: Any, robust: bool = False) -> None:
        connection = self._connection
        if callable(func) and self._borrowed():
            func = _Callback(func)
        type(connection).on_commit(connection, func, robust)
        self._run()

    def _savepoint_commit(self, sid: str) -> None:
        if sid == self._released:
            return
        connection = self._connection
        type(connection).savepoint_commit(connection, sid)
        self._released = sid
        self._run()

    def _savepoint_rollback(self, sid: str) -> None:
        """Roll back, but not what is committed already, when a callback has failed.

        ``atomic`` takes any database error here for one of its own savepoint.
        """
        if sid != self._released:
            connection = self._connection
            type(connection).savepoint_rollback(connection, sid)

    def _set_autocommit(self, *arguments: Any, **named: Any) -> None:
        connection = self._connection
        type(connection).set_autocommit(connection, *arguments, **named)
        if not connection.in_atomic_block:
            self._end()

    def _end(self) -> None:
        self.leave()
        self._ended()

    def _left(self, savepoint: str | None) -> None:
        """Note that an ``atomic`` block is left; called by its ``__exit__``.

        One with a savepoint commits it next, and callbacks run after that. One
        without has nothing to commit: they run now, unless an exception ends it.
        The test leaves a block of its own when it is over.
        """
        if len(self._connection.savepoint_ids) < self._depth:
            self._end()
        elif savepoint is None:
            failed = sys._getframe(2).f_locals.get("exc_type") is not None
            if failed or self._connection.needs_rollback:
                self._take_due()
            else:
                self._run()

    def _run(self) -> None:
        for _, callback, robust in self._take_due():
            with self._apart():
                callback.run(robust)

    @contextmanager
    def _apart(self) -> Iterator[None]:
        """Let an error of the database not reach what came before.

        Behind a server a callback has no transaction around it. One of PostgreSQL's
        that an error has broken is repaired by going back to where it was whole.
        """
        connection = self._connection
        kind = type(connection)
        sid = kind.savepoint(connection)
        before = connection.needs_rollback
        try:
            yield
        finally:
            broken = connection.needs_rollback and not before
            connection.needs_rollback = before
            if sid is not None and not before:
                if broken and connection.vendor != "sqlite":
                    kind.savepoint_rollback(connection, sid)
                kind.savepoint_commit(connection, sid)

    def _take_due(self) -> list[Any]:
        """Take off what the borrower would have committed or lost by now."""
        connection = self._connection
        if not self._borrowed() or len(connection.savepoint_ids) > self._depth:
            return []
        entries = connection.run_on_commit
        due = [entry for entry in entries if isinstance(entry[1], _Callback)]
        if due:
            connection.run_on_commit = [one for one in entries if one not in due]
        return due


class _Callback:
    """A callback that the borrower registered, told apart from those of the test."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = function

    def __call__(self) -> None:
        self._function()

    def run(self, robust: bool) -> None:
        """Call it; a robust one that fails is logged, as Django does."""
        try:
            self._function()
        except Exception as error:
            if not robust:
                raise
            name = getattr(self._function, "__qualname__", repr(self._function))
            _LOGGER.exception(
                "Error calling %s in on_commit() (%s).", name, error, stacklevel=3
            )


class _Savepoints(list[Any]):
    """The savepoints of a connection, as Django stacks them; tells what is popped."""

    def __init__(self, ids: list[Any], popped: Callable[[str | None], None]) -> None:
        super().__init__(ids)
        self._popped = popped

    def pop(self, index: SupportsIndex = -1) -> Any:
        """Take one off, and tell."""
        savepoint = super().pop(index)
        self._popped(savepoint)
        return savepoint
