"""Plain ASGI applications whose sessions are replayed."""

import asyncio
import itertools
import json
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from asgilab.types import Receive, Scope, Send


async def say(send: Send, **payload: Any) -> None:
    await send({"type": "websocket.send", "text": json.dumps(payload)})


class Desk:
    """A help desk: each ticket gets an id, and can be closed under that id."""

    def __init__(self) -> None:
        self.open: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self.answer(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.accept"})
        while (event := await receive())["type"] == "websocket.receive":
            await self.handle(json.loads(event["text"]), send)

    async def handle(self, asked: dict[str, Any], send: Send) -> None:
        if asked["do"] == "open":
            ticket = str(uuid.uuid4())
            self.open.add(ticket)
            await say(send, ticket=ticket, at=datetime.now(UTC).isoformat())
        elif asked["do"] == "close":
            known = asked["ticket"] in self.open
            await say(send, closed=asked["ticket"] if known else None)
        elif asked["do"] == "fail":
            raise KeyError(asked["what"])
        elif asked["do"] == "later":
            await asyncio.sleep(3600)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        known = scope["path"].strip("/") in self.open
        if scope["path"] == "/fail":
            raise RuntimeError("no")
        body = json.dumps({"known": known}).encode()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class Room:
    """Everybody gets what anybody sends, in an order that changes each time."""

    turns = itertools.count()

    def __init__(self) -> None:
        self.sends: list[Send] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        self.sends.append(send)
        while (event := await receive())["type"] == "websocket.receive":
            text = json.loads(event["text"])
            both = [{"to": "everybody", **text}, {"seen": True, "by": scope["path"]}]
            if next(self.turns) % 2:
                both.reverse()
            for payload in both:
                for each in self.sends:
                    await say(each, **payload)


class Meter:
    """Sends values of many kinds, volatile ones and such that only look it."""

    started = itertools.count(1)

    def __init__(self) -> None:
        self.run = next(self.started)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (await receive())["type"] == "websocket.receive":
            await say(
                send,
                uuid=str(uuid.uuid4()),
                now=datetime.now(UTC).isoformat(),
                epoch=time.time(),
                run=self.run,
                text=f"run {self.run} of many",
                nested={"list": [1, {"deep": uuid.uuid4().hex}]},
                keyed={str(uuid.uuid4()): "x"},
                length=list(range(self.run % 5 + 1)),
                constant="8c7f0aac-efd9-4f2c-a7ac-0b4ff1d2ae41",
                birthday="2001-01-01T00:00:00+00:00",
                number=42,
                truth=True,
                nothing=None,
                empty={},
            )
