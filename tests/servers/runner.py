"""Runs tests of this suite once more, in a process of their own, on a real server."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

ROOT = Path(__file__).parents[2]


class Ran(NamedTuple):
    """What became of a run.

    Attributes:
        passed: Names of the tests that passed.
        others: Names of those that failed or were skipped.
        output: What pytest said.
    """

    passed: set[str]
    others: set[str]
    output: str


def run_again(
    file: str, report: Path, *, without: tuple[str, ...] = (), **environment: str
) -> Ran:
    """Run a file of tests with ``tests.servers.settings``.

    Args:
        file: The file, from the root of the repository.
        report: Where pytest writes what became of it.
        without: Names of tests to leave out.
        environment: What the settings read.
    """
    command = [sys.executable, "-m", "pytest", file, "-q", "-n0", "--create-db"]
    options = ["-p", "no:cacheprovider", "--ds=tests.servers.settings"]
    options += [f"--deselect={file}::{name}" for name in without]
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    finished = subprocess.run(
        [*command, *options, f"--junit-xml={report}"],
        cwd=ROOT,
        env={**inherited, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    output = finished.stdout + finished.stderr
    assert report.exists(), output
    cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    passed = {case.get("name", "") for case in cases if len(case) == 0}
    return Ran(passed, {case.get("name", "") for case in cases} - passed, output)
