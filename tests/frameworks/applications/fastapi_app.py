"""The pages and sockets of this folder, as FastAPI has them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import PlainTextResponse, StreamingResponse

from tests.frameworks.applications.starlette_app import ticks
from tests.frameworks.applications.witness import SEEN


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, str]]:
    SEEN.append("started")
    yield {"ready": "yes"}
    SEEN.append("stopped")


application = FastAPI(lifespan=lifespan)


@application.get("/hello", response_class=PlainTextResponse)
async def hello() -> str:
    return "hello"


@application.get("/ready", response_class=PlainTextResponse)
async def ready(request: Request) -> str:
    return str(request.state.ready)


@application.post("/upload", response_class=PlainTextResponse)
async def upload(request: Request) -> bytes:
    return (await request.body())[::-1]


@application.get("/stream")
async def stream() -> StreamingResponse:
    def pieces() -> list[str]:
        return ["one ", "two ", "three"]

    return StreamingResponse(iter(pieces()), media_type="text/plain")


@application.get("/events")
async def events() -> StreamingResponse:
    return StreamingResponse(ticks(), media_type="text/event-stream")


@application.get("/fail")
def fail() -> None:
    raise RuntimeError("boom")


@application.websocket("/ws/echo")
async def echo(websocket: WebSocket) -> None:
    offered = websocket.scope["subprotocols"]
    await websocket.accept(subprotocol="chat" if "chat" in offered else None)
    try:
        while True:
            event = await websocket.receive()
            websocket._raise_on_disconnect(event)
            if event.get("text") == "close":
                await websocket.close(4001, "done")
            elif event.get("text") == "fail":
                raise RuntimeError("boom")
            elif event.get("text") is not None:
                await websocket.send_text(event["text"])
            else:
                await websocket.send_bytes(event["bytes"])
    except WebSocketDisconnect as left:
        SEEN.append(left.code)


@application.websocket("/ws/reject")
async def reject(websocket: WebSocket) -> None:
    await websocket.close(4003)
