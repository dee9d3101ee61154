"""An application without a framework: plain ASGI."""

import asyncio
from typing import Any

from tests.frameworks.applications.witness import SEEN


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Do what the path asks for."""
    if scope["type"] == "lifespan":
        await _lifespan(scope, receive, send)
        return
    routes = _WEBSOCKETS if scope["type"] == "websocket" else _PAGES
    await routes[scope["path"]](scope, receive, send)


async def _lifespan(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    scope["state"]["ready"] = "yes"
    SEEN.append("started")
    await send({"type": "lifespan.startup.complete"})
    await receive()
    SEEN.append("stopped")
    await send({"type": "lifespan.shutdown.complete"})


async def _answer(send: Any, *pieces: bytes) -> None:
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for piece in pieces:
        body = {"type": "http.response.body", "body": piece, "more_body": True}
        await send(body)
    await send({"type": "http.response.body"})


async def _hello(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await _answer(send, b"hello")


async def _ready(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await _answer(send, scope["state"]["ready"].encode())


async def _upload(scope: Any, receive: Any, send: Any) -> None:
    body, more = b"", True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            SEEN.append("left")
            return
        body += event.get("body", b"")
        more = event.get("more_body", False)
    await _answer(send, body[::-1])


async def _stream(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await _answer(send, b"one ", b"two ", b"three")


async def _events(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    left = asyncio.ensure_future(receive())
    number = 0
    while not left.done():
        data = b"data: %d\n\n" % number
        await send({"type": "http.response.body", "body": data, "more_body": True})
        await asyncio.wait({left}, timeout=0.001)
        number += 1
    SEEN.append("left")


async def _fail(scope: Any, receive: Any, send: Any) -> None:
    raise RuntimeError("boom")


async def _echo(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    chosen = "chat" if "chat" in scope["subprotocols"] else None
    await send({"type": "websocket.accept", "subprotocol": chosen})
    while (event := await receive())["type"] != "websocket.disconnect":
        if event.get("text") == "close":
            await send({"type": "websocket.close", "code": 4001, "reason": "done"})
        elif event.get("text") == "fail":
            raise RuntimeError("boom")
        else:
            await send({**event, "type": "websocket.send"})
    SEEN.append(event["code"])


async def _reject(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 4003})


_PAGES = {
    "/hello": _hello,
    "/ready": _ready,
    "/upload": _upload,
    "/stream": _stream,
    "/events": _events,
    "/fail": _fail,
}
_WEBSOCKETS = {"/ws/echo": _echo, "/ws/reject": _reject}
