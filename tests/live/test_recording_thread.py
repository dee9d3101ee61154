"""Between traffic and the recorder's process: nothing is held up, all is counted."""

import logging
import os
import signal
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from asgilab.live._recording_thread import RecordingThread
from asgilab.sessions import Kind, load

if TYPE_CHECKING:
    import subprocess

MODULE = "asgilab.live._recording_thread"
WAIT = 30.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.asgilab.jsonl"


def unexpected(error: Exception) -> None:
    pytest.fail(f"handing over failed: {error!r}")


@pytest.fixture
def thread(path: Path) -> Iterator[Callable[..., RecordingThread]]:
    """Return a function that starts a thread, which ends with the test."""
    started: list[RecordingThread] = []

    def start(
        redact: Any = None,
        max_events: int = 1000,
        max_bytes: int = 10**6,
        fail: Callable[[Exception], None] = unexpected,
    ) -> RecordingThread:
        options: dict[str, Any] = {
            "path": str(path),
            "application": None,
            "settings": None,
            "app_dir": None,
            "started": "2026-01-01T00:00:00+00:00",
            "shared": False,
            "max_bytes": 10**6,
            "keep": None,
            "redact": False,
            "secret_names": [],
        }
        started.append(RecordingThread(options, redact, max_events, max_bytes, fail))
        return started[-1]

    yield start
    for each in started:
        each.close(WAIT)


def process_of(writer: RecordingThread) -> "subprocess.Popen[bytes]":
    assert writer._pipe is not None
    return writer._pipe._process


def row(text: Any) -> Any:
    return (0.0, "ws1", "send", {"type": "websocket.send", "text": text}, None)


def texts(path: Path) -> list[Any]:
    return [event.message["text"] for event in load(path)]


def lost(path: Path) -> int:
    told = [event.message["text"] for event in load(path) if event.kind is Kind.LOG]
    return sum(int(text.split()[0]) for text in told)


def test_a_flush_means_all_that_was_handed_over_before(
    path: Path, thread: Callable[..., RecordingThread]
) -> None:
    writer = thread(max_events=10_000)
    expected = [str(number) for number in range(5000)]
    for text in expected:
        writer.put(row(text))
    assert writer.flush(WAIT)
    assert texts(path) == expected
    assert writer.path == str(path)


def test_closing_writes_what_waits_and_ends_the_process(
    path: Path, thread: Callable[..., RecordingThread]
) -> None:
    writer = thread()
    writer.put(row("one"))
    assert writer.flush(WAIT)
    process = process_of(writer)
    writer.put(row("two"))
    writer.close(WAIT)
    assert texts(path) == ["one", "two"]
    assert process.poll() == 0


