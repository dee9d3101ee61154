"""Where a file cannot be written is known before anything is done."""

import os
from pathlib import Path

import pytest

from asgilab.errors import ExportError, UsageError
from asgilab.lab import check_output, check_test_file


def test_a_folder_that_is_not_there_is_named_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no folder .*nosuch"):
        check_output(tmp_path / "nosuch" / "x.asgilab.jsonl")
    assert list(tmp_path.iterdir()) == []


def test_the_folders_of_a_test_may_be_made_with_it(tmp_path: Path) -> None:
    check_test_file(tmp_path / "tests" / "lobby" / "test_x.py")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "tests").write_text("no folder")
    with pytest.raises(UsageError, match=r"no folder .*tests"):
        check_test_file(tmp_path / "tests" / "lobby" / "test_x.py")


def test_a_file_that_can_be_written_passes(tmp_path: Path) -> None:
    check_output(tmp_path / "new.txt")
    check_test_file(tmp_path / "test_new.py")
    check_test_file(tmp_path / "new_test.py")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        check_output(tmp_path)


def test_what_may_not_be_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As root, who runs many a container, everything may be written.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(UsageError, match="permission denied"):
        check_output(tmp_path / "test_x.py")


def test_pytest_has_to_collect_a_test(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="would not collect"):
        check_test_file(tmp_path / "lobby.py")
