"""Runs live test cases of the board project with Django's own test runner.

In a process of its own: what is tested is what happens to a whole test run.
"""

import os
import subprocess
import sys
from pathlib import Path

BOARD = "tests.django.board"
ROOT = Path(__file__).parents[2]


def environment(**variables: str) -> dict[str, str]:
    """Return an environment in which the project is found, and nothing of pytest's."""
    own = {name: value for name, value in os.environ.items() if name[:6] != "PYTEST"}
    return own | {
        "DJANGO_SETTINGS_MODULE": f"{BOARD}.settings",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(ROOT),
        **variables,
    }


def django_test(
    *labels: str,
    timeout: float = 120,
    start_method: str | None = None,
    **variables: str,
) -> "subprocess.CompletedProcess[str]":
    """Run the labels, every warning an error; return how it ended.

    Args:
        labels: What ``manage.py test`` takes, options too; a label that begins
            with a dot stands below the board project.
        timeout: Seconds after which the run counts as hanging.
        start_method: What multiprocessing is told at the beginning.
        variables: Environment variables.
    """
    script = (
        "import multiprocessing, sys\n"
        f"multiprocessing.set_start_method({start_method!r})\n"
        "from django.core.management import execute_from_command_line\n"
        "execute_from_command_line(['manage.py', *sys.argv[1:]])\n"
    )
    full = [BOARD + label if label[0] == "." else label for label in labels]
    program = ["-m", "django"] if start_method is None else ["-c", script]
    return subprocess.run(
        [sys.executable, "-W", "error", *program, "test", *full],
        cwd=ROOT,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
