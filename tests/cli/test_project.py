"""Finding the application of a session, and checking where to write."""

import argparse
import os
import sys
from pathlib import Path

import pytest

from asgilab.cli._project import (
    add_current_folder,
    check_output,
    check_test_file,
    lab_of,
)
from asgilab.errors import ExportError, UsageError
from asgilab.sessions import Session

ASKED = argparse.Namespace(app=None, settings=None, app_dir=None)


def test_a_session_that_names_no_application_needs_one() -> None:
    with pytest.raises(UsageError, match="expected --app"):
        lab_of(Session(), ASKED)


def test_a_folder_that_is_gone_is_told_with_the_option(tmp_path: Path) -> None:
    session = Session(application="loud:app", app_dir=str(tmp_path / "gone"))
    with pytest.raises(UsageError, match="Expected --app-dir"):
        lab_of(session, ASKED)


def test_an_application_in_the_current_folder_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "found_here.py").write_text("async def app(scope, receive, send): ...")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [p for p in sys.path if p])
    lab = lab_of(Session(application="found_here:app"), ASKED)
    assert lab.application.__module__ == "found_here"


def test_the_current_folder_is_added_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [p for p in sys.path if p])
    add_current_folder()
    add_current_folder()
    assert sys.path.count(str(Path.cwd())) == 1


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
