"""Who owns the database's connections, on databases that are really shared.

What is tested stands in ``tests/django``, in the files named below. Here it runs on
SQLite in a file and on PostgreSQL: pytest-django's ``db`` and ``transactional_db``,
and Django's ``TestCase`` and ``TransactionTestCase``.
"""

from pathlib import Path

import pytest

from tests.fixtures.servers import postgres
from tests.servers.runner import run_again

__all__ = ["postgres"]

SCENARIOS = {
    "tests/django/test_ownership.py": {
        "test_rows_of_the_tests_open_transaction_are_seen[AsyncRooms]",
        "test_a_fixtures_rows_and_the_applications_meet[SyncRooms]",
        "test_nothing_of_one_test_reaches_the_next[third]",
        "test_without_a_transaction_rows_are_committed[SyncRooms]",
        "test_communicators_at_work_at_once_leave_nothing_patched_behind",
        "test_the_transaction_is_shared",
        "test_it_was_rolled_back",
        "test_rows_are_seen_by_both",
        "test_they_were_flushed",
    },
    "tests/django/test_commits.py": {
        "test_an_error_outside_of_blocks_does_not_break_the_tests_transaction[twice]",
        "test_the_same_is_left_where_it_does_commit[twice]",
        "test_callbacks_run_where_the_application_would_commit[in_nested_blocks]",
        "test_a_database_error_after_the_commit_spoils_nothing[1]",
    },
    "tests/django/test_statements.py": {
        "test_a_wrapper_that_tries_again_finds_a_transaction_that_works[count]",
        "test_a_wrapper_that_tries_again_finds_a_transaction_that_works[insert_many]",
        "test_the_same_happens_where_each_statement_commits[count]",
        "test_what_a_broken_transaction_refuses_is_an_error_of_djangos",
    },
    "tests/django/test_ownership_of_requests.py": {
        "test_each_thread_of_a_request_closes_its_connection[sync]",
        "test_its_rows_are_seen",
        "test_rows_are_seen_by_both",
    },
}
"""The files, and some of their tests, so that a run of none cannot pass."""


@pytest.mark.long
@pytest.mark.parametrize("file", SCENARIOS)
def test_connections_are_owned_on_sqlite_in_a_file(file: str, tmp_path: Path) -> None:
    database = str(tmp_path / "rooms.sqlite3")
    report = tmp_path / "report.xml"
    ran = run_again(file, report, ASGILAB_TEST_DATABASE=database)
    assert ran.others == set(), ran.output
    assert ran.passed >= SCENARIOS[file]


@pytest.mark.long
@pytest.mark.postgres
@pytest.mark.parametrize("file", SCENARIOS)
def test_connections_are_owned_on_postgresql(
    file: str, postgres: str, tmp_path: Path
) -> None:
    report = tmp_path / "report.xml"
    ran = run_again(file, report, ASGILAB_TEST_DATABASE=postgres)
    assert ran.others == set(), ran.output
    assert ran.passed >= SCENARIOS[file]
