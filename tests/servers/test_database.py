"""Who owns the database's connections, on databases that are really shared.

What is tested stands in ``tests/django/test_ownership.py``; here it runs on SQLite in
a file and on PostgreSQL: pytest-django's ``db`` and ``transactional_db``, and Django's
``TestCase`` and ``TransactionTestCase``.
"""

from pathlib import Path

import pytest

from tests.fixtures.servers import postgres
from tests.servers.runner import Ran, run_again

__all__ = ["postgres"]

SCENARIOS = {
    "test_rows_of_the_tests_open_transaction_are_seen[AsyncRooms]",
    "test_a_fixtures_rows_and_the_applications_meet[SyncRooms]",
    "test_nothing_of_one_test_reaches_the_next[third]",
    "test_without_a_transaction_rows_are_committed[SyncRooms]",
    "test_communicators_at_work_at_once_leave_nothing_patched_behind",
    "test_the_transaction_is_shared",
    "test_it_was_rolled_back",
    "test_rows_are_seen_by_both",
    "test_they_were_flushed",
}
"""Some of those tests, so that a run of none cannot pass."""


def expect_all(ran: Ran) -> None:
    assert ran.others == set(), ran.output
    assert ran.passed >= SCENARIOS


@pytest.mark.long
def test_ownership_holds_on_sqlite_in_a_file(tmp_path: Path) -> None:
    database = tmp_path / "rooms.sqlite3"
    expect_all(
        run_again(
            "tests/django/test_ownership.py",
            tmp_path / "report.xml",
            ASGILAB_TEST_DATABASE=str(database),
        )
    )


@pytest.mark.long
@pytest.mark.postgres
def test_ownership_holds_on_postgresql(postgres: str, tmp_path: Path) -> None:
    expect_all(
        run_again(
            "tests/django/test_ownership.py",
            tmp_path / "report.xml",
            ASGILAB_TEST_DATABASE=postgres,
        )
    )
