"""A raw ASGI application for the notebook's tests: an echo with a few oddities."""

import asyncio
import json

from asgilab.types import Message, Receive, Scope, Send


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Echo on a websocket, answer HTTP, know the lifespan."""
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    elif scope["type"] == "http":
        await answer(scope, receive, send)
    else:
        await talk(scope, receive, send)


async def lifespan(receive: Receive, send: Send) -> None:
    for kind in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{kind}.complete"})


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    event = await receive()
    kinds = [value for name, value in scope["headers"] if name == b"content-type"]
    told = {
        "method": scope["method"],
        "path": scope["path"],
        "body": event["body"].decode(),
        "kind": kinds[0].decode() if kinds else None,
    }
    status = 404 if scope["path"] == "/missing/" else 200
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(told).encode()})


async def talk(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    if scope["path"] == "/closed/":
        await send({"type": "websocket.close", "code": 4401})
        return
    if scope["path"] == "/denied/":
        await deny(send)
        return
    if scope["path"] == "/silent/":
        await asyncio.Event().wait()
    chosen = next(iter(scope["subprotocols"]), None)
    await send({"type": "websocket.accept", "subprotocol": chosen})
    while (event := await receive())["type"] == "websocket.receive":
        await reply(event, send)


async def deny(send: Send) -> None:
    start = {"type": "websocket.http.response.start", "status": 418, "headers": []}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": b"no tea"})


async def reply(event: Message, send: Send) -> None:
    text = event.get("text")
    if text == "boom":
        msg = "boom it is"
        raise LookupError(msg)
    if text == "bye":
        await send({"type": "websocket.close", "code": 4000, "reason": "bye"})
    elif text == "later":
        await asyncio.sleep(3600)
    elif text != "quiet":
        echo = {"type": "websocket.send", "text": text, "bytes": event.get("bytes")}
        await send(echo)


not_an_application = 42
