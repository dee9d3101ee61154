"""What a module finds out in a process of its own, with nothing of this one's."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def found_by(module: str) -> dict[str, Any]:
    """Run a module that prints JSON, every warning an error; return what it says."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", module],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
