"""Starting another Python that finds the same packages as this one."""

import subprocess
from pathlib import Path

import pytest

from asgilab.live._python import python_running


def test_the_other_python_finds_what_this_one_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "greeting.py").write_text(
        "import sys\n\n\ndef main():\n    print('hello', *sys.argv[2:])\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    command = python_running("greeting", "one", "two words")
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "hello one two words\n"
