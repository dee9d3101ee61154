"""What is printed while a recording is made."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from asgilab.cli import _record_printing
from asgilab.cli._record_printing import Printing
from asgilab.sessions import UNSUPPORTED, Kind, Session


def write(path: Path, count: int = 3, connection: str = "ws1") -> Path:
    session = Session()
    for number in range(count):
        message = {"type": "websocket.send", "text": f"number {number}"}
        session.record(0.0, connection, Kind.SEND, message)
    return session.save(path)


def printed(path: Path, *, quiet: bool = False) -> str:
    file = io.StringIO()
    console = Console(file=file, width=100)
    with Printing(console, path, quiet=quiet):
        pass
    return file.getvalue()


def test_events_are_printed_and_then_summed_up(tmp_path: Path) -> None:
    path = write(tmp_path / "a.asgilab.jsonl")
    told = printed(path)
    assert told.index("number 0") < told.index("number 2")
    assert f"3 events in {path}" in told
    assert f"%asgi_load {path}" in told


def test_quiet_prints_the_sum_alone(tmp_path: Path) -> None:
    told = printed(write(tmp_path / "a.asgilab.jsonl"), quiet=True)
    assert "number" not in told
    assert "3 events" in told


def test_a_recording_without_events_says_so(tmp_path: Path) -> None:
    assert printed(tmp_path / "a.asgilab.jsonl") == "Nothing was recorded.\n"


def test_a_burst_is_cut_short_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_record_printing, "_AT_ONCE", 2)
    told = printed(write(tmp_path / "a.asgilab.jsonl", 5))
    assert "3 events are not shown here" in told
    assert "number 2" not in told
    assert "number 4" in told
    assert "5 events in" in told


def test_a_lifespan_that_the_application_does_not_know_is_no_failure(
    tmp_path: Path,
) -> None:
    session = Session()
    text = "Traceback (most recent call last):\nValueError: no lifespan here\n"
    raised = {"type": UNSUPPORTED, "exception": text}
    session.record(0.0, "lifespan", Kind.END, raised)
    told = printed(session.save(tmp_path / "a.asgilab.jsonl"))
    assert "lifespan not supported" in told
    assert "Traceback" not in told


def test_a_file_that_cannot_be_read_ends_the_timeline_and_nothing_else(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.asgilab.jsonl"
    path.write_text("hello\nthere\n")
    assert "The timeline ends" in printed(path)


def test_the_numbers_are_those_of_the_file_in_each_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_record_printing, "_AT_ONCE", 2)
    told = printed(write(tmp_path / "a.asgilab.jsonl", 5))
    numbers = [line.split()[0] for line in told.splitlines() if " number " in line]
    assert numbers == ["3", "4"]


def test_the_numbers_begin_anew_with_the_next_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.asgilab.jsonl", 2)
    write(tmp_path / "a.2.asgilab.jsonl", 1)
    told = printed(path)
    numbers = [line.split()[0] for line in told.splitlines() if " number " in line]
    assert numbers == ["0", "1", "0"]
