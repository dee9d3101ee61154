"""The floors of the house: lint-imports is clean, and would say so if it were not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    command = "from importlinter.cli import lint_imports_command as main; main()"
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the package and its contracts, to break."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(
        ROOT / "asgilab",
        tmp_path / "asgilab",
        ignore=shutil.ignore_patterns("__pycache__", "*.sqlite3"),
    )
    return tmp_path


def test_every_import_goes_down() -> None:
    done = lint(ROOT)
    assert "0 broken" in done.stdout, done.stdout.partition("Broken contracts")[2]
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("sessions/_event.py", "import asgilab.engine", "one staircase"),
        ("sessions/_event.py", "import asyncio", "perform no I/O"),
        ("sessions/_event.py", "import asgilab.sessions._file", "in a circle"),
        ("engine/_quiet.py", "import django", "Only asgilab.django"),
        ("engine/_quiet.py", "import asgilab.protocol", "knows no protocol"),
        ("communicators/__init__.py", "import pytest", "no test runner"),
        ("misc/__init__.py", "", "one staircase"),
    ],
    ids=[
        "upwards",
        "input and output",
        "in a circle",
        "Django",
        "an engine that knows too much",
        "a test runner under the drop-in names",
        "a room of no floor",
    ],
)
def test_a_floor_that_is_broken_on_purpose_is_reported(
    copy: Path, file: str, line: str, contract: str
) -> None:
    target = copy / "asgilab" / file
    target.parent.mkdir(exist_ok=True)
    with target.open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")

    done = lint(copy)

    assert done.returncode == 1
    broken = [row for row in done.stdout.splitlines() if "BROKEN" in row]
    assert [row for row in broken if contract in row], done.stdout
