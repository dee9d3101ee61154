"""Applications that the tests about the customer's document talk to.

Each does one thing that the document speaks of. Plain ASGI functions where the
document means any application, consumers where it means Channels.
"""

import asyncio
import json
from typing import Any

from channels.consumer import AsyncConsumer
from channels.generic.http import AsyncHttpConsumer
from channels.generic.websocket import AsyncWebsocketConsumer, WebsocketConsumer

from asgilab.types import Message, Receive, Scope, Send

HTTP: dict[str, Any] = {
    "type": "http",
    "asgi": {"version": "3.0", "spec_version": "2.3"},
    "http_version": "1.1",
    "method": "POST",
    "scheme": "http",
    "path": "/test/",
    "query_string": b"",
    "headers": [],
}


# HTTP


async def two_chunks(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the body, in one chunk for each side of its control character."""
    event = await receive()
    first, _, second = event["body"].partition(b" \x01 ")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": first, "more_body": True})
    await send({"type": "http.response.body", "body": second})


async def upload(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the body, however many events it comes in."""
    parts, more = [], True
    while more:
        event = await receive()
        parts.append(event.get("body", b""))
        more = event.get("more_body", False)
    await send({"type": "http.response.start", "status": 201})
    await send({"type": "http.response.body", "body": b"|".join(parts)})


async def long_poll(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as soon as ``scope["state"]["news"]`` holds something."""
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    news = await scope["state"]["news"].get()
    await send({"type": "http.response.body", "body": news})


async def mirror(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with what was asked, as JSON."""
    event = await receive()
    seen = {
        "method": scope["method"],
        "path": scope["path"],
        "query": scope["query_string"].decode(),
        "headers": [
            [name.decode(), value.decode()] for name, value in scope["headers"]
        ],
        "body": event["body"].decode(),
    }
    headers = [
        (b"content-type", b"application/json"),
        (b"x-two", b"a"),
        (b"x-two", b"b"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(seen).encode()})


class Greeter(AsyncHttpConsumer):
    """The consumer of the document's first example."""

    async def handle(self, body: bytes) -> None:
        await self.send_response(
            200, b"test response", headers=[(b"content-type", b"text/plain")]
        )


class LegacyGreeter:
    """An application of ASGI 2: called with the scope, then with the rest."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    async def __call__(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": self.scope["path"].encode()})


# Neither HTTP nor WebSocket


class Alarm(AsyncConsumer):
    """A consumer of events of its own, as a worker has them."""

    async def alarm_set(self, event: Message) -> None:
        await self.send({"type": "alarm.rings", "at": event["at"]})


async def doorbell(scope: Scope, receive: Receive, send: Send) -> None:
    """Ring for every visitor, and leave with the last."""
    while (event := await receive())["type"] != "door.locked":
        scope["state"]["ring"](event["visitor"])


async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
    """Say one thing, then fail."""
    await receive()
    await send({"type": "note", "text": "the last words"})
    msg = "the application's own fault"
    raise ValueError(msg)


async def delayed(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer each event after ``event["delay"]`` seconds."""
    while True:
        event = await receive()
        await asyncio.sleep(event["delay"])
        await send({"type": "note", "delay": event["delay"]})


# WebSocket


class Simple(WebsocketConsumer):
    """Accept, and send every frame back as it came."""

    def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None
    ) -> None:
        self.send(text_data=text_data, bytes_data=bytes_data)


class SimpleAsync(AsyncWebsocketConsumer):
    """The same, asynchronously."""

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None
    ) -> None:
        await self.send(text_data=text_data, bytes_data=bytes_data)


class Kwargs(WebsocketConsumer):
    """Greet with what the route found in the path."""

    def connect(self) -> None:
        self.accept()
        route = self.scope["url_route"]
        self.send(text_data=route["kwargs"].get("message") or route["args"][0])


class Fragile(AsyncWebsocketConsumer):
    """Fail on the first frame."""

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None
    ) -> None:
        msg = f"cannot take {text_data!r}"
        raise ValueError(msg)


async def scripted(scope: Scope, receive: Receive, send: Send) -> None:
    """Send ``scope["state"]["events"]`` once connected, then wait for the end.

    Every event that comes in is kept in ``scope["state"]["received"]``.
    """
    received = scope["state"]["received"]
    received.append(await receive())
    for event in scope["state"]["events"]:
        await send(event)
    while received[-1]["type"] != "websocket.disconnect":
        received.append(await receive())
