"""Another Python finds the packages of this one."""

import subprocess
import sys
from pathlib import Path

import pytest

from asgilab.live._python import python_running


def test_a_module_that_only_this_process_finds_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "told.py").write_text("import sys\ndef main(): print(sys.argv[2:])\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    command = python_running("told", "one", "two")
    ran = subprocess.run(
        command, cwd="/", capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.strip() == "['one', 'two']"
