"""The pages and sockets of this folder, as Litestar has them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, WebSocket, get, post, websocket
from litestar.response import Stream

from tests.frameworks.applications.starlette_app import ticks
from tests.frameworks.applications.witness import SEEN


@asynccontextmanager
async def lifespan(app: Litestar) -> AsyncIterator[None]:
    SEEN.append("started")
    app.state.ready = "yes"
    yield
    SEEN.append("stopped")


@get("/hello", media_type="text/plain")
async def hello() -> str:
    return "hello"


@get("/ready", media_type="text/plain")
async def ready(request: Request[Any, Any, Any]) -> str:
    return str(request.app.state.ready)


@post("/upload", media_type="text/plain", status_code=200)
async def upload(request: Request[Any, Any, Any]) -> bytes:
    return (await request.body())[::-1]


@get("/stream", media_type="text/plain")
async def stream() -> Stream:
    return Stream(iter(["one ", "two ", "three"]))


@get("/events")
async def events() -> Stream:
    return Stream(ticks(), media_type="text/event-stream")


@get("/fail")
async def fail() -> None:
    raise RuntimeError("boom")


@websocket("/ws/echo")
async def echo(socket: WebSocket[Any, Any, Any]) -> None:
    offered = socket.scope["subprotocols"]
    await socket.accept(subprotocols="chat" if "chat" in offered else None)
    while True:
        event: Any = await socket.receive()
        if event["type"] == "websocket.disconnect":
            SEEN.append(event["code"])
            return
        if event.get("text") == "close":
            await socket.close(code=4001, reason="done")
        elif event.get("text") == "fail":
            raise RuntimeError("boom")
        elif event.get("text") is not None:
            await socket.send_text(event["text"])
        else:
            await socket.send_bytes(event["bytes"])


@websocket("/ws/reject")
async def reject(socket: WebSocket[Any, Any, Any]) -> None:
    await socket.close(code=4003)


application = Litestar(
    [hello, ready, upload, stream, events, fail, echo, reject], lifespan=[lifespan]
)
