"""Tests that fail, each in its own way; what their reports show is looked at."""

from typing import Any

import pytest
import rooms  # type: ignore[import-not-found]  # copied beside it when it is run

from asgilab.testing import HttpCommunicator, WebsocketCommunicator

pytestmark = [pytest.mark.asyncio, pytest.mark.asgi(app="rooms:application")]


async def test_fails(asgi_websocket: Any) -> None:
    async with asgi_websocket("/room/", name="alice") as alice:
        await alice.send_to("hi")
        assert await alice.receive_from() == "something else"


async def test_passes(asgi_websocket: Any) -> None:
    async with asgi_websocket("/room/", name="bob") as bob:
        assert bob is not None


async def test_fails_with_plain_communicators() -> None:
    async with WebsocketCommunicator(rooms.application, "/plain/") as socket:
        state = {"mark": 8}
        request = HttpCommunicator(rooms.application, "GET", "/", state=state)
        await request.get_response()
        await socket.send_to("what was said")
        await socket.disconnect()
        assert request.sent_request is False


async def test_fails_without_connections() -> None:
    pytest.fail("no connection here")


@pytest.mark.parametrize("id_", ["a/b", "a b", "\N{SNOWMAN}", "x" * 300], ids=str)
async def test_fails_under_any_name(asgi_websocket: Any, id_: str) -> None:
    async with asgi_websocket("/room/"):
        pytest.fail(id_)


async def test_fails_with_hostile_text(asgi_websocket: Any) -> None:
    async with asgi_websocket("/room/") as alice:
        await alice.send_to("\x1b[31mred\x1b[0m \u202ebackwards\ud800")
        pytest.fail("hostile")


@pytest.mark.xfail(strict=True)
async def test_fails_as_expected(asgi_websocket: Any) -> None:
    async with asgi_websocket("/room/"):
        pytest.fail("as expected")
