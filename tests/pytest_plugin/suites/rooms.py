"""The application of the suites: rooms that answer, and tell what happened to them.

``EVENTS`` collects what the lifespan and the ends of connections did.
"""

import asyncio
from typing import Any

EVENTS: list[str] = []


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answers HTTP with the lifespan's state and each frame with itself."""
    if scope["type"] == "lifespan":
        await lifespan(scope, receive, send)
    elif scope["type"] == "http":
        await receive()
        body = repr(scope["state"]).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})
    else:
        await room(receive, send)


async def lifespan(scope: Any, receive: Any, send: Any) -> None:
    """Starts up, puts a mark into the state, and shuts down."""
    await receive()
    scope["state"]["mark"] = 7
    EVENTS.append("startup")
    await send({"type": "lifespan.startup.complete"})
    await receive()
    EVENTS.append("shutdown")
    await send({"type": "lifespan.shutdown.complete"})


async def room(receive: Any, send: Any) -> None:
    """Echoes; ``wait`` takes an hour, ``fail`` raises, ``stay`` ignores the end."""
    await receive()
    await send({"type": "websocket.accept"})
    EVENTS.append("connect")
    while (event := await receive())["type"] == "websocket.receive":
        text = event["text"]
        if text == "fail":
            msg = "The room was told to fail."
            raise ValueError(msg)
        if text == "stay":
            EVENTS.append("stay")
            await asyncio.Event().wait()
        if text == "wait":
            await asyncio.sleep(3600)
        await send({"type": "websocket.send", "text": text})
    EVENTS.append("disconnect")
