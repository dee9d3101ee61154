"""Formatting with what the user has, or not at all."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from asgilab.export import _format
from asgilab.export._format import formatted

LONG = 'call("' + "a" * 50 + '", "' + "b" * 50 + '")\n'
BROKEN = 'call(\n    "' + "a" * 50 + '",\n    "' + "b" * 50 + '",\n)\n'


def test_the_source_is_formatted_by_ruff(tmp_path: Path) -> None:
    assert formatted(LONG, tmp_path / "test_x.py") == BROKEN


def test_the_settings_of_the_project_hold(tmp_path: Path) -> None:
    (tmp_path / "ruff.toml").write_text("line-length = 200\n")
    assert formatted(LONG, tmp_path / "test_x.py") == LONG


def test_a_folder_that_is_still_to_be_made_does_not_matter(tmp_path: Path) -> None:
    assert formatted(LONG, tmp_path / "new" / "test_x.py") == BROKEN


def test_without_a_formatter_the_source_stays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(_format, "find_spec", lambda name: None)
    assert formatted(LONG, tmp_path / "test_x.py") == LONG


def test_black_comes_second(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[list[str]] = []

    def run(command: list[str], **options: Any) -> Any:
        asked.append(command)
        return subprocess.CompletedProcess(command, 0, stdout=b"formatted\n")

    monkeypatch.setattr(_format, "find_spec", lambda name: name == "black" or None)
    monkeypatch.setattr(subprocess, "run", run)
    assert formatted(LONG, tmp_path / "test_x.py") == "formatted\n"
    assert asked[0][1:3] == ["-m", "black"]


@pytest.mark.parametrize(
    "error", [OSError("gone"), subprocess.TimeoutExpired("ruff", 1)]
)
def test_a_formatter_that_fails_leaves_the_source_as_it_was(
    error: Exception, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def run(command: list[str], **options: Any) -> Any:
        raise error

    monkeypatch.setattr(subprocess, "run", run)
    assert formatted(LONG, tmp_path / "test_x.py") == LONG


def test_a_source_that_does_not_parse_comes_back_as_it_was(tmp_path: Path) -> None:
    assert formatted("def (:\n", tmp_path / "test_x.py") == "def (:\n"
