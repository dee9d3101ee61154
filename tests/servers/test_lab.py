"""A lab on a project whose database is a server's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.servers import postgres

__all__ = ["postgres"]
ROOT = Path(__file__).parents[2]


@pytest.mark.postgres
def test_a_lab_has_test_databases_that_no_process_beside_it_drops(
    postgres: str,
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.servers.counting"],
        cwd=ROOT,
        env={**os.environ, "ASGILAB_TEST_DATABASE": postgres},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["1", "1", "2"]
