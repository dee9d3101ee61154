"""HTTP requests, silence, heartbeats and large streams, by us and by the peers."""

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import Any

import httpx
from asgiref.testing import ApplicationCommunicator as AsgirefCommunicator
from async_asgi_testclient import TestClient as AsyncTestClient
from channels.testing import HttpCommunicator as ChannelsHttp
from channels.testing import WebsocketCommunicator as ChannelsCommunicator
from starlette.testclient import TestClient

from asgilab.engine import LabLoop
from asgilab.testing import HttpCommunicator, WebsocketCommunicator
from tests.benchmarks.applications import HEARTS, PIECES, SIZE, Echo, large, page
from tests.benchmarks.floor import Floor
from tests.benchmarks.measure import Contender, Row

SCOPE = {
    "type": "http",
    "asgi": {"version": "3.0"},
    "http_version": "1.1",
    "method": "GET",
    "path": "/",
    "query_string": b"",
    "headers": [],
}


async def ours(times: int) -> float:
    """asgilab's communicator."""
    began = perf_counter()
    for _ in range(times):
        await HttpCommunicator(page, "GET", "/").get_response()
    return perf_counter() - began


async def asgiref(times: int) -> float:
    """asgiref's communicator."""
    began = perf_counter()
    for _ in range(times):
        communicator = AsgirefCommunicator(page, dict(SCOPE))
        await communicator.send_input({"type": "http.request", "body": b""})
        await communicator.receive_output()
        await communicator.receive_output()
        await communicator.wait()
    return perf_counter() - began


async def channels(times: int) -> float:
    """Channels' communicator."""
    began = perf_counter()
    for _ in range(times):
        await ChannelsHttp(page, "GET", "/").get_response()
    return perf_counter() - began


async def httpx_asgi(times: int) -> float:
    """httpx on its ASGI transport."""
    transport = httpx.ASGITransport(app=page)
    async with httpx.AsyncClient(transport=transport) as client:
        began = perf_counter()
        for _ in range(times):
            await client.get("http://testserver/")
        return perf_counter() - began


def starlette(times: int) -> float:
    """Starlette's test client."""
    client = TestClient(page)
    began = perf_counter()
    for _ in range(times):
        client.get("/")
    return perf_counter() - began


async def async_asgi_testclient(times: int) -> float:
    """async-asgi-testclient."""
    client = AsyncTestClient(page)
    began = perf_counter()
    for _ in range(times):
        await client.get("/")
    return perf_counter() - began


async def ours_nothing(times: int) -> float:
    """asgilab on a quiet Channels consumer."""
    return await _nothing(WebsocketCommunicator(Echo.as_asgi(), "/"), times)


async def channels_nothing(times: int) -> float:
    """Channels' communicator on the same."""
    return await _nothing(ChannelsCommunicator(Echo.as_asgi(), "/"), times)


async def _nothing(communicator: Any, times: int) -> float:
    await communicator.connect()
    began = perf_counter()
    for _ in range(times):
        assert await communicator.receive_nothing()
    taken = perf_counter() - began
    await communicator.disconnect()
    return taken


def heartbeat(application: Any) -> Callable[[int], float]:
    """Return a sample of ten beats of thirty seconds, on the virtual clock."""

    async def beats() -> float:
        communicator = WebsocketCommunicator(application, "/")
        await communicator.connect()
        began = perf_counter()
        for _ in range(10):
            assert await communicator.receive_from(timeout=60) == "beat"
        taken = perf_counter() - began
        await communicator.disconnect()
        return taken

    def sample(times: int) -> float:
        """What the beats took, on a new loop each time."""
        taken = 0.0
        for _ in range(times):
            with asyncio.Runner(loop_factory=lambda: LabLoop("virtual")) as runner:
                taken += runner.run(beats())
        return taken

    return sample


async def ours_large(times: int) -> float:
    """asgilab's stream."""
    began = perf_counter()
    for _ in range(times):
        async with HttpCommunicator(large, "GET", "/").stream() as response:
            size = 0
            async for chunk in response.chunks():
                size += len(chunk)
        assert size == PIECES * SIZE
    return perf_counter() - began


async def floor_large(times: int) -> float:
    """The leanest harness that holds the application back."""
    began = perf_counter()
    for _ in range(times):
        harness = Floor(large, dict(SCOPE), bounded=True)
        harness.put({"type": "http.request", "body": b""})
        await harness.get()
        more, size = True, 0
        while more:
            event = await harness.get()
            size += len(event["body"])
            more = event.get("more_body", False)
        assert size == PIECES * SIZE
    return perf_counter() - began


async def ours_gathered(times: int) -> float:
    """asgilab's ``get_response``."""
    began = perf_counter()
    for _ in range(times):
        response = await HttpCommunicator(large, "GET", "/").get_response()
        assert len(response["body"]) == PIECES * SIZE
    return perf_counter() - began


async def asgiref_gathered(times: int) -> float:
    """asgiref's communicator, gathered by hand."""
    began = perf_counter()
    for _ in range(times):
        communicator = AsgirefCommunicator(large, dict(SCOPE))
        await communicator.send_input({"type": "http.request", "body": b""})
        await communicator.receive_output()
        parts, more = [], True
        while more:
            event = await communicator.receive_output()
            parts.append(event["body"])
            more = event.get("more_body", False)
        assert len(b"".join(parts)) == PIECES * SIZE
    return perf_counter() - began


ROWS = (
    Row(
        "HTTP GET, raw app",
        Contender("asgilab", ours),
        (
            Contender("asgiref", asgiref, goal=1.3),
            Contender("httpx", httpx_asgi, 0.25, goal=6),
            Contender("starlette TestClient", starlette, 0.05, goal=50),
            Contender("channels", channels, 0.5),
            Contender("async-asgi-testclient", async_asgi_testclient, 0.5),
        ),
        times=2000,
    ),
    Row(
        "nothing arrives, quiet consumer",
        Contender("asgilab", ours_nothing),
        (Contender("channels", channels_nothing, 0.01),),
        times=200,
        limit=0.0005,
    ),
    *(
        Row(
            f"30 s x 10 heartbeat, virtual clock, {name}",
            Contender("asgilab", heartbeat(application)),
            times=5,
            limit=0.010,
        )
        for name, application in HEARTS.items()
    ),
    Row(
        "100 MB in pieces of 64 KiB, streamed",
        Contender("asgilab", ours_large),
        (Contender("leanest harness", floor_large, goal=1 / 1.5),),
        times=1,
    ),
    Row(
        "100 MB in pieces of 64 KiB, get_response()",
        Contender("asgilab", ours_gathered),
        (Contender("asgiref", asgiref_gathered, goal=1 / 1.2),),
        times=1,
    ),
)
