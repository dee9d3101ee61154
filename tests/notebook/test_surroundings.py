"""The magics clock and group_send."""

import asyncio
from typing import Any

import pytest
from channels.generic.websocket import AsyncWebsocketConsumer
from IPython.core.error import UsageError as BadArguments
from IPython.core.interactiveshell import InteractiveShell

from asgilab.errors import PayloadError, UsageError
from tests.notebook.conftest import Magic


class Room(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.channel_layer.group_add("lobby", self.channel_name)
        await self.accept()

    async def tell(self, event: dict[str, Any]) -> None:
        await self.send(event["text"])


async def late(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await asyncio.sleep(30)
    await send({"type": "websocket.send", "text": "late"})
    await receive()


def test_a_clock_is_moved_and_tells_what_is_next(
    run: Magic, bare: InteractiveShell
) -> None:
    bare.user_ns["late"] = late
    run("app", "late --clock manual --lifespan off")
    run("connect", "/ --as bob")
    assert "The clock is manual" in repr(run("clock"))
    assert "the next timer is in 10 s" in repr(run("clock", "--advance 20"))
    assert "unread: bob 1" in repr(run("clock", "--advance 10"))


def test_a_clock_changes_its_mode_where_it_stands(
    run: Magic, bare: InteractiveShell
) -> None:
    bare.user_ns["late"] = late
    run("app", "late --lifespan off")
    run("connect", "/ --as bob")
    with pytest.raises(UsageError, match="Cannot advance a real clock"):
        run("clock", "--advance 30")
    assert "The clock is virtual" in repr(run("clock", "virtual"))
    assert run("receive", "bob --timeout 60") == "late"
    with pytest.raises(BadArguments, match="invalid choice"):
        run("clock", "backwards")


def test_the_kernels_loop_has_a_real_clock(magic: Magic) -> None:
    magic("app", "rooms:application --loop kernel")
    assert "the kernel's loop" in repr(magic("clock"))
    with pytest.raises(UsageError, match="of this event loop is real"):
        magic("clock", "manual")


def test_a_message_to_a_group_reaches_its_members(
    run: Magic, bare: InteractiveShell
) -> None:
    bare.user_ns["Room"] = Room
    run("app", "Room --lifespan off")
    run("connect", "/ --as bob")
    sent = run("group_send", 'lobby {"type": "tell", "text": "hello"}')
    assert "unread: bob 1" in repr(sent)
    assert run("receive", "bob") == "hello"
    with pytest.raises(PayloadError, match="is a dict with its type"):
        run("group_send", "lobby 5")
