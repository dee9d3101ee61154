"""Every row of the table can be measured; no time is asserted."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_quick_run_gives_every_row_a_number() -> None:
    command = [sys.executable, "-m", "tests.benchmarks", "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    rows = [line for line in lines if re.search(r" \d+\.\d\d (us|ms|MB) ", line)]
    ours = [line for line in rows if "asgilab" in line]
    assert len(ours) == sum(line.startswith(("├", "└")) for line in lines)
    assert all(re.search(r"\d x ", line) for line in rows if line not in ours)
