"""The process that writes for a recorder: what comes in, and how it ends."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from asgilab.live._python import python_running
from asgilab.live._recording_frame import HEAD, framed, packed, serialized
from asgilab.live._recording_process import BURST, ReadAhead
from asgilab.sessions import load


class Writer:
    """The process, as the recorder's thread talks to it."""

    def __init__(self, path: Path) -> None:
        options = {
            "path": str(path),
            "application": "chat.asgi:application",
            "settings": None,
            "app_dir": None,
            "started": "2026-01-01T00:00:00+00:00",
            "shared": False,
            "max_bytes": 10**6,
            "keep": None,
            "redact": True,
            "secret_names": ["room key"],
        }
        self.process = subprocess.Popen(
            python_running("asgilab.live._recording_process", json.dumps(options)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def send(self, *rows: Any, asked: bool = False) -> None:
        assert self.process.stdin is not None
        events = packed([serialized(row) for row in rows])
        self.process.stdin.write(framed(0, asked, [events]))
        self.process.stdin.flush()

    def answer(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def end(self) -> int:
        self.process.communicate(timeout=30)
        return self.process.returncode


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.asgilab.jsonl"


def row(text: Any, kind: str = "send") -> Any:
    return (0.0, "ws1", kind, {"type": "websocket.send", "text": text}, None)


def texts(path: Path) -> list[Any]:
    return [event.message["text"] for event in load(path)]


def test_what_comes_in_is_in_the_file_when_a_flush_is_answered(path: Path) -> None:
    writer = Writer(path)
    writer.send(row("one"))
    writer.send(row("two"), asked=True)
    assert writer.answer() == {"written": 2, "path": str(path)}
    assert texts(path) == ["one", "two"]
    assert load(path).application == "chat.asgi:application"
    assert load(path).started == datetime(2026, 1, 1, tzinfo=UTC)
    assert writer.end() == 0


def test_what_cannot_be_serialized_comes_as_the_codec_has_it(path: Path) -> None:
    class Odd:
        def __repr__(self) -> str:
            return "<odd>"

    writer = Writer(path)
    writer.send(row(Odd()), row(b"bytes"))
    assert writer.end() == 0
    assert texts(path) == ["<odd>", b"bytes"]


def test_secrets_are_taken_out(path: Path) -> None:
    writer = Writer(path)
    writer.send(row("token=abc"))
    assert writer.end() == 0
    assert texts(path) == ["token=[redacted]"]


def test_names_that_hold_secrets_for_the_server_do_for_it(path: Path) -> None:
    writer = Writer(path)
    writer.send(row("roomKey=abc"))
    assert writer.end() == 0
    assert texts(path) == ["roomKey=[redacted]"]


@pytest.mark.parametrize(
    "lacking", [[], ["setpriority"], ["setpriority", "sched_setscheduler"]]
)
def test_it_yields_as_far_as_the_system_knows_how(lacking: list[str]) -> None:
    """In a process of its own, because nobody gets back what he gave away."""
    script = f"""
import os
for name in {lacking}:
    delattr(os, name)
from asgilab.live._recording_process import yield_to_others
yield_to_others(os.getpid())
print(os.getpriority(os.PRIO_PROCESS, 0))
"""
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert int(ran.stdout) == (0 if "setpriority" in lacking else 19)


def test_a_frame_that_the_server_did_not_finish_is_left_out(path: Path) -> None:
    writer = Writer(path)
    writer.send(row("whole"))
    assert writer.process.stdin is not None
    writer.process.stdin.write(HEAD.pack(1000, 1, False) + b"torn")
    assert writer.end() == 0
    assert texts(path) == ["whole"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_for_the_server_do_not_end_it(path: Path, number: int) -> None:
    writer = Writer(path)
    writer.send(asked=True)
    writer.answer()
    os.kill(writer.process.pid, number)
    writer.send(row("still there"))
    assert writer.end() == 0
    assert texts(path) == ["still there"]


def test_a_server_that_reads_no_answers_does_not_end_it(path: Path) -> None:
    writer = Writer(path)
    assert writer.process.stdout is not None
    writer.process.stdout.close()
    writer.send(row("one"), asked=True)
    assert writer.process.stdin is not None
    writer.process.stdin.close()
    assert writer.process.wait(timeout=30) == 0
    assert texts(path) == ["one"]


def test_no_more_is_read_ahead_than_may_wait() -> None:
    tenth = threading.Event()

    class Source(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() >= 10 * (HEAD.size + 100):
                tenth.set()
            return super().read(size)

    frames = [bytes([number]) * 100 for number in range(20)]
    content = b"".join(HEAD.pack(len(frame), 1, False) + frame for frame in frames)
    ahead = ReadAhead(Source(content), most=350)
    assert not tenth.wait(0.1)
    assert list(ahead) == frames
    assert tenth.is_set()


class Traffic:
    """A pipe that frames come through, each a letter."""

    def __init__(self) -> None:
        reading, self._writing = os.pipe()
        self._reading = os.fdopen(reading, "rb")
        self.came = iter(ReadAhead(self._reading, most=100))

    def send(self, letters: bytes, events: int, awaited: bool = False) -> None:
        for letter in letters:
            os.write(self._writing, HEAD.pack(1, events, awaited) + bytes([letter]))

    def end(self) -> list[bytes]:
        os.close(self._writing)
        rest = list(self.came)
        self._reading.close()
        return rest


@pytest.fixture
def long_burst(monkeypatch: pytest.MonkeyPatch) -> Traffic:
    monkeypatch.setattr("asgilab.live._recording_process._BURST_SECONDS", 1e6)
    return Traffic()


@pytest.mark.parametrize(
    ("letters", "events", "awaited"),
    [(b"c", BURST - 1, False), (b"c", BURST, True), (b"c" * 60, BURST, False)],
    ids=["it is over", "somebody waits", "much waits"],
)
def test_what_comes_in_a_burst_waits_until_something_calls_for_it(
    long_burst: Traffic, letters: bytes, events: int, awaited: bool
) -> None:
    got: list[bytes] = []
    taking = threading.Thread(target=lambda: got.append(next(long_burst.came)))
    long_burst.send(b"ab", BURST)
    taking.start()
    taking.join(0.1)
    assert got == []
    long_burst.send(letters, events, awaited)
    taking.join(30)
    assert got == [b"a"]
    assert long_burst.end() == [b"b", *[b"c"] * len(letters)]


def test_a_burst_does_not_hold_for_ever_what_came_in_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("asgilab.live._recording_process._BURST_SECONDS", 0.01)
    traffic = Traffic()
    traffic.send(b"a", BURST)
    assert next(traffic.came) == b"a"
    assert traffic.end() == []


def test_trouble_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    writer = Writer(tmp_path / "file" / "a.asgilab.jsonl")
    writer.send(row("one"), asked=True)
    assert writer.answer()["warning"].startswith("Nothing can be recorded (")
    assert writer.answer() == {"written": 1, "path": None}
    assert writer.end() == 0
