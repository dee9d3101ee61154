"""Applications that exported tests import and run against."""

import asyncio
import json
import os
import uuid
from datetime import UTC, datetime
from typing import Any

from asgilab.types import Receive, Scope, Send

BROKEN = os.environ.get("TICKETS_BROKEN", "")
"""What is wrong with the application, for tests that have to turn red."""


class Full(Exception):
    """There is no room for another ticket."""


class Tickets:
    """Hands out tickets; whoever listens hears of each."""

    def __init__(self) -> None:
        self.listeners: dict[str, Send] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self.answer(scope, receive, send)
        elif scope["type"] == "websocket":
            await self.talk(scope, receive, send)
        else:
            raise NotImplementedError

    async def talk(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        name = scope["path"].strip("/")
        if name == "nobody":
            await send({"type": "websocket.close", "code": 4401})
            return
        await send({"type": "websocket.accept"})
        self.listeners[name] = send
        try:
            while (event := await receive())["type"] == "websocket.receive":
                await self.handle(name, json.loads(event["text"]))
        finally:
            del self.listeners[name]

    async def handle(self, name: str, asked: dict[str, Any]) -> None:
        if asked["do"] == "open":
            now = datetime.now(UTC).isoformat()
            await self.tell(ticket=str(uuid.uuid4()), by=name, at=now)
        elif asked["do"] == "close":
            await self.tell(closed=asked["ticket"], by=name)
            if BROKEN == "twice":
                await self.tell(closed=asked["ticket"], by=name)
        elif asked["do"] == "fill":
            raise Full("no room left")
        elif asked["do"] == "wait":
            await asyncio.sleep(0.05)
            await self.tell(waited=True)

    async def tell(self, **payload: Any) -> None:
        if BROKEN == "value" and "closed" in payload:
            payload["by"] = "somebody"
        for send in self.listeners.values():
            text = json.dumps(payload)
            await send({"type": "websocket.send", "text": text})

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        secret = dict(scope["headers"]).get(b"authorization") == b"Bearer t0ps3cret!"
        body = json.dumps({"path": scope["path"], "known": secret}).encode()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


application = Tickets()
