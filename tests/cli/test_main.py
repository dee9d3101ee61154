"""The command line as a whole: help, version, errors, exit codes."""

import subprocess
import sys

import pytest

import asgilab
from asgilab.cli import main


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["--version"])
    assert exit_.value.code == 0
    assert capsys.readouterr().out == f"asgilab {asgilab.__version__}\n"


def test_without_a_command_the_commands_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main([])
    assert exit_.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_an_error_is_one_sentence_and_exit_code_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["show", "no-such-file.asgilab.jsonl"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("asgilab: ")
    assert "no-such-file.asgilab.jsonl" in error
    assert len(error.splitlines()) == 1


def test_the_module_runs_as_the_command_does() -> None:
    command = [sys.executable, "-m", "asgilab", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"asgilab {asgilab.__version__}"


def test_the_command_line_needs_no_ipython() -> None:
    script = "import sys, asgilab.cli; print('IPython' in sys.modules)"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
