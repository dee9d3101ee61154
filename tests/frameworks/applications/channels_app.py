"""The pages and sockets of this folder, as Channels' generic consumers have them."""

import asyncio
from typing import Any

from channels.consumer import AsyncConsumer, SyncConsumer
from channels.exceptions import StopConsumer
from channels.generic.http import AsyncHttpConsumer
from channels.generic.websocket import (
    AsyncJsonWebsocketConsumer,
    AsyncWebsocketConsumer,
    JsonWebsocketConsumer,
    WebsocketConsumer,
)

from tests.frameworks.applications.witness import SEEN

PLAIN = [(b"content-type", b"text/plain")]


class Pages(AsyncHttpConsumer):
    """All pages: a consumer has no routes of its own."""

    async def handle(self, body: bytes) -> None:
        page = getattr(self, self.scope["path"].strip("/"))
        await page(body)

    async def hello(self, body: bytes) -> None:
        await self.send_response(200, b"hello", headers=PLAIN)

    async def upload(self, body: bytes) -> None:
        await self.send_response(200, body[::-1], headers=PLAIN)

    async def stream(self, body: bytes) -> None:
        await self.send_headers(headers=PLAIN)
        for piece in (b"one ", b"two ", b"three"):
            await self.send_body(piece, more_body=True)
        await self.send_body(b"")

    async def events(self, body: bytes) -> None:
        await self.send_headers(headers=[(b"content-type", b"text/event-stream")])
        number = 0
        while True:
            await self.send_body(b"data: %d\n\n" % number, more_body=True)
            await asyncio.sleep(0.001)
            number += 1

    async def fail(self, body: bytes) -> None:
        raise RuntimeError("boom")

    async def disconnect(self) -> None:
        SEEN.append("left")


def chosen(scope: Any) -> str | None:
    return "chat" if "chat" in scope["subprotocols"] else None


class Async(AsyncConsumer):
    """The socket, event by event."""

    async def websocket_connect(self, event: Any) -> None:
        if self.scope["path"] == "/ws/reject":
            await self.send({"type": "websocket.close", "code": 4003})
            return
        accept = {"type": "websocket.accept", "subprotocol": chosen(self.scope)}
        await self.send(accept)

    async def websocket_receive(self, event: Any) -> None:
        if event.get("text") == "close":
            close = {"type": "websocket.close", "code": 4001, "reason": "done"}
            await self.send(close)
        elif event.get("text") == "fail":
            raise RuntimeError("boom")
        else:
            await self.send({**event, "type": "websocket.send"})

    async def websocket_disconnect(self, event: Any) -> None:
        SEEN.append(event["code"])
        raise StopConsumer


class Sync(SyncConsumer):
    """The same, the synchronous way."""

    def websocket_connect(self, event: Any) -> None:
        if self.scope["path"] == "/ws/reject":
            self.send({"type": "websocket.close", "code": 4003})
            return
        self.send({"type": "websocket.accept", "subprotocol": chosen(self.scope)})

    def websocket_receive(self, event: Any) -> None:
        if event.get("text") == "close":
            self.send({"type": "websocket.close", "code": 4001, "reason": "done"})
        elif event.get("text") == "fail":
            raise RuntimeError("boom")
        else:
            self.send({**event, "type": "websocket.send"})

    def websocket_disconnect(self, event: Any) -> None:
        SEEN.append(event["code"])
        raise StopConsumer


class AsyncSocket(AsyncWebsocketConsumer):
    """The socket with its events taken apart."""

    async def connect(self) -> None:
        if self.scope["path"] == "/ws/reject":
            await self.close(4003)
        else:
            await self.accept(chosen(self.scope))

    async def receive(self, text_data: Any = None, bytes_data: Any = None) -> None:
        if text_data == "close":
            await self.close(4001, "done")
        elif text_data == "fail":
            raise RuntimeError("boom")
        else:
            await self.send(text_data, bytes_data)

    async def disconnect(self, code: int) -> None:
        SEEN.append(code)


class SyncSocket(WebsocketConsumer):
    """The same, the synchronous way."""

    def connect(self) -> None:
        if self.scope["path"] == "/ws/reject":
            self.close(4003)
        else:
            self.accept(chosen(self.scope))

    def receive(self, text_data: Any = None, bytes_data: Any = None) -> None:
        if text_data == "close":
            self.close(4001, "done")
        elif text_data == "fail":
            raise RuntimeError("boom")
        else:
            self.send(text_data, bytes_data)

    def disconnect(self, code: int) -> None:
        SEEN.append(code)


class AsyncJson(AsyncJsonWebsocketConsumer):
    """The socket for JSON."""

    connect = AsyncSocket.connect
    disconnect = AsyncSocket.disconnect

    async def receive_json(self, content: Any, **_: Any) -> None:
        if content == "close":
            await self.close(4001, "done")
        elif content == "fail":
            raise RuntimeError("boom")
        else:
            await self.send_json(content)


class SyncJson(JsonWebsocketConsumer):
    """The same, the synchronous way."""

    connect = SyncSocket.connect
    disconnect = SyncSocket.disconnect

    def receive_json(self, content: Any, **_: Any) -> None:
        if content == "close":
            self.close(4001, "done")
        elif content == "fail":
            raise RuntimeError("boom")
        else:
            self.send_json(content)


SOCKETS = (Async, Sync, AsyncSocket, SyncSocket)
JSON_SOCKETS = (AsyncJson, SyncJson)
