"""A session to show, controls that only note what is asked, and decoded messages."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from asgilab.sessions import Kind, Session, Source

Sent = tuple[str, dict[str, Any], list[bytes]]
"""A message to the browser: what it is, its body, its further buffers."""


class Log:
    """Takes what a publisher transmits, and reads it as the browser would."""

    def __init__(self) -> None:
        self.messages: list[Sent] = []
        self.numbers: list[int] = []

    def __call__(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        self.numbers.append(content["number"])
        body = json.loads(buffers[0], parse_constant=pytest.fail)
        self.messages.append((content["what"], body, buffers[1:]))

    def take(self, what: str) -> list[dict[str, Any]]:
        """Return the bodies of the messages of one sort, and forget all."""
        found = [body for sort, body, _ in self.messages if sort == what]
        self.messages.clear()
        return found


class NotedControls:
    """Controls that do nothing but note what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.held: list[Any] = []
        self.known: dict[str, str] = {}
        self.watchers: list[Callable[[], None]] = []

    def step(self, connection: str | None) -> None:
        self.asked.append(("step", connection))

    def resume(self, connection: str | None) -> None:
        self.asked.append(("resume", connection))

    def pause(self, connection: str | None) -> None:
        self.asked.append(("pause", connection))

    def stops(self) -> Iterable[Any]:
        return self.held

    def statuses(self) -> dict[str, str]:
        return self.known

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        self.watchers.append(callback)
        return lambda: self.watchers.remove(callback)


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def controls() -> NotedControls:
    return NotedControls()


@pytest.fixture
def session() -> Session:
    """Return alice, who says hi and is heard by bob, and carol, who raises."""
    made = Session()
    line = Source("/srv/chat/consumers.py", 41, "ChatConsumer.receive_json")
    for name in ("alice", "bob", "carol"):
        made.record(0.0, name, Kind.OPEN, {"type": "websocket", "path": "/ws/"})
    hi = {"type": "websocket.receive", "text": '{"message": "hi"}'}
    made.record(0.1, "alice", Kind.RECEIVE, hi, line)
    log = {"type": "log", "level": "INFO", "message": "alice says hi"}
    made.record(0.2, "alice", Kind.LOG, log, line, cause=3)
    back = {"type": "websocket.send", "text": '{"from": "alice", "message": "hi"}'}
    made.record(0.3, "bob", Kind.SEND, back, line, cause=3)
    made.record(0.4, "bob", Kind.SEND, {"type": "websocket.send", "bytes": b"\x00\xff"})
    text = "Traceback…\nValueError: bad\n"
    made.record(0.5, "carol", Kind.END, {"type": "raised", "exception": text})
    return made


def fill(session: Session, count: int) -> None:
    """Record this many more events of alice."""
    for number in range(count):
        message = {"type": "websocket.send", "text": f'{{"number": {number}}}'}
        session.record(1 + number / 1000, "alice", Kind.SEND, message)
