"""mypy and pyright agree on what the public names are."""

import subprocess
import sys
from pathlib import Path

API = Path(__file__).with_name("api.py")


def test_mypy_accepts_the_api() -> None:
    command = [sys.executable, "-m", "mypy", "--strict", str(API)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_pyright_accepts_the_api() -> None:
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable]
    command.append(str(API))
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "0 errors" in done.stdout
