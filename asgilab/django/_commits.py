"""What an application does after a commit, while its transaction is the test's own.

An application that is lent a connection with an open transaction never commits, so
that what it gave to ``transaction.on_commit()`` would never run: the group message
that tells other clients, the task that is queued. Behind a server each of its own
``atomic`` blocks commits. Here the callbacks run where that would be; those of the
test itself, from other threads, are left to the test as Django leaves them.

Nor does an error of the database reach further than behind a server: there a
statement outside of all blocks is a transaction of its own, and a block without a
savepoint is rolled back when it is the outermost.

The connection is changed for as long as it is lent, and no message costs anything.
"""

import logging
from collections.abc import Callable
from typing import Any, Final, SupportsIndex

from django.db.backends.base.base import BaseDatabaseWrapper

from asgilab.django._statements import separated

_CHANGED = ("on_commit", "savepoint_commit", "savepoint_rollback", "set_autocommit")
_LOGGER = logging.getLogger("django.db.backends.base")
_COMMITS: Final = "_asgilab_commits"
"""Attribute of a lent connection: what was made of it here."""

_LENT: Final[dict[type[BaseDatabaseWrapper], type[BaseDatabaseWrapper]]] = {}
"""The class of connections while they are lent, by the one they have otherwise."""


class Commits:
    """Lets one lent connection commit, and fail, as one of the borrower's own would.

    Callbacks run where the borrower would commit. An error outside of its blocks
    leaves the transaction usable.

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
        self._kind: type[BaseDatabaseWrapper] = type(connection)
        self._borrowed = borrowed
        self._ended = ended
        self._depth = len(connection.savepoint_ids)
        self._watching = False
        self._released: str | None = None

    def watch(self) -> None:
        """Begin: from now on callbacks run."""
        self._watching = True
        connection = self._connection
        vars(connection)[_COMMITS] = self
        connection.__class__ = _lent(self._kind)
        connection.savepoint_ids = _Savepoints(
            connection.savepoint_ids, self._savepoint_of, self._left
        )
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
        for name in (*_CHANGED, _COMMITS):
            vars(connection).pop(name, None)
        connection.__class__ = self._kind

    @property
    def outside(self) -> bool:
        """Whether the borrower asks, and is in no block of its own."""
        return self._borrowed() and len(self._connection.savepoint_ids) <= self._depth

    def _savepoint_of(self, savepoint: str | None) -> str | None:
        """Return what an ``atomic`` block is to roll back to.

        The outermost one needs a savepoint even if it asked for none.
        """
        connection = self._connection
        if savepoint is None and self.outside and not connection.needs_rollback:
            taken: str | None = connection.savepoint()
            return taken
        return savepoint

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

        One with a savepoint commits it next, and callbacks run after that. The
        borrower's outermost has none only where the test's transaction is broken.
        The test leaves a block of its own when it is over.
        """
        if len(self._connection.savepoint_ids) < self._depth:
            self._end()
        elif savepoint is None:
            self._take_due()

    def _run(self) -> None:
        for _, callback, robust in self._take_due():
            callback.run(robust)

    def _take_due(self) -> list[Any]:
        """Take off what the borrower would have committed or lost by now."""
        connection = self._connection
        if not self.outside:
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
    """The savepoints of a connection, as Django stacks them.

    Args:
        ids: Those that are there already.
        entered: Returns what is stacked in place of what Django wants to stack.
        popped: Told what is taken off.
    """

    def __init__(
        self,
        ids: list[Any],
        entered: Callable[[str | None], str | None],
        popped: Callable[[str | None], None],
    ) -> None:
        super().__init__(ids)
        self._entered = entered
        self._popped = popped

    def append(self, savepoint: Any) -> None:
        """Put one on."""
        super().append(self._entered(savepoint))

    def pop(self, index: SupportsIndex = -1) -> Any:
        """Take one off, and tell."""
        savepoint = super().pop(index)
        self._popped(savepoint)
        return savepoint


def _lent(kind: type[BaseDatabaseWrapper]) -> type[BaseDatabaseWrapper]:
    """Return the class of a connection while it is lent: unbroken by errors outside."""
    if kind in _LENT:
        return _LENT[kind]

    def get(connection: Any) -> bool:
        broken: bool = vars(connection)["needs_rollback"]
        return broken

    def put(connection: Any, needed: bool) -> None:
        if not (needed and _outside(connection)):
            vars(connection)["needs_rollback"] = needed

    def prepare_cursor(connection: Any, cursor: Any) -> Any:
        prepare: Any = kind._prepare_cursor
        return separated(prepare(connection, cursor), _outside)

    members = {"needs_rollback": property(get, put), "__module__": kind.__module__}
    if kind.vendor == "postgresql":  # It goes no further after an error.
        members["_prepare_cursor"] = prepare_cursor
    _LENT[kind] = type(kind.__name__, (kind,), members)
    return _LENT[kind]


def _outside(connection: Any) -> bool:
    """Tell whether a connection's borrower asks, and is in no block of its own."""
    commits: Commits | None = vars(connection).get(_COMMITS)
    return commits is not None and commits.outside
