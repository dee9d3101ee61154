"""Connections with an open transaction of the test, lent to asgiref's thread.

A thread of Django's has connections of its own, and what a test's transaction holds
is seen by no other. So the thread that runs synchronous code is lent the test's.

A loan lasts as long as the transaction, not as long as the application: a test that
counts rows after it disconnected does so in that thread too, and on a connection of
its own it would not see them, or would find the table locked. Whose loan it is, and
when, is told by ``_ownership``.
"""

import contextlib
import threading
from collections.abc import Callable, Mapping
from typing import Final

from asgiref.sync import SyncToAsync
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from asgilab.django._commits import Commits


class _Loan:
    """One connection, lent to the thread that makes this object.

    Args:
        connection: The connection.
        borrowed: Tells whether the thread that asks is the borrower.
        ended: Called when the transaction has ended, by the thread that ended it.
    """

    def __init__(
        self,
        connection: BaseDatabaseWrapper,
        borrowed: Callable[[], bool],
        ended: Callable[[], None],
    ) -> None:
        self.connection = connection
        self.users = 0
        self._own = _of_this_thread(connection.alias)
        self._commits = Commits(connection, borrowed, ended)
        connection.inc_thread_sharing()
        connections[connection.alias] = connection
        self._commits.watch()

    def end(self) -> None:
        """Put this thread's own connection back."""
        self._commits.leave()
        self.connection.dec_thread_sharing()
        if self._own is None:
            del connections[self.connection.alias]
        else:
            connections[self.connection.alias] = self._own


class Loans(threading.local):
    """What one thread was lent, by alias."""

    def __init__(self) -> None:
        self._loans: dict[str, _Loan] = {}

    def take(self, lent: Mapping[str, BaseDatabaseWrapper]) -> None:
        """Put the lent connections in place of this thread's own, for one more user."""
        for alias, connection in lent.items():
            loan = self._loans.get(alias)
            if loan is not None and loan.connection is not connection:
                self.end(alias)
                loan = None
            if loan is None:
                if _of_this_thread(alias) is connection:
                    continue  # the application's thread is the test's own
                loan = _Loan(connection, self._borrows(alias), self._ended(alias))
                self._loans[alias] = loan
            loan.users += 1

    def return_(self, lent: Mapping[str, BaseDatabaseWrapper], keep: bool) -> None:
        """One user is done.

        Args:
            lent: What it was lent.
            keep: Leave the last user's loan as it is until the transaction ends.
        """
        for alias in lent:
            loan = self._loans.get(alias)
            if loan is not None:
                loan.users -= 1
                if loan.users <= 0 and not keep:
                    self.end(alias)

    def end(self, alias: str) -> None:
        """Put this thread's own connection back, if it was lent another."""
        loan = self._loans.pop(alias, None)
        if loan is not None:
            loan.end()

    def _borrows(self, alias: str) -> Callable[[], bool]:
        """Return what tells whether the thread that asks is lent that connection."""
        return lambda: alias in self._loans

    def _ended(self, alias: str) -> Callable[[], None]:
        """Return what the test's thread calls when its transaction has ended.

        The loan ends in the borrower's thread, before whatever that does next.
        """

        def end() -> None:
            with contextlib.suppress(RuntimeError):  # the interpreter is going down
                SyncToAsync.single_thread_executor.submit(self.end, alias)

        return end


LOANS: Final = Loans()


def _of_this_thread(alias: str) -> BaseDatabaseWrapper | None:
    for connection in connections.all(initialized_only=True):
        if connection.alias == alias:
            return connection
    return None
