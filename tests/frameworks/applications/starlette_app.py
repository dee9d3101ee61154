"""The pages and sockets of this folder, as Starlette has them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from tests.frameworks.applications.witness import SEEN


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[dict[str, str]]:
    SEEN.append("started")
    yield {"ready": "yes"}
    SEEN.append("stopped")


async def hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def ready(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.state.ready)


async def upload(request: Request) -> PlainTextResponse:
    return PlainTextResponse((await request.body())[::-1])


async def stream(request: Request) -> StreamingResponse:
    async def pieces() -> AsyncIterator[str]:
        for piece in ("one ", "two ", "three"):
            yield piece

    return StreamingResponse(pieces(), media_type="text/plain")


async def events(request: Request) -> StreamingResponse:
    return StreamingResponse(ticks(), media_type="text/event-stream")


async def ticks() -> AsyncIterator[str]:
    number = 0
    try:
        while True:
            yield f"data: {number}\n\n"
            await asyncio.sleep(0.001)
            number += 1
    finally:
        SEEN.append("left")


async def fail(request: Request) -> PlainTextResponse:
    raise RuntimeError("boom")


async def echo(websocket: WebSocket) -> None:
    offered = websocket.scope["subprotocols"]
    await websocket.accept(subprotocol="chat" if "chat" in offered else None)
    while (event := await websocket.receive())["type"] != "websocket.disconnect":
        if event.get("text") == "close":
            await websocket.close(4001, "done")
        elif event.get("text") == "fail":
            raise RuntimeError("boom")
        elif event.get("text") is not None:
            await websocket.send_text(event["text"])
        else:
            await websocket.send_bytes(event["bytes"])
    SEEN.append(event["code"])


async def reject(websocket: WebSocket) -> None:
    await websocket.close(4003)


application = Starlette(
    routes=[
        Route("/hello", hello),
        Route("/ready", ready),
        Route("/upload", upload, methods=["POST"]),
        Route("/stream", stream),
        Route("/events", events),
        Route("/fail", fail),
        WebSocketRoute("/ws/echo", echo),
        WebSocketRoute("/ws/reject", reject),
    ],
    lifespan=lifespan,
)
