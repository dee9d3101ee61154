"""Every row of the table can be measured; no time is asserted."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_a_quick_run_gives_every_row_a_number() -> None:
    pytest.importorskip("httpx_ws", reason="a peer that only the benchmark needs")
    pytest.importorskip("async_asgi_testclient", reason="likewise")
    command = [sys.executable, "-m", "tests.benchmarks", "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    rows = [line for line in lines if " us " in line or " ms " in line]
    assert sum("asgilab" in line for line in rows) == 9
    assert sum(" x " in line for line in rows) == len(rows) - 9
