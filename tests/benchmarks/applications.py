"""The applications that the contenders drive."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
from asgiref.sync import async_to_sync, sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer, WebsocketConsumer

from asgilab.communicators import Wiring

TEXT = "x" * 32
SCOPE = {
    "type": "websocket",
    "asgi": {"version": "3.0"},
    "path": "/",
    "query_string": b"",
    "headers": [],
    "subprotocols": [],
}


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """A raw WebSocket application that sends back what it gets."""
    if scope["type"] != "websocket":
        raise ValueError(scope["type"])
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": event["text"]})


async def page(scope: Any, receive: Any, send: Any) -> None:
    """A raw HTTP application with a short answer."""
    if scope["type"] != "http":
        raise ValueError(scope["type"])
    await receive()
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"hello"})


class Echo(AsyncJsonWebsocketConsumer):
    """A Channels consumer that sends back the JSON it gets."""

    async def receive_json(self, content: Any, **_: Any) -> None:
        """Send it back."""
        await self.send_json(content)


BEAT = {"type": "websocket.send", "text": "beat"}


def beating(beat: Callable[[], Awaitable[None]]) -> Any:
    """Return an application that beats ten times, each time after a pause."""

    async def heart(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        for _ in range(10):
            await beat()
            await send(BEAT)
        await receive()

    return heart


async def _sleep() -> None:
    await asyncio.sleep(30)


async def _sleep_by_anyio() -> None:
    with anyio.move_on_after(30):
        await anyio.sleep_forever()


async def _sleep_after_a_thread() -> None:
    await sync_to_async(int)()
    await asyncio.sleep(30)


class SyncHeart(WebsocketConsumer):
    """Beats in a thread, as a synchronous consumer does."""

    def connect(self) -> None:
        """Accept, and beat."""
        self.accept()
        for _ in range(10):
            async_to_sync(asyncio.sleep)(30)
            self.send("beat")


HEARTS = {
    "async": beating(_sleep),
    "sync consumer": SyncHeart,
    "anyio": beating(_sleep_by_anyio),
    "thread hop": beating(_sleep_after_a_thread),
}


SIZE = 65536
PIECES = 1600


async def large(scope: Any, receive: Any, send: Any) -> None:
    """Streams 100 MB in pieces of 64 KiB."""
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(PIECES):
        piece = bytes(SIZE)
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def bare() -> Wiring:
    """Return a wiring without recording and validation."""
    return Wiring(session=None, validate="off")
