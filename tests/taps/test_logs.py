"""Log records as events of the connection that wrote them."""

import asyncio
import logging
import subprocess
import sys
from typing import Any

import pytest

from asgilab.communicators import Wiring
from asgilab.sessions import Event, Kind, Session
from asgilab.taps import LogTap
from asgilab.testing import WebsocketCommunicator

log = logging.getLogger("shop.orders")


def logged(session: Session) -> list[Event]:
    return [event for event in session if event.kind is Kind.LOG]


async def run(writes: Any) -> Session:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await writes()
        await send({"type": "websocket.close"})

    session = Session()
    with LogTap():
        communicator = WebsocketCommunicator(
            application, "/", wiring=Wiring(session=session, name="alice")
        )
        await communicator.connect()
    return session


async def test_a_record_keeps_logger_level_text_line_and_cause() -> None:
    async def writes() -> None:
        log.error("order %d failed", 7)

    (event,) = logged(await run(writes))
    assert event.connection == "alice"
    assert event.message == {
        "type": "log",
        "logger": "shop.orders",
        "level": "ERROR",
        "text": "order 7 failed",
    }
    assert event.source is not None
    assert event.source.function == "writes"
    assert event.cause == 1


async def test_threads_of_the_application_are_heard() -> None:
    async def writes() -> None:
        await asyncio.to_thread(log.warning, "from a thread")

    (event,) = logged(await run(writes))
    assert event.message["text"] == "from a thread"


async def test_what_others_log_is_no_concern() -> None:
    session = Session()
    with LogTap():
        log.error("nobody is connected")
    assert logged(session) == []


class Lazy:
    """Cannot be shown, as a lazy user of Django in asynchronous code."""

    def __str__(self) -> str:
        msg = "You cannot call this from an async context"
        raise RuntimeError(msg)


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("one %s, two %s", ("only one",)),
        ("%(name)s", ({"nam": 1},)),
        ("user %s", (Lazy(),)),
        (Lazy(), ()),
    ],
    ids=["too few", "no such key", "argument that raises", "text that raises"],
)
async def test_a_broken_log_call_does_not_break_the_application(
    monkeypatch: pytest.MonkeyPatch, text: Any, arguments: tuple[Any, ...]
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)

    async def writes() -> None:
        log.error(text, *arguments)

    assert logged(await run(writes)) == []


async def test_after_the_context_nothing_is_left() -> None:
    before = logging.getLogRecordFactory()
    with LogTap(), LogTap():
        assert logging.getLogRecordFactory() is not before
    assert logging.getLogRecordFactory() is before


async def test_a_record_is_kept_once_however_many_listen() -> None:
    async def writes() -> None:
        log.error("once")

    with LogTap():
        assert len(logged(await run(writes))) == 1


SCRIPT = """
import logging
from asgilab.taps import LogTap

with LogTap():
    logging.getLogger("shop").warning("before setup")
    logging.getLogger("shop").info("not worth it")
    logging.basicConfig(format="set up: %(message)s")
    logging.getLogger("shop").warning("after setup")
"""


def test_a_tap_does_not_make_warnings_disappear() -> None:
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines() == ["before setup", "set up: after setup"]
