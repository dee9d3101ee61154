"""The way to the process that writes: whole frames, answers, and its end."""

import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from asgilab.live import _recording_pipe
from asgilab.live._recording_frame import packed, serialized
from asgilab.live._recording_pipe import RecordingPipe, apart
from asgilab.sessions import load

WAIT = 30.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.asgilab.jsonl"


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def pipe(path: Path, told: list[str]) -> Iterator[Callable[..., RecordingPipe]]:
    """Return a function that starts a process, which ends with the test."""
    started: list[RecordingPipe] = []

    def start(**changed: Any) -> RecordingPipe:
        options = {
            "path": str(path),
            "application": None,
            "settings": None,
            "app_dir": None,
            "started": "2026-01-01T00:00:00+00:00",
            "shared": False,
            "max_bytes": 10**8,
            "keep": None,
            "redact": False,
            "secret_names": [],
            **changed,
        }
        text = json.dumps(options)
        started.append(RecordingPipe(text, told.append, told.append))
        return started[-1]

    yield start
    for each in started:
        each.end()


def event(text: str) -> bytes:
    message = {"type": "websocket.send", "text": text}
    return serialized((0.0, "ws1", "send", message, None))


def texts(path: Path) -> list[Any]:
    return [event.message["text"] for event in load(path)]


def test_a_flush_is_told_when_all_before_it_is_written(
    path: Path, told: list[str], pipe: Callable[..., RecordingPipe]
) -> None:
    way, flush = pipe(), threading.Event()
    way.send(0, [packed([event("one"), event("two")])], [])
    way.send(0, [packed([event("three")])], [flush])
    assert flush.wait(WAIT)
    assert texts(path) == ["one", "two", "three"]
    assert told == [str(path)]
    assert way.unanswered == 0


def test_more_than_a_pipe_holds_arrives_whole(
    path: Path, pipe: Callable[..., RecordingPipe]
) -> None:
    way = pipe()
    way.send(0, [packed([event("x" * 10_000_000)])], [])
    assert way.end() == 0
    assert texts(path) == ["x" * 10_000_000]


def test_what_is_lost_with_the_process_is_known_and_nobody_waits_for_it(
    pipe: Callable[..., RecordingPipe],
) -> None:
    way, first, second = pipe(), threading.Event(), threading.Event()
    way.send(0, [packed([event("one")])], [first])
    assert first.wait(WAIT)
    os.kill(way._process.pid, signal.SIGSTOP)
    way.send(2, [packed([event("two")])], [second])
    way._process.kill()
    assert way.end() == -signal.SIGKILL
    assert second.is_set()
    assert way.unanswered == 3
    with pytest.raises((OSError, ValueError)):
        way.send(0, [packed([event("three")])], [])


def test_trouble_is_passed_on(
    told: list[str], tmp_path: Path, pipe: Callable[..., RecordingPipe]
) -> None:
    (tmp_path / "file").touch()
    way, flush = pipe(path=str(tmp_path / "file" / "a")), threading.Event()
    way.send(0, [packed([event("one")])], [flush])
    assert flush.wait(WAIT)
    assert told[0].startswith("Nothing can be recorded (")


def test_it_needs_nothing_of_a_pipe_that_only_unix_has(
    path: Path, pipe: Callable[..., RecordingPipe], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows: no signals but its own, no size, no waiting for many."""
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.delattr(select, "select")
    monkeypatch.delattr(os, "set_blocking")
    monkeypatch.setattr(_recording_pipe, "apart", dict)
    monkeypatch.setattr(_recording_pipe, "python_running", without_unix)
    way = pipe()
    way.send(0, [packed([event("one")])], [])
    assert way.end() == 0
    assert texts(path) == ["one"]


def without_unix(module: str, *arguments: str) -> list[str]:
    """Return the command for a process that lacks what Windows lacks."""
    lacking = "sched_setscheduler", "setpriority", "set_blocking", "sched_param"
    script = f"""
import os, signal, sys
sys.path[:] = {sys.path!r}
sys.modules["fcntl"] = None
for name in {lacking}:
    delattr(os, name)
for name in ("SIGHUP", "SIGTTOU"):
    delattr(signal, name)
from {module} import main
main()
"""
    return [sys.executable, "-c", script, "", *arguments]


def test_a_signal_for_the_servers_group_is_not_for_it() -> None:
    """As a Ctrl-C, which may come while it starts."""
    with subprocess.Popen(["sleep", "60"], **apart()) as process:
        assert os.getpgid(process.pid) == process.pid
        assert os.getsid(process.pid) == os.getsid(0)
        process.kill()
