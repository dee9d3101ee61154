"""The recorder's files are whole session files, whatever happens to them."""

import errno
import fcntl
import os
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from asgilab.live._recording_file import RecordingFile, RecordingFiles
from asgilab.sessions import Session, load
from asgilab.sessions._codec import header_line, plain_line


def session() -> Session:
    return Session(application="chat.asgi:application")


def line(text: str) -> str:
    message = {"type": "websocket.send", "text": text}
    return plain_line(0, 0.0, "ws1", "send", message)


def texts(path: Path) -> list[Any]:
    return [event.message["text"] for event in load(path)]


def test_a_file_without_events_is_a_session(tmp_path: Path) -> None:
    path = tmp_path / "a.asgilab.jsonl"
    RecordingFile(path, session()).close()
    assert len(load(path)) == 0
    assert load(path).application == "chat.asgi:application"


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "a.asgilab.jsonl"
    RecordingFile(path, session()).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_line_ends_are_written_as_they_are_where_files_are_opened_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, which does so unless it is told."""
    told: list[int] = []
    real = os.open

    def opened(path: Path, flags: int, mode: int) -> int:
        told.append(flags)
        return real(path, flags & ~0x800_0000, mode)

    monkeypatch.setattr(os, "O_BINARY", 0x800_0000, raising=False)
    monkeypatch.setattr(os, "open", opened)
    RecordingFile(tmp_path / "a.asgilab.jsonl", session()).close()
    (flags,) = told
    assert flags & 0x800_0000


def test_a_file_that_exists_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "a.asgilab.jsonl"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        RecordingFile(path, session())
    assert path.read_text() == "mine"


def test_lines_that_do_not_fit_are_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk that fills up in the middle of a line."""
    path = tmp_path / "a.asgilab.jsonl"
    file = RecordingFile(path, session())
    file.write([line("one")])
    full = path.stat().st_size + 30
    real = os.write

    def write(number: int, content: Any) -> int:
        room = full - os.fstat(number).st_size
        if room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(number, bytes(content)[:room])

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(OSError, match="No space"):
        file.write([line("two"), line("three")])
    assert texts(path) == ["one"]
    monkeypatch.undo()
    file.write([line("four")])
    file.close()
    assert texts(path) == ["one", "four"]


@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_a_file_that_is_no_longer_at_its_place_is_noticed(
    tmp_path: Path, how: str
) -> None:
    path = tmp_path / "a.asgilab.jsonl"
    file = RecordingFile(path, session())
    seen = [file.gone]
    path.unlink()
    if how == "replaced":
        path.touch()
    seen.append(file.gone)
    file.close()
    assert seen == [False, True]


def test_a_shared_file_has_one_header_and_one_beginning(tmp_path: Path) -> None:
    path = tmp_path / "a.asgilab.jsonl"
    first = RecordingFile(path, session(), shared=True)
    later = Session(started=datetime(2000, 1, 1, tzinfo=UTC))
    second = RecordingFile(path, later, shared=True)
    assert second.started == first.started
    first.write([line("one")])
    second.write([line("two")])
    assert first.size < second.size == path.stat().st_size
    first.write([line("three")])
    first.close()
    second.close()
    assert texts(path) == ["one", "two", "three"]


def test_a_shared_file_is_begun_by_one_process_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "a.asgilab.jsonl"
    other = os.open(path, os.O_RDWR | os.O_CREAT)
    fcntl.flock(other, fcntl.LOCK_EX)
    opened: list[RecordingFile] = []
    opening = threading.Thread(
        target=lambda: opened.append(RecordingFile(path, session(), shared=True))
    )
    opening.start()
    opening.join(0.1)
    assert opening.is_alive()
    os.write(other, header_line(Session(application="other")).encode())
    os.close(other)
    opening.join(30)
    opened[0].close()
    assert load(path).application == "other"


def files(path: Path, **options: Any) -> RecordingFiles:
    chosen: dict[str, Any] = {
        "shared": False,
        "max_bytes": 300,
        "keep": None,
        **options,
    }
    return RecordingFiles(path, session(), **chosen)


