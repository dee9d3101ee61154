"""The magics timeline, save, load and export."""

from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from asgilab.errors import ExportError, SessionFileError, UsageError
from asgilab.sessions import Session, load
from tests.notebook.conftest import Magic


@pytest.fixture
def bob(magic: Magic) -> Magic:
    """The magics, after a short conversation with bob."""
    magic("connect", "/ws/ --as bob")
    magic("send", 'bob {"n": 1}')
    magic("receive", "bob")
    return magic


def test_the_timeline_is_text_in_a_terminal(bob: Magic) -> None:
    text = repr(bob("timeline"))
    assert "websocket.accept" in text
    assert '{"n":1}' in text


def test_the_timeline_shows_any_session(
    bob: Magic, bare: InteractiveShell, tmp_path: Path
) -> None:
    file = tmp_path / "one.asgilab.jsonl"
    bob("save", f"'{file}'")
    bare.user_ns["mine"] = load(file)
    bob("reset")
    for session in ("mine", f"'{file}'"):
        assert '{"n":1}' in repr(bob("timeline", session))
    assert "No events yet" in repr(bob("timeline"))


def test_a_saved_session_is_loaded_into_a_variable(
    bob: Magic, bare: InteractiveShell, tmp_path: Path
) -> None:
    file = tmp_path / "one.asgilab.jsonl"
    assert repr(bob("save", f"'{file}'")) == f"Saved 5 events to {file}."
    card = bob("load", f"'{file}' --as before")
    assert card.headline == "before is a session of 5 event(s) on bob."
    before: Any = bare.user_ns["before"]
    assert isinstance(before, Session)
    assert before.application == "rooms:application"
    bob("send", 'bob "the lab goes on"')
    assert bob("receive", "bob") == "the lab goes on"
    assert len(before) == 5


@pytest.mark.parametrize(
    ("content", "error", "text"),
    [
        (None, UsageError, "There is no session to read at .*No such file"),
        (b"", SessionFileError, "line 1"),
        (b"not json\n", SessionFileError, "this is not JSON"),
        (b'{"format": "har"}\n', SessionFileError, "this is no session file"),
        (b"\xff\xfe\n", SessionFileError, "is not UTF-8"),
    ],
)
def test_a_file_that_is_no_session_is_named_and_nothing_is_lost(
    bob: Magic,
    bare: InteractiveShell,
    tmp_path: Path,
    content: bytes | None,
    error: type[Exception],
    text: str,
) -> None:
    file = tmp_path / "bad.asgilab.jsonl"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(error, match=text):
        bob("load", f"'{file}'")
    assert "loaded" not in bare.user_ns
    bob("send", 'bob "alive"')
    assert bob("receive", "bob") == "alive"


def test_a_torn_last_line_is_told(bob: Magic, tmp_path: Path) -> None:
    file = tmp_path / "torn.asgilab.jsonl"
    bob("save", f"'{file}'")
    file.write_bytes(file.read_bytes()[:-10])
    assert "The last line is torn" in repr(bob("load", f"'{file}'"))


def test_what_cannot_be_written_says_why(bob: Magic, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        bob("save", f"'{tmp_path}'")
    with pytest.raises(UsageError, match="cannot be a variable"):
        bob("load", "x --as 'not a name'")


def test_an_export_is_a_test_that_passes(bob: Magic, tmp_path: Path) -> None:
    bob("disconnect")
    file = tmp_path / "test_bob.py"
    card = bob("export", f"'{file}' --name said --no-run")
    assert card.exported.run is None
    assert "async def test_said(" in file.read_text()
    assert "async def test_said(" in card._repr_html_()
    assert repr(card).startswith(f"Exported to {file}: not run")


def test_an_export_says_what_it_does_and_how_the_test_is_run(
    bob: Magic, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bob("disconnect")
    file = tmp_path / "test_bob.py"
    card = bob("export", f"'{file}' --no-run")
    told = capsys.readouterr().out
    assert "Replaying the session" in told
    assert f"Writing {file}." in told
    assert f"run it in {Path.cwd()}: python -m pytest {file}" in repr(card)


def test_an_export_leaves_a_paused_lab_as_it_stands(bob: Magic, tmp_path: Path) -> None:
    bob("step", "bob")
    bob("send", 'bob "held"')
    file = tmp_path / "test_bob.py"
    bob("export", f"'{file}' --no-run")
    assert file.exists()
    assert bob("step").passed.message["text"] == "held"


def test_a_saved_session_can_be_exported_after_the_lab_has_gone(
    bob: Magic, tmp_path: Path
) -> None:
    bob("disconnect")
    session, file = tmp_path / "one.asgilab.jsonl", tmp_path / "test_bob.py"
    bob("save", f"'{session}'")
    bob("app", "rooms:application --lifespan off")
    bob("export", f"'{file}' --session '{session}' --no-run")
    assert "async def test_" in file.read_text()


def test_an_application_of_the_notebook_cannot_be_exported(
    run: Magic, bare: InteractiveShell, tmp_path: Path
) -> None:
    from rooms import application  # type: ignore[import-not-found]  # on the path at run time only

    bare.user_ns["mine"] = application
    run("app", "mine")
    run("connect", "/ws/ --as bob")
    with pytest.raises(ExportError):
        run("export", f"'{tmp_path / 'test_mine.py'}'")
    assert not (tmp_path / "test_mine.py").exists()
