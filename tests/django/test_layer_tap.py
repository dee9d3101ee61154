"""What goes through a channel layer, as events with their causes."""

import asyncio
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from asgiref.sync import async_to_sync
from channels.generic.websocket import AsyncJsonWebsocketConsumer, JsonWebsocketConsumer
from channels.layers import channel_layers
from channels.routing import URLRouter
from django.urls import path

from asgilab.django import LayerTap
from asgilab.errors import NoOutput
from asgilab.lab import Lab
from asgilab.sessions import Event, Kind
from asgilab.testing import WebsocketCommunicator


@pytest.fixture(autouse=True)
def layer_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Redis a layer keeps locks of the loop that it was used on first."""
    monkeypatch.setattr(channel_layers, "backends", {})


class Room(AsyncJsonWebsocketConsumer):
    groups = ("room",)

    async def receive_json(self, content: Any, **_: Any) -> None:
        event = {"type": "room.told", "content": content}
        await self.channel_layer.group_send("room", event)

    async def room_told(self, event: dict[str, Any]) -> None:
        assert type(event) is dict
        await self.send_json(event["content"])


class SyncRoom(JsonWebsocketConsumer):
    groups = ("room",)

    def room_told(self, event: dict[str, Any]) -> None:
        self.send_json(event["content"])


application = URLRouter(
    [path("room/", Room.as_asgi()), path("sync/", SyncRoom.as_asgi())]
)


async def talk() -> list[Event]:
    with LayerTap():
        async with Lab(application) as lab:
            alice = lab.websocket("/room/", name="alice")
            bob = lab.websocket("/sync/", name="bob")
            await alice.connect()
            await bob.connect()
            await alice.send_json_to("hi")
            assert await bob.receive_json_from() == "hi"
            assert await alice.receive_json_from() == "hi"
            await bob.disconnect()
            await alice.disconnect()
        return list(lab.session)


def types(events: list[Event], connection: str) -> list[str]:
    return [
        event.type
        for event in events
        if event.kind is Kind.LAYER and event.connection == connection
    ]


async def test_each_call_of_the_layer_is_an_event_of_the_connection_that_made_it() -> (
    None
):
    events = await talk()
    assert types(events, "alice") == [
        "layer.group_add",
        "layer.group_send",
        "layer.receive",
        "layer.group_discard",
    ]
    assert types(events, "bob") == [
        "layer.group_add",
        "layer.receive",
        "layer.group_discard",
    ]


async def test_a_frame_is_traced_to_the_event_of_another_connection() -> None:
    events = await talk()
    frame = next(
        event
        for event in events
        if event.connection == "bob" and event.type == "websocket.send"
    )
    chain = []
    cause = frame.cause
    while cause is not None:
        chain.append((events[cause].connection, events[cause].type))
        cause = events[cause].cause
    assert chain == [
        ("bob", "layer.receive"),
        ("alice", "layer.group_send"),
        ("alice", "websocket.receive"),
    ]


async def test_a_call_names_the_users_line() -> None:
    call = next(event for event in await talk() if event.type == "layer.group_send")
    assert call.source is not None
    assert call.source.function == "Room.receive_json"


async def test_nothing_is_left_on_the_layer_afterwards() -> None:
    await talk()
    assert "group_send" not in vars(channel_layers["default"])


async def test_two_taps_record_a_call_once() -> None:
    with LayerTap():
        events = await talk()
    assert types(events, "bob").count("layer.receive") == 1


async def test_a_communicator_of_its_own_knows_groups_and_sends() -> None:
    alice = WebsocketCommunicator(Room.as_asgi(), "/")
    await alice.connect()
    assert alice.groups == {"room"}
    await alice.send_json_to("hi")
    event = await alice.expect_group_send("room")
    assert event == {"type": "room.told", "content": "hi"}
    await alice.disconnect()
    assert alice.groups == frozenset()
    assert "group_send" not in vars(channel_layers["default"])


async def test_each_group_send_is_found_once() -> None:
    alice = WebsocketCommunicator(Room.as_asgi(), "/")
    await alice.connect()
    await alice.send_json_to("one")
    await alice.send_json_to("two")
    wanted = {"type": "room.told", "content": "one"}
    assert await alice.expect_group_send("room", wanted) == wanted
    assert (await alice.expect_group_send("room"))["content"] == "two"
    await alice.disconnect()


async def test_a_missing_group_send_is_told_at_once_with_what_was_done() -> None:
    alice = WebsocketCommunicator(Room.as_asgi(), "/")
    await alice.connect()
    text = r"'elsewhere'; the layer saw group_add\('room'\)"
    with pytest.raises(NoOutput, match=text):
        await alice.expect_group_send("elsewhere", timeout=3600)
    await alice.disconnect()


class Guest(AsyncJsonWebsocketConsumer):
    """Calls the layer by keywords, as its documentation allows."""

    async def connect(self) -> None:
        await self.channel_layer.group_add(channel=self.channel_name, group="guests")
        await self.accept()

    async def receive_json(self, content: Any, **_: Any) -> None:
        await self.channel_layer.group_send(
            group="guests", message={"type": "guest.told", "content": content}
        )

    async def guest_told(self, event: dict[str, Any]) -> None:
        await self.send_json(event["content"])


async def test_a_layer_may_be_called_by_keywords() -> None:
    guest = WebsocketCommunicator(Guest.as_asgi(), "/")
    await guest.connect()
    assert guest.groups == {"guests"}
    await guest.send_json_to("hi")
    assert await guest.receive_json_from() == "hi"
    await guest.expect_group_send("guests")
    await guest.disconnect()


async def test_a_wrong_call_is_refused_by_the_layer_itself() -> None:
    layer = channel_layers["default"]
    with LayerTap(), pytest.raises(TypeError, match="message"):
        await layer.group_send("room")


async def test_a_mock_of_the_users_is_called_and_stays_where_it_is() -> None:
    layer = channel_layers["default"]
    with patch.object(layer, "group_send", AsyncMock()) as told:
        room = WebsocketCommunicator(application, "/room/")
        await room.connect()
        await room.send_json_to("hi")
        assert await room.receive_nothing()
        await room.disconnect()
        assert layer.group_send is told
    sent = {"type": "room.told", "content": "hi"}
    told.assert_awaited_once_with("room", sent)
    assert "group_send" not in vars(layer)


async def test_a_mock_sees_a_call_by_keywords_as_it_was_made() -> None:
    layer = channel_layers["default"]
    with patch.object(layer, "group_send", AsyncMock()) as told, LayerTap():
        await layer.group_send(group="room", message={"type": "room.told"})
    told.assert_awaited_once_with(group="room", message={"type": "room.told"})


async def test_a_mock_that_came_after_the_tap_outlives_it() -> None:
    layer = channel_layers["default"]
    with LayerTap() as tap:
        layer.group_send = told = AsyncMock()
        tap.__exit__()
        assert layer.group_send is told
        del layer.group_send
    assert not vars(layer).keys() & {"send", "group_add", "group_send", "receive"}


async def test_a_layer_that_cannot_be_made_is_no_concern(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = {**channel_layers.configs, "other": {"BACKEND": "no.such.Layer"}}
    monkeypatch.setattr(type(channel_layers), "configs", broken)
    with LayerTap() as tap:
        assert "group_send" in vars(channel_layers["default"])
        tap.__exit__()


class SyncSpeaker(JsonWebsocketConsumer):
    groups = ("room",)

    def receive_json(self, content: Any, **_: Any) -> None:
        event = {"type": "room.told", "content": content}
        async_to_sync(self.channel_layer.group_send)("room", event)
        self.send_json("first")

    def room_told(self, event: dict[str, Any]) -> None:
        self.send_json(event["content"])


class Speaker(Room):
    async def receive_json(self, content: Any, **_: Any) -> None:
        await super().receive_json(content)
        await asyncio.sleep(0)  # the message is taken out of the layer meanwhile
        await self.send_json("first")


@pytest.mark.parametrize("consumer", [Speaker, SyncSpeaker])
async def test_what_comes_back_to_its_sender_is_due_to_the_layers_message(
    consumer: Any,
) -> None:
    with LayerTap():
        async with Lab(consumer) as lab:
            alice = lab.websocket("/", name="alice")
            await alice.connect()
            await alice.send_json_to("hi")
            assert await alice.receive_json_from() == "first"
            assert await alice.receive_json_from() == "hi"
            await alice.disconnect()
        events = list(lab.session)
    sent = [event for event in events if event.type == "websocket.send"]
    causes = [events[event.cause or 0].type for event in sent]
    assert causes == ["websocket.receive", "layer.receive"]
