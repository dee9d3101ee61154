"""The known failures of channels' live test case, and the tests that ours has none.

They were measured with channels 4.3.2 and daphne 4.2.3 on Python 3.11 to 3.13. Each
test names its numbers in its docstring; it is red where the failure is back.
"""

import ast
import re
from pathlib import Path

import pytest

RUNS = "test_live_runs.py"
CASE = "test_live_case.py"
ERRORS = "test_live_errors.py"

KNOWN = {
    1: (
        "sync_to_async before the class starts hangs every synchronous call (fork)",
        f"{CASE}::test_a_sync_to_async_call_earlier_in_the_process_does_no_harm",
        f"{RUNS}::test_everything_works_with_an_in_memory_database",
    ),
    2: (
        "PostgreSQL without a TEST NAME: the server connects to test_test_...",
        f"{RUNS}::test_everything_works_on_postgresql_without_a_test_name",
    ),
    3: (
        "test --parallel: daemonic processes are not allowed to have children",
        f"{RUNS}::test_everything_works_in_parallel",
    ),
    4: (
        "an in-memory SQLite database is refused",
        f"{CASE}::test_an_in_memory_database_works_and_is_as_it_was_afterwards",
        f"{RUNS}::test_everything_works_with_an_in_memory_database",
    ),
    5: (
        "setUpClass raises after super(): the run hangs at its end",
        f"{RUNS}::test_a_set_up_that_fails_does_not_hang_the_run",
        f"{ERRORS}::test_a_set_up_that_fails_after_ours_leaves_nothing_running",
    ),
    6: (
        "the test process is killed: the server process stays",
        f"{RUNS}::test_a_killed_run_leaves_neither_process_nor_file",
    ),
    7: (
        "a start that fails does not say why",
        f"{ERRORS}::test_a_start_that_fails_gives_the_reason_and_restores_the_settings",
    ),
    8: (
        "after a start that failed ALLOWED_HOSTS stays changed",
        f"{ERRORS}::test_a_start_that_fails_gives_the_reason_and_restores_the_settings",
    ),
    9: (
        "mock.patch and override_settings in a test do not reach the server",
        f"{CASE}::test_mocks_and_settings_of_a_test_are_seen_by_the_server",
    ),
    10: (
        "of an exception in a view or consumer the test sees a bare 500",
        f"{ERRORS}::test_a_failing_test_shows_the_traceback_of_the_application",
        f"{RUNS}::test_a_failure_shows_the_views_traceback",
    ),
    11: (
        "an IPv6 host gets an address without brackets",
        f"{CASE}::test_an_ipv6_host_works_for_pages_and_websockets",
    ),
    12: (
        "a lambda as static_wrapper cannot be pickled (spawn)",
        f"{RUNS}::test_a_lambda_as_static_wrapper_reaches_the_process",
    ),
    13: (
        "only the default database is the test's own in the server",
        f"{RUNS}::test_each_database_of_a_test_is_the_one_that_the_server_uses",
    ),
    14: (
        "the server is killed: no disconnect handler runs",
        f"{CASE}::test_disconnect_handlers_run_when_the_class_ends",
    ),
    15: (
        "the in-memory channel layer cannot be reached from the test",
        f"{CASE}::test_the_channel_layer_in_memory_is_reached_from_the_test",
    ),
    16: (
        "names of databases under pytest-xdist",
        f"{RUNS}::test_pytest_with_xdist_runs_the_same_classes",
    ),
}
"""What fails, by its number, and the tests in which it does not."""


@pytest.mark.parametrize("number", KNOWN)
def test_each_known_failure_has_a_test_that_names_it(number: int) -> None:
    _, *tests = KNOWN[number]
    assert tests
    for test in tests:
        file, _, name = test.partition("::")
        tree = ast.parse((Path(__file__).parent / file).read_text(encoding="utf-8"))
        (function,) = (
            each
            for each in tree.body
            if isinstance(each, ast.FunctionDef) and each.name == name
        )
        first = (ast.get_docstring(function) or "").split("\n\n")[0]
        assert re.match("Numbers? ", first), test
        assert str(number) in re.findall(r"\d+", first), test
