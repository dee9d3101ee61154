"""Django's flush behind a test that commits, remembered while a test is repeated.

Behind such a test Django empties every table and has each app put in what a new
database holds: content types, permissions. That takes longer than most tests, and
the same comes of it each time, so that an SQLite database can have it back as a copy.
Tests that are run once, and other databases, are flushed as ever.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final
from unittest.mock import patch

from django.db import connections
from django.test import TransactionTestCase

from asgilab.django._relocation import Snapshot

_LOCKED: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@contextmanager
def remembered_flush() -> Iterator[None]:
    """Flush once, the first time a test asks for it; from then on give that back.

    Meant for one test that runs again and again. ``_fixture_teardown`` and
    ``_databases_names`` are Django's own names; a test of ours guards them.

    Example::

        with remembered_flush():
            for mutant in mutants:
                ...          # a test with django_db(transaction=True)
    """
    flush: Any = TransactionTestCase._fixture_teardown
    kept: dict[tuple[str, ...], list[Snapshot]] = {}
    with ExitStack() as stack:

        def flush_or_restore(case: Any) -> None:
            aliases = tuple(case._databases_names(include_mirrors=False))
            if aliases in kept and _restored(kept[aliases]):
                return
            flush(case)
            if aliases not in kept and all(map(_can_be_copied, aliases)):
                kept[aliases] = [stack.enter_context(_taken(each)) for each in aliases]

        name = "_fixture_teardown"
        stack.enter_context(patch.object(TransactionTestCase, name, flush_or_restore))
        yield


def _can_be_copied(alias: str) -> bool:
    wrapper = connections[alias]
    if wrapper.vendor != "sqlite" or wrapper.in_atomic_block:
        return False
    wrapper.ensure_connection()
    return True


def _taken(alias: str) -> Snapshot:
    return Snapshot(alias, connections[alias].connection)


def _restored(snapshots: list[Snapshot]) -> bool:
    """Put the contents back; False where somebody holds a lock on what is there."""
    if not all(_can_be_copied(each.alias) for each in snapshots):
        return False
    try:
        for each in snapshots:
            raw: sqlite3.Connection = connections[each.alias].connection
            each.contents.backup(raw, progress=_do_not_wait)
    except (BlockingIOError, sqlite3.OperationalError):
        return False
    return True


def _do_not_wait(status: int, _remaining: int, _total: int) -> None:
    """Give up at a lock: ``backup()`` alone would wait for it for ever."""
    if status in _LOCKED:
        raise BlockingIOError
