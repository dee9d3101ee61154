"""Reading a file that grows, and the ones that come after it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from asgilab.errors import SessionFileError
from asgilab.live import Tail
from asgilab.live._recording_file import RecordingFiles
from asgilab.live._scribe import Entry, Scribe
from asgilab.sessions import Kind, Session, load

STARTED = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.asgilab.jsonl"


def scribe_of(
    path: Path, started: datetime = STARTED, max_bytes: int = 10_000_000, **more: Any
) -> Scribe:
    session = Session(application="shop:app", started=started)
    options: dict[str, Any] = {"shared": False, "keep": None, **more}
    files = RecordingFiles(path, session, max_bytes=max_bytes, **options)
    return Scribe(files, True, pytest.fail)


def said(*texts: str) -> list[Entry]:
    return [
        Entry(STARTED.timestamp() + 1, "ws1", Kind.SEND, {"type": "t", "text": text})
        for text in texts
    ]


def texts(tail: Tail) -> list[str]:
    session, _ = tail.read()
    return [] if session is None else [event.message["text"] for event in session]


def test_what_came_since_is_read_and_nothing_twice(path: Path) -> None:
    scribe, tail = scribe_of(path), Tail(path)
    assert tail.read() == (None, 0)
    scribe.write(said("one", "two"))
    session, _ = tail.read()
    assert session is not None
    assert session.application == "shop:app"
    assert [event.message["text"] for event in session] == ["one", "two"]
    assert texts(tail) == []
    scribe.write(said("three"))
    assert texts(tail) == ["three"]
    scribe.close()
    tail.close()


def test_a_line_that_is_not_whole_yet_is_left_for_the_next_time(path: Path) -> None:
    scribe = scribe_of(path)
    scribe.write(said("one", "two"))
    scribe.close()
    whole = path.read_bytes()
    tail = Tail(path)
    read: list[str] = []
    for end in range(0, len(whole) + 1):
        path.write_bytes(whole[:end])
        read += texts(tail)
    assert read == ["one", "two"]
    tail.close()


def test_only_the_last_events_are_read_where_that_is_asked_for(path: Path) -> None:
    scribe, tail = scribe_of(path), Tail(path)
    scribe.write(said(*"abcde"))
    session, passed_over = tail.read(last=2)
    assert session is not None
    assert [event.message["text"] for event in session] == ["d", "e"]
    assert passed_over == 3
    scribe.close()
    tail.close()


def test_it_goes_on_in_the_files_that_come_after(path: Path) -> None:
    """One a line, and among them stands a file of an older recording."""
    older = scribe_of(path.with_name("a.2.asgilab.jsonl"), STARTED - timedelta(1))
    older.write(said("old"))
    older.close()
    scribe, tail = scribe_of(path, max_bytes=10), Tail(path)
    read: list[str] = []
    for text in "abc":
        scribe.write(said(text))
        read += texts(tail)
    assert read == ["a", "b", "c"]
    assert tail.path.name == "a.4.asgilab.jsonl"
    scribe.close()
    tail.close()


def test_files_that_were_begun_between_two_looks_are_all_read(path: Path) -> None:
    scribe, tail = scribe_of(path, max_bytes=10), Tail(path)
    scribe.write(said("a"))
    assert texts(tail) == ["a"]
    for text in "bcd":
        scribe.write(said(text))
    assert [texts(tail), texts(tail), texts(tail)] == [["b"], ["c"], ["d"]]
    scribe.close()
    tail.close()


def test_a_file_that_takes_the_place_of_one_that_was_removed_is_read(
    path: Path,
) -> None:
    scribe, tail = scribe_of(path), Tail(path)
    scribe.write(said("one"))
    assert texts(tail) == ["one"]
    path.unlink()
    assert texts(tail) == []
    scribe.close()
    other = scribe_of(path)
    other.write(said("two"))
    assert texts(tail) == ["two"]
    other.close()
    tail.close()


def test_a_file_that_is_no_session_is_refused(path: Path) -> None:
    path.write_text("hello\nthere\n")
    tail = Tail(path)
    with pytest.raises(SessionFileError, match="line 1"):
        tail.read()
    tail.close()


def test_what_is_read_is_what_a_load_reads(path: Path) -> None:
    scribe, tail = scribe_of(path), Tail(path)
    scribe.write(said("one", "two"))
    session, _ = tail.read()
    assert session is not None
    assert list(session) == list(load(path))
    scribe.close()
    tail.close()


def test_files_that_were_removed_between_two_looks_are_passed_over(path: Path) -> None:
    scribe, tail = scribe_of(path, max_bytes=1, keep=2), Tail(path)
    scribe.write(said("one"))
    assert texts(tail) == ["one"]
    for text in ("two", "three", "four", "five"):
        scribe.write(said(text))
    assert texts(tail) == ["four"]
    assert texts(tail) == ["five"]
    assert texts(tail) == []
    scribe.write(said("six"))
    assert texts(tail) == ["six"]
    scribe.close()
    tail.close()


def test_it_goes_on_whoever_of_those_who_share_begins_the_next_file(path: Path) -> None:
    earlier = scribe_of(path, STARTED, max_bytes=1, shared=True)
    later = scribe_of(path, STARTED + timedelta(seconds=1), max_bytes=1, shared=True)
    tail = Tail(path)
    later.write(said("one"))
    assert texts(tail) == ["one"]
    earlier.write(said("two"))
    assert texts(tail) == ["two"]
    earlier.close()
    later.close()
    tail.close()
