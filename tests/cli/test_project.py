"""Finding the application of a session."""

import argparse
import re
import sys
from pathlib import Path

import pytest

from asgilab.cli._project import add_current_folder, lab_of
from asgilab.errors import UsageError
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


def test_where_nothing_says_the_folder_the_error_names_the_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    hint = f"Looked in the folder '{tmp_path}'; --app-dir says another."
    with pytest.raises(UsageError, match=re.escape(hint)):
        lab_of(Session(application="nosuchmodule:app"), ASKED)
    with pytest.raises(UsageError, match=re.escape(hint)):
        lab_of(Session(application="chat.asgi:application", settings="nosuch"), ASKED)
