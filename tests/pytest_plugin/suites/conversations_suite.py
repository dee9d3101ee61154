"""What a user does with the fixtures, whichever plugin runs the event loop.

The project's ``runner.py`` says which one: the marks of its tests, and how its
asynchronous fixtures are made.
"""

import asyncio
from typing import Any

import pytest
import rooms  # type: ignore[import-not-found]  # copied beside it when it is run
from runner import async_fixture, marks  # type: ignore[import-not-found]  # copied beside it when it is run

from asgilab.engine import LabLoop
from asgilab.testing import WebsocketCommunicator

pytestmark = [*marks, pytest.mark.asgi(app="rooms:application")]


async def test_a_websocket_and_a_request(asgi_websocket: Any, asgi_http: Any) -> None:
    async with asgi_websocket("/room/") as alice:
        await alice.send_to("hi")
        assert await alice.receive_from() == "hi"
    response = await asgi_http("GET", "/")
    assert response["body"] == b"{'mark': 7}"


async def test_the_lab_has_what_both_did(
    asgi_lab: Any, asgi_websocket: Any, asgi_http: Any
) -> None:
    async with asgi_websocket("/room/", name="alice"):
        await asgi_http("GET", "/")
    assert asgi_lab.session.connections == ("alice", "http1")
    assert asgi_lab.session.application == "rooms:application"
    assert asgi_lab.session.scope("alice")["state"] == {"mark": 7}


async def test_connections_that_open_at_once_start_the_application_once(
    asgi_websocket: Any,
) -> None:
    before = rooms.EVENTS.count("startup")
    alice, bob = asgi_websocket("/room/"), asgi_websocket("/room/")
    await asyncio.gather(alice.connect(), bob.connect())
    assert rooms.EVENTS.count("startup") == before + 1


async def test_a_connection_that_was_forgotten(asgi_websocket: Any) -> None:
    assert await asgi_websocket("/room/").connect() == (True, None)


async def test_a_connection_that_will_not_end(asgi_websocket: Any) -> None:
    alice = asgi_websocket("/room/")
    assert await alice.connect() == (True, None)
    await alice.send_to("stay")


async def test_a_connection_that_was_never_opened(asgi_websocket: Any) -> None:
    assert asgi_websocket("/room/") is not None


async def test_a_lab_that_was_never_used(asgi_lab: Any) -> None:
    assert asgi_lab.loop is None


async def test_a_lab_that_the_test_opens_itself(asgi_lab: Any) -> None:
    async with asgi_lab as lab, lab.websocket("/room/") as alice:
        await alice.send_to("hi")
        assert await alice.receive_from() == "hi"


@async_fixture
async def alice(asgi_websocket: Any) -> Any:
    alice = asgi_websocket("/room/")
    await alice.connect()
    yield alice
    await alice.send_to("good night")
    assert await alice.receive_from() == "good night"
    await alice.disconnect()


async def test_an_asynchronous_fixture_may_use_them(alice: Any) -> None:
    await alice.send_to("hi")
    assert await alice.receive_from() == "hi"


@pytest.mark.asgi(clock="virtual")
async def test_an_hour_passes_at_once(alice: Any) -> None:
    await alice.send_to("wait")
    assert await alice.receive_from(timeout=4000) == "wait"
    assert asyncio.get_running_loop().time() >= 3600


@pytest.mark.asgi(clock="manual")
async def test_an_hour_passes_when_it_is_told_to(
    asgi_lab: Any, asgi_websocket: Any
) -> None:
    alice = asgi_websocket("/room/")
    await alice.connect()
    await alice.send_to("wait")
    assert await alice.receive_nothing()
    await asgi_lab.advance(3600)
    assert alice.drain() == [{"type": "websocket.send", "text": "wait"}]


@pytest.mark.asgi(clock="manual")
async def test_time_that_stands_still_holds_up_no_end(asgi_websocket: Any) -> None:
    alice = asgi_websocket("/room/")
    assert await alice.connect() == (True, None)
    await alice.send_to("stay")


@pytest.mark.asgi(clock="virtual")
async def test_a_plain_communicator_has_the_clock_as_well() -> None:
    async with WebsocketCommunicator(rooms.application, "/room/") as alice:
        await alice.send_to("wait")
        assert await alice.receive_from(timeout=4000) == "wait"


async def test_without_the_marker_the_loop_is_not_ours() -> None:
    assert not isinstance(asyncio.get_running_loop(), LabLoop)
