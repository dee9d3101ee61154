"""WebSocket round trips, by us and by the peers."""

from time import perf_counter
from typing import Any

import httpx
from asgiref.testing import ApplicationCommunicator as AsgirefCommunicator
from async_asgi_testclient import TestClient as AsyncTestClient
from channels.testing import WebsocketCommunicator as ChannelsCommunicator
from httpx_ws import aconnect_ws
from httpx_ws.transport import ASGIWebSocketTransport
from starlette.testclient import TestClient

from asgilab.testing import WebsocketCommunicator
from tests.benchmarks.applications import SCOPE, TEXT, Echo, bare, echo
from tests.benchmarks.floor import Floor
from tests.benchmarks.measure import Contender, Row

RECEIVE = {"type": "websocket.receive", "text": TEXT}


async def ours(times: int, application: Any = echo, **options: Any) -> float:
    """asgilab's communicator, recording and validating."""
    communicator = WebsocketCommunicator(application, "/", **options)
    await communicator.connect()
    began = perf_counter()
    for _ in range(times):
        await communicator.send_to(TEXT)
        await communicator.receive_from()
    taken = perf_counter() - began
    await communicator.disconnect()
    return taken


async def ours_bare(times: int) -> float:
    """The same without recording and validation, event by event as the floor."""
    communicator = WebsocketCommunicator(echo, "/", wiring=bare())
    await communicator.connect()
    began = perf_counter()
    for _ in range(times):
        await communicator.send_input(RECEIVE)
        await communicator.receive_output()
    taken = perf_counter() - began
    await communicator.disconnect()
    return taken


async def ours_events(times: int) -> float:
    """Recording and validating, event by event as asgiref's communicator."""
    communicator = WebsocketCommunicator(echo, "/")
    await communicator.connect()
    began = perf_counter()
    for _ in range(times):
        await communicator.send_input(RECEIVE)
        await communicator.receive_output()
    taken = perf_counter() - began
    await communicator.disconnect()
    return taken


async def floor(times: int) -> float:
    """The leanest harness."""
    harness = Floor(echo, SCOPE)
    harness.put({"type": "websocket.connect"})
    await harness.get()
    began = perf_counter()
    for _ in range(times):
        harness.put(RECEIVE)
        await harness.get()
    taken = perf_counter() - began
    harness.put({"type": "websocket.disconnect", "code": 1000})
    await harness.task
    return taken


async def asgiref(times: int) -> float:
    """asgiref's communicator."""
    communicator = AsgirefCommunicator(echo, SCOPE)
    await communicator.send_input({"type": "websocket.connect"})
    await communicator.receive_output()
    began = perf_counter()
    for _ in range(times):
        await communicator.send_input(RECEIVE)
        await communicator.receive_output()
    taken = perf_counter() - began
    await communicator.send_input({"type": "websocket.disconnect", "code": 1000})
    await communicator.wait()
    return taken


async def channels(times: int, application: Any = echo) -> float:
    """Channels' communicator."""
    communicator = ChannelsCommunicator(application, "/")
    await communicator.connect()
    began = perf_counter()
    for _ in range(times):
        await communicator.send_to(TEXT)
        await communicator.receive_from()
    taken = perf_counter() - began
    await communicator.disconnect()
    return taken


def starlette(times: int) -> float:
    """Starlette's test client."""
    with TestClient(echo).websocket_connect("/") as websocket:
        began = perf_counter()
        for _ in range(times):
            websocket.send_text(TEXT)
            websocket.receive_text()
        return perf_counter() - began


async def httpx_ws(times: int) -> float:
    """httpx-ws on its ASGI transport."""
    transport = ASGIWebSocketTransport(app=echo)
    async with httpx.AsyncClient(transport=transport) as client:
        connecting: Any = aconnect_ws("http://testserver/", client)
        return await _echoes(connecting, times)


async def _echoes(connecting: Any, times: int) -> float:
    async with connecting as websocket:
        began = perf_counter()
        for _ in range(times):
            await websocket.send_text(TEXT)
            await websocket.receive_text()
        return perf_counter() - began


async def async_asgi_testclient(times: int) -> float:
    """async-asgi-testclient."""
    client: Any = AsyncTestClient(echo)
    async with client.websocket_connect("/") as websocket:
        began = perf_counter()
        for _ in range(times):
            await websocket.send_text(TEXT)
            await websocket.receive_text()
        return perf_counter() - began


async def ours_consumer(times: int) -> float:
    """asgilab on a Channels consumer."""
    return await _json(WebsocketCommunicator(Echo.as_asgi(), "/"), times)


async def channels_consumer(times: int) -> float:
    """Channels' communicator on a Channels consumer."""
    return await _json(ChannelsCommunicator(Echo.as_asgi(), "/"), times)


async def _json(communicator: Any, times: int) -> float:
    await communicator.connect()
    began = perf_counter()
    for _ in range(times):
        await communicator.send_json_to({"text": TEXT})
        await communicator.receive_json_from()
    taken = perf_counter() - began
    await communicator.disconnect()
    return taken


ROWS = (
    Row(
        "WebSocket echo, raw app, recording and validation on",
        Contender("asgilab", ours_events),
        (Contender("asgiref", asgiref, goal=1.5),),
        times=5000,
    ),
    Row(
        "the same, recording and validation off",
        Contender("asgilab", ours_bare),
        (Contender("leanest harness", floor, goal=1.0),),
        times=5000,
    ),
    Row(
        "the same, recording and validation on",
        Contender("asgilab", ours),
        (
            Contender("channels", channels, 0.5, goal=4),
            Contender("starlette TestClient", starlette, 0.05, goal=50),
            Contender("httpx-ws", httpx_ws, 0.1, goal=20),
            Contender("async-asgi-testclient", async_asgi_testclient),
        ),
        times=5000,
    ),
    Row(
        "Channels consumer echo (async, JSON)",
        Contender("asgilab", ours_consumer),
        (Contender("channels", channels_consumer, goal=6),),
        times=1000,
    ),
)
