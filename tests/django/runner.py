"""Runs live test cases of the board project with Django's own test runner.

In a process of its own: what is tested is what happens to a whole test run.
"""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parent / "project"
ROOT = Path(__file__).parents[2]


def django_test(
    *labels: str, timeout: float = 120, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Run the labels, every warning an error; return how it ended.

    Args:
        labels: What ``manage.py test`` takes, options too.
        timeout: Seconds after which the run counts as hanging.
        variables: Environment variables.
    """
    environment = {
        name: value for name, value in os.environ.items() if name[:6] != "PYTEST"
    }
    environment |= {
        "DJANGO_SETTINGS_MODULE": "board.settings",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join([str(PROJECT), str(ROOT)]),
        **variables,
    }
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "django", "test", *labels],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
