"""Running a test file in a fresh pytest."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from asgilab.proof import PytestRun, run_tests, summary_line


@pytest.fixture
def written(tmp_path: Path) -> Any:
    """Return a function that writes a test file."""

    def write(source: str) -> Path:
        path = tmp_path / "test_written.py"
        path.write_text(source)
        return path

    return write


def test_a_passing_file_is_told_with_the_summary_of_pytest(written: Any) -> None:
    run = run_tests(written("def test_one(): pass\ndef test_two(): pass\n"))
    assert run.passed
    assert run.exit_code == 0
    assert run.counts == {"passed": 2}
    assert run.summary.startswith("2 passed in ")
    assert "=" not in run.summary
    assert run.seconds > 0


def test_a_failing_file_is_told_with_all_its_output(written: Any) -> None:
    run = run_tests(written("def test_one(): assert 1 == 2\ndef test_two(): pass\n"))
    assert not run.passed
    assert run.exit_code == 1
    assert run.counts == {"failed": 1, "passed": 1}
    assert "assert 1 == 2" in run.output


@pytest.mark.parametrize(
    "source",
    [
        "",
        "import nothing_of_this_name\n",
        "import pytest\npytest.skip(allow_module_level=True)\n",
    ],
    ids=["no test", "an error", "all skipped"],
)
def test_a_file_in_which_no_test_passes_has_not_passed(
    written: Any, source: str
) -> None:
    assert not run_tests(written(source)).passed


def test_a_run_that_takes_too_long_is_stopped_with_all_it_has_started(
    written: Any, tmp_path: Path
) -> None:
    marker = tmp_path / "pid"
    path = written(
        "import pathlib, subprocess, sys, time\n"
        "def test_slow():\n"
        "    sleep = 'import time; time.sleep(600)'\n"
        "    child = subprocess.Popen([sys.executable, '-c', sleep])\n"
        f"    pathlib.Path({str(marker)!r}).write_text(str(child.pid))\n"
        "    time.sleep(600)\n"
    )
    # On a busy machine pytest may need longer until its first test has begun.
    for seconds in (6, 20, 60):
        run = run_tests(path, timeout=seconds)
        if marker.exists():
            break
    assert run.exit_code is None
    assert not run.passed
    assert run.summary == f"stopped after {seconds} s without a result"
    assert not alive(int(marker.read_text()))


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that only waits to be reaped does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def test_nothing_of_this_process_is_left_in_the_run(
    written: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw7")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "nothing.of.this.name")
    run = run_tests(
        written(
            "import os, sys\n"
            "def test_fresh():\n"
            f"    assert os.getpid() != {os.getpid()}\n"
            "    assert 'PYTEST_XDIST_WORKER' not in os.environ\n"
            f"    assert sys.executable == {sys.executable!r}\n"
        )
    )
    assert run.passed, run.output


def test_settings_application_and_environment_reach_the_run(
    written: Any, tmp_path: Path
) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "only_here.py").write_text("value = 7\n")
    run = run_tests(
        written(
            "import os\n"
            "def test_reached():\n"
            "    import only_here\n"
            "    assert only_here.value == 7\n"
            "    assert os.environ['DJANGO_SETTINGS_MODULE'] == 'chat.settings'\n"
            "    assert os.environ['TEST_TOKEN'] == 'x'\n"
        ),
        settings="chat.settings",
        app_dir=str(tmp_path / "app"),
        environment={"TEST_TOKEN": "x"},
        arguments=["-p", "no:django"],
    )
    assert run.passed, run.output


def test_the_conftest_of_the_project_holds_and_its_command_line_does_not(
    written: Any, tmp_path: Path
) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (tmp_path / "conftest.py").write_text(
        "import pytest\n\n@pytest.fixture\ndef seven():\n    return 7\n"
    )
    run = run_tests(written("def test_seven(seven): assert seven == 7\n"))
    assert run.passed, run.output


def test_nothing_is_left_beside_the_file(written: Any, tmp_path: Path) -> None:
    run_tests(written("def test_one(): pass\n"))
    assert [path.name for path in tmp_path.iterdir()] == ["test_written.py"]


@pytest.mark.parametrize(
    ("output", "summary"),
    [
        ("=== 1 passed in 0.12s ===\n", "1 passed in 0.12s"),
        ("x\n1 failed, 2 passed in 3.10s\n", "1 failed, 2 passed in 3.10s"),
        (
            "== 3 passed, 1 warning in 61.00s (0:01:01) ==",
            "3 passed, 1 warning in 61.00s (0:01:01)",
        ),
        ("=== no tests ran in 0.01s ===", "no tests ran in 0.01s"),
        ("ERROR: unknown option\n\n", "ERROR: unknown option"),
        ("", "pytest printed nothing"),
    ],
)
def test_the_summary_is_the_line_that_pytest_ends_with(
    output: str, summary: str
) -> None:
    assert summary_line(output) == summary


def test_errors_and_warnings_are_counted_under_one_word_each() -> None:
    from asgilab.proof._runner import _counts

    assert _counts("1 error, 2 errors, 3 warnings, 4 passed in 1s") == {
        "error": 2,
        "warning": 3,
        "passed": 4,
    }


def test_a_run_without_a_passed_test_has_not_passed() -> None:
    assert not PytestRun("1 skipped in 0.1s", {"skipped": 1}, "", 0, 0.1).passed
    assert PytestRun("1 passed in 0.1s", {"passed": 1}, "", 0, 0.1).passed
