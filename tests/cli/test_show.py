"""``asgilab show``: a session file in the terminal."""

from pathlib import Path

import pytest

from asgilab.cli import main
from asgilab.sessions import Kind, Session


@pytest.fixture
def file(tmp_path: Path) -> Path:
    session = Session(application="chat.asgi:application")
    for number in range(3):
        text = f"message {number}"
        session.record(number, "alice", Kind.SEND, {"type": "x.send", "text": text})
    return session.save(tmp_path / "talk.asgilab.jsonl")


def test_every_event_is_a_line(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(file)]) == 0
    out = capsys.readouterr().out
    assert [f"message {n}" in out for n in range(3)] == [True, True, True]
    assert "alice" in out


def test_only_the_last_ones_are_shown_on_request(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", str(file), "--last", "1"]) == 0
    out = capsys.readouterr().out
    assert "2 earlier events are left out" in out
    assert "message 1" not in out


def test_a_torn_last_line_is_told(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(file.read_bytes()[:-20])
    assert main(["show", str(file)]) == 0
    out = capsys.readouterr().out
    assert "Warning: The last line is torn" in out
    assert "message 1" in out


def test_a_file_of_another_kind_is_refused_with_line_and_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.json"
    other.write_text('{"hello": 1}\n')
    assert main(["show", str(other)]) == 2
    assert "line 1, column 1: this is no session file" in capsys.readouterr().err


@pytest.mark.parametrize("number", ["0", "-3", "many"])
def test_a_number_of_events_that_is_none_is_refused_in_a_line(
    file: Path, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["show", str(file), f"--last={number}"])
    assert "expected 1 or more" in capsys.readouterr().err


def test_what_is_a_secret_can_be_said_and_left_unsaid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = Session()
    message = {"type": "x.send", "text": '{"pin":"p1n","jwt":"t0k"}'}
    session.record(0.0, "alice", Kind.SEND, message)
    session.redact = None
    file = str(session.save(tmp_path / "secret.asgilab.jsonl"))

    def shown(*options: str) -> list[bool]:
        assert main(["show", file, *options]) == 0
        out = capsys.readouterr().out
        return [word in out for word in ("p1n", "t0k")]

    assert shown("--secret-name", "pin") == [False, False]
    assert shown() == [True, False]
    assert shown("--no-redact") == [True, True]
