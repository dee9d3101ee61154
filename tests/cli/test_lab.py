"""``asgilab lab``: where it works, and what it starts."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from asgilab.cli import _lab, main
from asgilab.cli._lab import TOUR, notebooks, working_folder


def test_a_checkout_is_worked_in_directly() -> None:
    assert working_folder(None) == notebooks()


def test_another_folder_gets_the_notebooks_but_keeps_its_own(tmp_path: Path) -> None:
    mine = tmp_path / TOUR
    mine.write_text("mine")
    assert working_folder(tmp_path) == tmp_path.resolve()
    assert mine.read_text() == "mine"


def test_an_empty_folder_gets_the_tour(tmp_path: Path) -> None:
    folder = working_folder(tmp_path / "new")
    assert (folder / TOUR).read_text() == (notebooks() / TOUR).read_text()


def test_jupyterlab_is_started_on_the_tour(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    calls: list[tuple[list[str], Any]] = []

    def run(command: list[str], folder: Path) -> int:
        calls.append((command, folder))
        return 0

    monkeypatch.setattr(_lab, "_run", run)
    assert main(["lab", "--folder", str(tmp_path), "--", "--no-browser"]) == 0
    ((command, folder),) = calls
    assert command[1:3] == ["-m", "jupyterlab"]
    assert str(tmp_path / TOUR) in command
    assert command[-1] == "--no-browser"
    assert folder == tmp_path


def test_a_missing_jupyterlab_is_told_with_the_way_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_lab, "find_spec", lambda _: None)
    assert main(["lab"]) == 2
    assert 'pip install "asgilab[lab]"' in capsys.readouterr().err


def test_an_option_for_jupyterlab_is_told_where_it_belongs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["lab", "--no-browser"])
    assert "asgilab lab -- --no-browser" in capsys.readouterr().err


JUPYTERLAB = """
import os, signal, sys
def end(*_):
    print("ended", flush=True)
    sys.exit(7)
signal.signal(signal.SIGTERM, end)
print("there", flush=True)
signal.pause()
"""


def test_jupyterlab_ends_with_the_command_that_started_it(tmp_path: Path) -> None:
    package = tmp_path / "jupyterlab"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(JUPYTERLAB)
    command = [sys.executable, "-m", "asgilab", "lab", "--folder", str(tmp_path)]
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    with subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert any("there" in line for line in process.stdout)
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == "ended\n"
    assert process.returncode == 7
