"""How far an application may be ahead of its reader."""

import asyncio
from typing import Any

import pytest

from asgilab.communicators import EventQueue
from asgilab.communicators._window import Window
from asgilab.testing import HttpCommunicator, WebsocketCommunicator

MANY = 100


class Eager:
    """Accepts and sends as fast as it may; counts what it got rid of."""

    sent = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        for _ in range(MANY):
            await send({"type": "websocket.send", "text": str(self.sent)})
            self.sent += 1
        await receive()


async def test_a_slow_reader_holds_the_application_back() -> None:
    eager = Eager()
    communicator = WebsocketCommunicator(eager, "/", window=3)
    await communicator.connect()
    await communicator.settle()
    assert eager.sent == 3
    assert await communicator.receive_from() == "0"
    await communicator.settle()
    assert eager.sent == 4
    communicator.drain()
    await communicator.settle()
    assert eager.sent == 7
    await communicator.disconnect()


async def test_without_a_window_it_sends_all_it_has() -> None:
    eager = Eager()
    communicator = WebsocketCommunicator(eager, "/")
    await communicator.connect()
    await communicator.settle()
    assert eager.sent == MANY
    await communicator.disconnect()


@pytest.mark.parametrize("leave", ["disconnect", "drop"])
async def test_when_the_reader_leaves_nobody_is_held_back_any_more(leave: str) -> None:
    eager = Eager()
    communicator = WebsocketCommunicator(eager, "/", window=1, raise_on_gone=False)
    await communicator.connect()
    await communicator.settle()
    await getattr(communicator, leave)()
    assert eager.sent == MANY
    assert communicator.future.done()


async def streaming(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for number in range(MANY):
        scope["state"]["sent"] = number
        body = {"type": "http.response.body", "body": b"x", "more_body": True}
        await send(body)
    await send({"type": "http.response.body"})


async def test_a_stream_may_be_read_with_a_window_of_one() -> None:
    communicator = HttpCommunicator(streaming, "GET", "/", window=1)
    async with communicator.stream() as response:
        await communicator.settle()
        assert communicator.scope["state"]["sent"] == 1
        assert await response.read() == b"x" * MANY


async def test_a_whole_response_comes_through_the_smallest_window() -> None:
    communicator = HttpCommunicator(streaming, "GET", "/", window=1)
    assert (await communicator.get_response())["body"] == b"x" * MANY


async def test_it_counts_who_waits_and_lets_all_through_once_it_is_lifted() -> None:
    outbox = EventQueue()
    window = Window(1, outbox)
    assert (window.full, outbox.qsize()) == (False, 0)
    outbox.put_nowait("unread")
    assert (window.full, outbox.qsize()) == (True, 1)
    waiting = [asyncio.ensure_future(window.wait_for_room()) for _ in range(2)]
    await asyncio.sleep(0)
    assert window.held == 2
    window.make_room()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert window.held == 2  # nothing was read: they wait on
    window.lift()
    await asyncio.gather(*waiting)
    assert window.held == 0
    assert not window.full


async def test_who_was_cancelled_does_not_count() -> None:
    outbox = EventQueue()
    outbox.put_nowait("unread")
    window = Window(1, outbox)
    waiting = asyncio.ensure_future(window.wait_for_room())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.sleep(0)
    assert window.held == 0
    window.make_room()