def fill(several: RecordingFiles, count: int) -> list[str]:
    """Write one line after another; return the names of the files in use."""
    names = []
    for number in range(count):
        current = several.open_next() if several.due else several.current
        assert current is not None
        current.write([line(f"{number} " + "x" * 200)])
        names.append(current.path.name)
    return names


def test_the_next_file_is_begun_when_one_is_full(tmp_path: Path) -> None:
    several = files(tmp_path / "a.asgilab.jsonl")
    names = fill(several, 3)
    several.close()
    assert names == ["a.asgilab.jsonl", "a.2.asgilab.jsonl", "a.3.asgilab.jsonl"]
    assert [len(load(tmp_path / name)) for name in names] == [1, 1, 1]


def test_another_suffix_keeps_its_number_at_the_end(tmp_path: Path) -> None:
    several = files(tmp_path / "log")
    assert fill(several, 2) == ["log", "log.2"]
    several.close()


def test_only_the_newest_are_kept_where_that_is_asked_for(tmp_path: Path) -> None:
    several = files(tmp_path / "a.asgilab.jsonl", keep=2)
    fill(several, 4)
    several.close()
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["a.3.asgilab.jsonl", "a.4.asgilab.jsonl"]


def test_two_recorders_take_a_file_each(tmp_path: Path) -> None:
    one, two = (files(tmp_path / "a.asgilab.jsonl", max_bytes=10**6) for _ in "12")
    assert fill(one, 1) != fill(two, 1)
    one.close()
    two.close()


def test_sharing_recorders_go_on_to_the_next_file_together(tmp_path: Path) -> None:
    one, two = (files(tmp_path / "a.asgilab.jsonl", shared=True) for _ in "12")
    assert fill(one, 2) == ["a.asgilab.jsonl", "a.2.asgilab.jsonl"]
    assert fill(two, 1) == ["a.3.asgilab.jsonl"]
    one.close()
    two.close()


def test_who_shares_a_file_loses_nothing_when_others_remove_it(tmp_path: Path) -> None:
    """He writes to none that is full, and begins none that comes before theirs."""
    one, two = (files(tmp_path / "a.asgilab.jsonl", shared=True, keep=1) for _ in "12")
    one.open_next()
    two.open_next()
    assert two.write([line("two")])
    fill(one, 3)
    assert not two.write([line("later")])
    two.open_next()
    assert two.write([line("later")])
    one.close()
    two.close()
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["a.3.asgilab.jsonl", "a.4.asgilab.jsonl"]  # The third was full.
    assert texts(tmp_path / left[-1]) == ["later"]


def test_who_shares_a_file_goes_on_past_what_is_older_than_it(tmp_path: Path) -> None:
    other = tmp_path / "a.7.asgilab.jsonl"
    RecordingFile(other, session()).close()
    os.utime(other, (0, 0))
    several = files(tmp_path / "a.asgilab.jsonl", shared=True)
    assert fill(several, 2) == ["a.asgilab.jsonl", "a.2.asgilab.jsonl"]
    several.close()
    assert len(load(other)) == 0


def test_of_the_oldest_none_is_removed_that_somebody_has_put_there(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.asgilab.jsonl"
    several = files(path, keep=1)
    fill(several, 1)
    path.rename(tmp_path / "mine")
    path.write_text("mine")
    fill(several, 1)
    several.close()
    assert path.read_text() == "mine"


def test_a_shared_name_that_is_somebody_elses_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.asgilab.jsonl"
    path.write_text("not a session\n")
    several = files(path, shared=True)
    assert fill(several, 1) == ["a.2.asgilab.jsonl"]
    several.close()
    assert path.read_text() == "not a session\n"


def test_missing_folders_are_made(tmp_path: Path) -> None:
    several = files(tmp_path / "some" / "where" / "a.asgilab.jsonl")
    fill(several, 1)
    several.close()
    assert len(load(tmp_path / "some" / "where" / "a.asgilab.jsonl")) == 1