def test_closing_without_any_event_starts_no_process(
    thread: Callable[..., RecordingThread], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []
    monkeypatch.setattr("asgilab.live._recording_pipe.subprocess.Popen", started.append)
    thread().close(WAIT)
    assert started == []


def held(
    writer: RecordingThread, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """Let the thread take nothing until the function that comes back is called."""
    real = writer._hand_on
    monkeypatch.setattr(writer, "_hand_on", lambda: None)

    def go_on() -> None:
        monkeypatch.setattr(writer, "_hand_on", real)

    return go_on


def test_what_does_not_fit_is_left_out_and_counted(
    path: Path,
    thread: Callable[..., RecordingThread],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writer = thread(max_events=10)
    go_on = held(writer, monkeypatch)
    for number in range(25):
        writer.put(row(str(number)))
    go_on()
    assert writer.flush(WAIT)
    assert len(load(path)) == 10 + 1
    writer.put(row("later"))
    assert writer.flush(WAIT)
    assert texts(path)[-1] == "later"
    assert lost(path) == 15


def test_payloads_that_are_too_large_together_are_left_out_and_counted(
    path: Path,
    thread: Callable[..., RecordingThread],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writer = thread(max_bytes=400)
    go_on = held(writer, monkeypatch)
    for letter in "abcd":
        writer.put(row(letter * 100))
    go_on()
    assert writer.flush(WAIT)
    assert lost(path) == 2
    writer.put(row("e" * 100))
    assert writer.flush(WAIT)
    assert texts(path)[-1] == "e" * 100


def test_a_payload_of_an_impossible_type_is_recorded_too(
    path: Path, thread: Callable[..., RecordingThread]
) -> None:
    writer = thread()
    writer.put(row(5))
    assert writer.flush(WAIT)
    assert texts(path) == [5]


def test_a_redaction_of_the_users_own_is_applied(
    path: Path, thread: Callable[..., RecordingThread]
) -> None:
    writer = thread(redact=lambda message: {**message, "text": "hidden"})
    for _ in range(2):
        for _ in range(150):
            writer.put(row("secret"))
        assert writer.flush(WAIT)
    assert texts(path) == ["hidden"] * 300


def test_an_event_that_cannot_be_redacted_is_not_written(
    path: Path,
    thread: Callable[..., RecordingThread],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def redact(message: Mapping[str, Any]) -> Mapping[str, Any]:
        if message["text"] == "secret":
            msg = "no idea"
            raise LookupError(msg)
        return message

    writer = thread(redact=redact)
    for text in ("secret", "one", "secret"):
        writer.put(row(text))
    assert writer.flush(WAIT)
    assert "secret" not in path.read_text()
    assert lost(path) == 2
    (record,) = caplog.records
    assert "(LookupError: no idea)" in record.getMessage()


def test_a_process_that_is_killed_is_replaced_after_a_while(
    tmp_path: Path,
    thread: Callable[..., RecordingThread],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(f"{MODULE}._RETRY_SECONDS", 0.0)
    writer = thread()
    writer.put(row("one"))
    assert writer.flush(WAIT)
    process = process_of(writer)
    process.kill()
    process.wait()
    for text in ("two", "three"):
        writer.put(row(text))
        assert writer.flush(WAIT)
    assert texts(tmp_path / "a.asgilab.jsonl") == ["one"]
    second = tmp_path / "a.2.asgilab.jsonl"
    assert texts(second) == ["1 events were not recorded.", "three"]
    (record,) = caplog.records
    assert "has ended with exit code -9" in record.getMessage()
    assert record.levelno == logging.WARNING


def test_a_process_that_cannot_be_started_is_told_once(
    thread: Callable[..., RecordingThread],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*_arguments: Any, **_options: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("asgilab.live._recording_pipe.subprocess.Popen", refused)
    writer = thread()
    for _ in range(3):
        writer.put(row("one"))
        assert writer.flush(WAIT)
    (record,) = caplog.records
    assert record.getMessage() == (
        "Nothing can be recorded ([Errno 13] Permission denied). "
        "The application is served as before."
    )


def test_steady_traffic_does_not_keep_it_from_trying_again(
    path: Path,
    thread: Callable[..., RecordingThread],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr(f"{MODULE}.time.monotonic", lambda: now[0])
    monkeypatch.setattr("asgilab.live._recording_pipe.python_running", refused)
    writer = thread()
    for _ in range(3):
        writer.put(row("lost"))
        assert writer.flush(WAIT)
        now[0] += 2
    monkeypatch.undo()
    writer.put(row("kept"))
    assert writer.flush(WAIT)
    assert texts(path) == ["3 events were not recorded.", "kept"]


def refused(*_arguments: Any) -> None:
    raise PermissionError(13, "Permission denied")


def test_events_on_their_way_to_a_process_that_is_killed_are_counted(
    tmp_path: Path,
    thread: Callable[..., RecordingThread],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(f"{MODULE}._RETRY_SECONDS", 0.0)
    writer = thread()
    writer.put(row("one"))
    assert writer.flush(WAIT)
    process = process_of(writer)
    os.kill(process.pid, signal.SIGSTOP)
    for text in ("two", "three"):
        writer.put(row(text))
        assert not writer.flush(0.2)
    process.kill()
    process.wait()
    for text in ("four", "five"):
        writer.put(row(text))
        assert writer.flush(WAIT)
    assert texts(tmp_path / "a.2.asgilab.jsonl") == [
        "3 events were not recorded.",
        "five",
    ]


def test_an_event_is_recorded_as_it_was(
    path: Path, thread: Callable[..., RecordingThread]
) -> None:
    writer = thread()
    message = {"type": "x", "text": "before", "parts": ["before"]}
    writer.put((0.0, "ws1", "send", message, None))
    message["text"] = "after"
    message["parts"].append("after")  # type: ignore[attr-defined]  # a mapping of objects, here a list
    assert writer.flush(WAIT)
    (event,) = load(path)
    assert dict(event.message) == {"type": "x", "text": "before", "parts": ["before"]}


def hidden(message: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**message, "text": "hidden"}


@pytest.mark.parametrize("message_of", [dict, MappingProxyType, OrderedDict])
@pytest.mark.parametrize(
    ("redact", "shown"), [(None, "hi"), (hidden, "hidden")], ids=["plain", "redacted"]
)
def test_traffic_hands_over_any_mapping(
    path: Path,
    thread: Callable[..., RecordingThread],
    message_of: Any,
    redact: Any,
    shown: str,
) -> None:
    writer = thread(redact)
    message = message_of({"type": "websocket.send", "text": "hi"})
    writer.record("ws1", "send", message)
    assert writer.flush(WAIT)
    assert texts(path) == [shown]


@pytest.mark.parametrize("redact", [None, hidden], ids=["plain", "redacted"])
def test_what_traffic_cannot_hand_over_is_told_and_not_raised(
    thread: Callable[..., RecordingThread], redact: Any
) -> None:
    failed: list[Exception] = []
    thread(redact, fail=failed.append).record("ws1", "send", 5)
    (error,) = failed
    assert isinstance(error, TypeError)


def test_traffic_hands_over_no_more_than_may_wait(
    path: Path,
    thread: Callable[..., RecordingThread],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writer = thread(max_events=600)
    go_on = held(writer, monkeypatch)
    for number in range(1000):
        writer.record("ws1", "send", {"type": "websocket.send", "text": str(number)})
    go_on()
    assert writer.flush(WAIT)
    assert texts(path)[1:] == [str(number) for number in range(600)]
    assert lost(path) == 400
