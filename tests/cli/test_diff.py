"""``asgilab diff``: where two session files part ways."""

import uuid
from pathlib import Path

import pytest

from asgilab.cli import main
from asgilab.sessions import Kind, Session, load


def saved(path: Path, answer: str) -> str:
    session = Session()
    scope = {"type": "websocket", "path": "/", "query_string": b"", "headers": []}
    for kind, message in (
        (Kind.OPEN, scope),
        (Kind.RECEIVE, {"type": "websocket.connect"}),
        (Kind.SEND, {"type": "websocket.accept"}),
        (Kind.RECEIVE, {"type": "websocket.receive", "text": "hi"}),
        (Kind.SEND, {"type": "websocket.send", "text": answer}),
    ):
        session.record(0.0, "alice", kind, message)
    return str(session.save(path))


def test_the_same_sessions_do_not_differ(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = saved(tmp_path / "1", "yes"), saved(tmp_path / "2", "yes")
    assert main(["diff", one, two]) == 0
    assert capsys.readouterr().out == "no difference\n"


def test_ids_and_times_are_counted_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = (str(uuid.UUID(int=number)) for number in (1, 2))
    one, two = (saved(tmp_path / each, each) for each in ids)
    assert main(["diff", one, two]) == 0
    out = capsys.readouterr().out
    assert "not counted: 1 value(s)" in out
    assert "ids, times: $.text\n" in out
    assert out.endswith("no difference\n")


def test_a_difference_is_named_with_step_connection_and_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = saved(tmp_path / "1", "yes"), saved(tmp_path / "2", "no")
    assert main(["diff", one, two]) == 1
    out = capsys.readouterr().out
    assert "alice" in out
    assert "'yes' → 'no'" in out
    assert out.endswith("1 difference(s)\n")


def test_what_a_file_holds_cannot_move_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    red = "\x1b[31m"
    left = Path(saved(tmp_path / "1", "yes"))
    right = Path(saved(tmp_path / "2", "no"))
    for file in (left, right):
        file.write_text(file.read_text().replace("alice", "alice\\u001b[31m"))
    assert main(["diff", str(left), str(right)]) == 1
    out = capsys.readouterr().out
    assert red not in out
    assert "alice␛[31m" in out


def test_secrets_are_compared_only_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = []
    for number in (1, 2):
        path = tmp_path / str(number)
        saved(path, "hi")
        session = load(path)
        told = {"type": "websocket.send", "text": f"?token=t0ps3cret{number}"}
        session.record(1.0, "alice", Kind.SEND, told)
        session.redact = None
        files.append(str(session.save(path)))
    assert main(["diff", *files]) == 0
    assert main(["diff", *files, "--no-redact"]) == 1
    assert "t0ps3cret2" in capsys.readouterr().out
