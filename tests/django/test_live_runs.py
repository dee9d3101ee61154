"""Whole test runs of a project, by Django's test runner and by pytest with xdist.

The numbers are those of the known failures of channels' class, which
test_known_failures.py lists.
"""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from asgilab.example import DIRECTORY
from tests.browser.finding import find_chromium
from tests.django.runner import ROOT, django_test, environment

TWICE = (
    ".live_everything.EverythingTests",
    ".live_everything.EverythingAgainTests",
)


@pytest.mark.parametrize("server", ["uvicorn", "daphne", "process"])
def test_everything_works_with_an_in_memory_database(server: str) -> None:
    """Numbers 1 (two classes, asynchronous tests between them) and 4."""
    ran = django_test(*TWICE, BOARD_SERVER=server)
    assert ran.returncode == 0, ran.stderr
    assert "Ran 12 tests" in ran.stderr


@pytest.mark.parametrize("server", ["uvicorn", "process"])
def test_everything_works_with_databases_in_files(server: str, tmp_path: Path) -> None:
    """The set-up that channels' documentation asks for."""
    ran = django_test(
        *TWICE, BOARD_SERVER=server, BOARD_DATABASE="file", BOARD_FOLDER=str(tmp_path)
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("database", ["memory", "file"])
def test_each_database_of_a_test_is_the_one_that_the_server_uses(
    database: str, tmp_path: Path
) -> None:
    """Number 13: not the default alone; a server in another process shows it."""
    ran = django_test(
        f"{TWICE[0]}.test_a_view_reads_what_the_test_writes_in_each_database",
        BOARD_SERVER="process",
        BOARD_DATABASE=database,
        BOARD_FOLDER=str(tmp_path),
    )
    assert ran.returncode == 0, ran.stderr
    assert "Ran 1 test" in ran.stderr


@pytest.mark.postgres
@pytest.mark.parametrize("server", ["uvicorn", "daphne", "process"])
def test_everything_works_on_postgresql_without_a_test_name(
    server: str, postgres: str
) -> None:
    """Number 2. That the databases could be dropped shows that none was in use."""
    ran = django_test(*TWICE, BOARD_SERVER=server, BOARD_DATABASE=postgres)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.redis
def test_everything_works_with_a_channel_layer_in_redis(redis_port: str) -> None:
    ran = django_test(".live_everything", BOARD_REDIS=redis_port)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("server", ["uvicorn", "process"])
def test_everything_works_in_parallel(server: str) -> None:
    """Number 3: workers may have no children of multiprocessing's own kind."""
    ran = django_test(*TWICE, "--parallel", "2", BOARD_SERVER=server)
    assert ran.returncode == 0, ran.stderr
    assert "Cloning test database" in ran.stderr


@pytest.mark.postgres
def test_everything_works_in_parallel_on_postgresql(postgres: str) -> None:
    ran = django_test(*TWICE, "--parallel", "2", BOARD_DATABASE=postgres)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_process_serves_whatever_the_start_method_is(method: str) -> None:
    ran = django_test(TWICE[0], start_method=method, BOARD_SERVER="process")
    assert ran.returncode == 0, ran.stderr


def test_a_lambda_as_static_wrapper_reaches_the_process() -> None:
    """Number 12."""
    ran = django_test(".live_edges.LambdaTests", BOARD_SERVER="process")
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("server", ["uvicorn", "process"])
def test_a_set_up_that_fails_does_not_hang_the_run(server: str) -> None:
    """Number 5: without the timeout, channels' never ends."""
    ran = django_test(".live_edges.BrokenSetUpTests", timeout=60, BOARD_SERVER=server)
    assert ran.returncode == 1
    assert "RuntimeError: the class is broken" in ran.stderr


def test_a_killed_run_leaves_neither_process_nor_file() -> None:
    """Number 6. It waits for whoever holds the run's output: the process, too."""
    ran = django_test(".live_edges.KilledTests", BOARD_SERVER="process")
    assert ran.returncode == -signal.SIGKILL
    port, name = ran.stdout.split()[-2:]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(port)), timeout=5)
    assert not Path(name).parent.exists()


@pytest.mark.parametrize("options", [[], ["--parallel", "2"]])
@pytest.mark.parametrize("server", ["uvicorn", "process"])
def test_a_failure_shows_the_views_traceback(server: str, options: list[str]) -> None:
    """Number 10, also where the outcome travels between processes."""
    ran = django_test(
        ".live_edges.FailingTests.test_the_view",
        ".live_everything.EverythingTests.test_static_files_are_served",
        *options,
        BOARD_SERVER=server,
    )
    assert ran.returncode == 1
    assert "HTTPError: HTTP Error 500" in ran.stderr
    assert "ValueError: the view is broken" in ran.stderr
    assert "views.py" in ran.stderr


def test_no_row_is_lost_with_an_in_memory_database() -> None:
    ran = django_test(".live_stress.FiveTimesTests")
    assert ran.returncode == 0, ran.stderr


@pytest.mark.long
@pytest.mark.postgres
def test_no_row_is_lost_on_postgresql(postgres: str) -> None:
    ran = django_test(".live_stress.FiveTimesTests", BOARD_DATABASE=postgres)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("server", ["daphne", "process"])
def test_no_row_is_lost_with_another_server(server: str) -> None:
    ran = django_test(".live_stress.StressTests", BOARD_SERVER=server)
    assert ran.returncode == 0, ran.stderr


def test_pytest_with_xdist_runs_the_same_classes() -> None:
    """Number 16."""
    options = ["-p", "no:cacheprovider", "-p", "no:asyncio", "-q", "-n", "2"]
    alone = ["-c", os.devnull, f"--rootdir={ROOT}", "--import-mode=importlib"]
    path = "tests/django/board/live_everything.py"
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-m", "pytest", *options, *alone, path],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "13 passed" in ran.stdout


@pytest.mark.browser
@pytest.mark.long
def test_two_browsers_meet_under_djangos_own_runner_in_parallel() -> None:
    """The classes of ``test_live_browsers``, which pytest runs as well."""
    find_chromium()
    module = "tests.django.test_live_browsers"
    ran = django_test(
        f"{module}.PlaywrightTests",
        f"{module}.SeleniumTests",
        "--parallel",
        "2",
        DJANGO_SETTINGS_MODULE="chat.settings",
        # Playwright's synchronous calls leave a loop running in the test's thread.
        DJANGO_ALLOW_ASYNC_UNSAFE="1",
        PYTHONPATH=f"{ROOT}{os.pathsep}{DIRECTORY}",
    )
    assert ran.returncode == 0, ran.stderr
    assert "Ran 3 tests" in ran.stderr
