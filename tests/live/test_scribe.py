"""Entries are written as the codec would, and go on after what goes wrong."""

import errno
from pathlib import Path
from typing import Any

import pytest

from asgilab.live._recording_file import RecordingFile, RecordingFiles
from asgilab.live._scribe import Entry, Scribe
from asgilab.sessions import Kind, Session, load


@pytest.fixture
def told() -> list[str]:
    return []


def scribe(folder: Path, told: list[str], **options: Any) -> Scribe:
    redact = options.pop("redact", False)
    chosen = {"shared": False, "max_bytes": 10**6, "keep": None, **options}
    files = RecordingFiles(folder / "a.asgilab.jsonl", Session(), **chosen)
    return Scribe(files, redact, told.append)


def entry(kind: str, connection: str = "ws1", **message: Any) -> Entry:
    return Entry(0.0, connection, kind, {"type": "t", **message})


def kinds(path: Path) -> list[str]:
    return [f"{event.connection} {event.kind}" for event in load(path)]


def test_events_are_numbered_and_timed_from_the_beginning(
    tmp_path: Path, told: list[str]
) -> None:
    writer = scribe(tmp_path, told)
    writer.write([entry("open")])
    started = load(tmp_path / "a.asgilab.jsonl").started.timestamp()
    writer.write([entry("send")._replace(time=started + 2.5), entry("end")])
    writer.close()
    lines = (tmp_path / "a.asgilab.jsonl").read_text().splitlines()
    assert [f'"index": {number}' in line for number, line in enumerate(lines[1:])] == [
        True,
        True,
        True,
    ]
    assert [event.at for event in load(tmp_path / "a.asgilab.jsonl")] == [0, 2.5, 0]


def test_secrets_are_taken_out_where_that_is_asked_for(
    tmp_path: Path, told: list[str]
) -> None:
    writer = scribe(tmp_path, told, redact=True)
    writer.write([entry("send", text="token=abc")])
    writer.close()
    (event,) = load(tmp_path / "a.asgilab.jsonl")
    assert event.message["text"] == "token=[redacted]"


def test_an_event_that_cannot_be_redacted_is_left_out_and_counted(
    tmp_path: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def redact(connection: str, kind: str, message: Any) -> Any:
        if message.get("text") == "secret":
            raise LookupError(connection)
        return message

    monkeypatch.setattr("asgilab.live._scribe.Redactor", lambda: redact)
    writer = scribe(tmp_path, told, redact=True)
    writer.write([entry("open"), entry("send", text="secret"), entry("end")])
    writer.close()
    assert kinds(tmp_path / "a.asgilab.jsonl") == [
        "recorder log",
        "ws1 open",
        "ws1 end",
    ]
    assert "secret" not in (tmp_path / "a.asgilab.jsonl").read_text()
    assert told == [
        "An event could not be redacted and is left out (LookupError: ws1)."
    ]


def test_a_new_file_begins_with_the_scopes_of_open_connections(
    tmp_path: Path, told: list[str]
) -> None:
    writer = scribe(tmp_path, told, max_bytes=1)
    writer.write([entry("open"), entry("open", "ws2"), entry("end", "ws2")])
    writer.write([entry("send")])
    writer.write([entry("end")])
    writer.write([entry("open", "ws3")])
    writer.close()
    assert kinds(tmp_path / "a.2.asgilab.jsonl") == ["ws1 open", "ws1 send"]
    assert kinds(tmp_path / "a.3.asgilab.jsonl") == ["ws1 open", "ws1 end"]
    assert kinds(tmp_path / "a.4.asgilab.jsonl") == ["ws3 open"]


def test_what_was_lost_on_the_way_is_counted_in_the_file(
    tmp_path: Path, told: list[str]
) -> None:
    writer = scribe(tmp_path, told)
    writer.write([entry("send")], lost=7)
    writer.close()
    first, second = load(tmp_path / "a.asgilab.jsonl")
    assert first.kind is Kind.LOG
    assert first.message["text"] == "7 events were not recorded."
    assert second.kind is Kind.SEND


def test_a_disk_that_is_full_is_told_and_tried_again_later(
    tmp_path: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("asgilab.live._scribe.time.monotonic", lambda: now[0])
    writer = scribe(tmp_path, told)
    writer.write([entry("open")])

    def full(self: RecordingFile, lines: list[str], at: int | None) -> bool:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(RecordingFile, "write", full)
        writer.write([entry("send"), entry("send")])
    writer.write([entry("send")])
    assert told == ["Nothing can be recorded ([Errno 28] No space left on device)."]
    now[0] += 6
    writer.write([entry("end")])
    writer.close()
    path = tmp_path / "a.asgilab.jsonl"
    assert kinds(path) == ["ws1 open", "recorder log", "ws1 end"]
    assert load(path)[1].message["text"] == "3 events were not recorded."


def test_a_file_that_was_removed_is_told_and_begun_again(
    tmp_path: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("asgilab.live._scribe.time.monotonic", lambda: now[0])
    path = tmp_path / "a.asgilab.jsonl"
    writer = scribe(tmp_path, told)
    writer.write([entry("open")])
    path.unlink()
    now[0] += 2
    writer.write([entry("send")])
    writer.close()
    assert kinds(path) == ["ws1 open", "ws1 send"]
    assert told == [f"{path} is gone; a new file is begun."]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, told: list[str]) -> None:
    (tmp_path / "file").touch()
    writer = scribe(tmp_path / "file", told)
    writer.write([entry("open")])
    writer.close()
    (sentence,) = told
    assert sentence.startswith("Nothing can be recorded (")


def test_nothing_to_write_writes_nothing(tmp_path: Path, told: list[str]) -> None:
    writer = scribe(tmp_path, told)
    writer.write([entry("open")])
    size = (tmp_path / "a.asgilab.jsonl").stat().st_size
    writer.write([])
    writer.close()
    assert (tmp_path / "a.asgilab.jsonl").stat().st_size == size


def test_two_who_share_and_keep_few_lose_no_event_and_disturb_nobody(
    tmp_path: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is removed was full, and whatever is left is whole."""
    now = [100.0]
    monkeypatch.setattr("asgilab.live._scribe.time.monotonic", lambda: now[0])
    options = {"shared": True, "keep": 2, "max_bytes": 1500}
    one, two = (scribe(tmp_path, told, **options) for _ in "12")
    one.write([entry("open", "one")])
    two.write([entry("open", "two")])
    for number in range(60):
        now[0] += 1
        one.write([entry("send", "one", number=number)])
        if number % 7 == 0:
            two.write([entry("send", "two", number=number)])
    one.close()
    two.close()
    assert told == []
    numbers = sorted(int(path.name.split(".")[1]) for path in tmp_path.iterdir())
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert 2 <= len(numbers) <= 4
    left = [e for n in numbers for e in load(tmp_path / f"a.{n}.asgilab.jsonl")]
    for name, expected in (("one", range(60)), ("two", range(0, 60, 7))):
        seen = [
            e.message["number"]
            for e in left
            if e.kind is Kind.SEND and e.connection == name
        ]
        assert seen == list(expected)[-len(seen) :]
        assert seen
    for number in numbers:
        events = load(tmp_path / f"a.{number}.asgilab.jsonl")
        assert {e.connection for e in events if e.kind is Kind.OPEN} == set(
            events.connections
        )
