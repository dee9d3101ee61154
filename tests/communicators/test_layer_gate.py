"""The third boundary: messages of a channel layer, held on their way in and out."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.generic.websocket import AsyncJsonWebsocketConsumer, JsonWebsocketConsumer
from channels.layers import channel_layers
from channels.routing import URLRouter
from django.urls import path

from asgilab.django import LayerTap
from asgilab.engine import Stop
from asgilab.lab import Lab
from asgilab.sessions import Kind


class Room(AsyncJsonWebsocketConsumer):
    """Passes on what it is told to everybody in the room."""

    groups = ("room",)

    async def receive_json(self, content: Any, **_: Any) -> None:
        event = {"type": "room.told", "content": content}
        await self.channel_layer.group_send("room", event)

    async def room_told(self, event: dict[str, Any]) -> None:
        assert type(event) is dict
        await self.send_json(event["content"])


class SyncRoom(JsonWebsocketConsumer):
    """The same from a thread."""

    groups = ("room",)

    def receive_json(self, content: Any, **_: Any) -> None:
        from asgiref.sync import async_to_sync

        event = {"type": "room.told", "content": content}
        async_to_sync(self.channel_layer.group_send)("room", event)

    def room_told(self, event: dict[str, Any]) -> None:
        self.send_json(event["content"])


application = URLRouter(
    [path("room/", Room.as_asgi()), path("sync/", SyncRoom.as_asgi())]
)


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    with LayerTap():
        async with Lab(application) as lab:
            yield lab


async def joined(lab: Lab, name: str, where: str = "/room/") -> Any:
    communicator = lab.websocket(where, name=name)
    await communicator.connect()
    return communicator


async def only_stop(lab: Lab, name: str) -> Stop:
    await lab.settle()
    (stop,) = lab.stops(name)
    return stop


async def heard(communicator: Any) -> list[Any]:
    await communicator.settle()
    found = []
    while communicator.output_queue.events:
        found.append(await communicator.receive_json_from())
    return found


def layer_notes(lab: Lab, name: str) -> list[tuple[str, str]]:
    """Return type and note of what the layer saw of a connection."""
    return [
        (event.type.removeprefix("layer."), event.note)
        for event in lab.session
        if event.kind is Kind.LAYER and event.connection == name
    ]


@pytest.mark.parametrize("where", ["/room/", "/sync/"])
async def test_a_delivery_is_held_for_one_while_another_gets_it(
    lab: Lab, where: str
) -> None:
    alice, bob = await joined(lab, "alice"), await joined(lab, "bob", where)
    lab.pause("bob", "layer.receive")
    await alice.send_json_to("hi")
    stop = await only_stop(lab, "bob")
    assert (stop.direction, stop.message) == (
        "layer.receive",
        {"type": "room.told", "content": "hi"},
    )
    assert stop.target.startswith("specific.")
    assert await heard(alice) == ["hi"]
    assert await heard(bob) == []
    lab.step("bob")
    assert await heard(bob) == ["hi"]


async def test_a_delivery_is_edited_dropped_doubled_and_postponed(lab: Lab) -> None:
    alice = await joined(lab, "alice")
    lab.pause("alice", "layer.receive")
    for text in ("edited", "dropped", "doubled", "postponed", "last"):
        await alice.send_json_to(text)
        stop = await only_stop(lab, "alice")
        match text:
            case "edited":
                lab.release(stop, {**stop.message, "content": "FORGED"})
            case "dropped":
                lab.drop(stop)
            case "doubled":
                lab.duplicate(stop)
            case "postponed":
                lab.postpone(stop)
            case "last":
                lab.release(stop)
    assert await heard(alice) == ["FORGED", "doubled", "doubled", "last", "postponed"]
    received = [note for kind, note in layer_notes(lab, "alice") if kind == "receive"]
    assert received == [
        "edited",
        "dropped",
        "",
        "duplicated",
        "postponed",
        "",
        "postponed",
    ]


async def test_an_edited_delivery_still_knows_who_sent_it(lab: Lab) -> None:
    alice = await joined(lab, "alice")
    lab.pause("alice", "layer.receive")
    await alice.send_json_to("hi")
    stop = await only_stop(lab, "alice")
    lab.release(stop, {**stop.message, "content": "FORGED"}, dict(stop.message))
    assert await heard(alice) == ["FORGED", "hi"]
    for event in (e for e in lab.session if e.type == "layer.receive"):
        assert event.cause is not None
        assert lab.session[event.cause].type == "layer.group_send"


@pytest.mark.parametrize("where", ["/room/", "/sync/"])
async def test_what_a_consumer_sends_to_a_group_is_held_at_its_line(
    lab: Lab, where: str
) -> None:
    alice = await joined(lab, "alice", where)
    lab.pause("alice", "layer.send")
    await alice.send_json_to("hi")
    stop = await only_stop(lab, "alice")
    assert (stop.direction, stop.target) == ("layer.send", "room")
    assert stop.frames[0].source.function.endswith("Room.receive_json")
    assert stop.frames[0].locals["content"] == "'hi'"
    lab.release(stop, {**stop.message, "content": "FORGED"})
    assert await heard(alice) == ["FORGED"]
    assert ("group_send", "edited") in layer_notes(lab, "alice")


async def test_what_is_dropped_on_its_way_to_a_group_reaches_nobody(lab: Lab) -> None:
    alice, bob = await joined(lab, "alice"), await joined(lab, "bob")
    lab.pause("alice", "layer.send")
    await alice.send_json_to("hi")
    lab.drop(await only_stop(lab, "alice"))
    assert await heard(alice) == await heard(bob) == []
    assert ("group_send", "dropped") in layer_notes(lab, "alice")


async def test_what_is_doubled_on_its_way_to_a_group_reaches_each_twice(
    lab: Lab,
) -> None:
    alice, bob = await joined(lab, "alice"), await joined(lab, "bob")
    lab.break_at("alice", "layer.send", type="room.told")
    await alice.send_json_to("hi")
    lab.duplicate(await only_stop(lab, "alice"))
    assert await heard(alice) == await heard(bob) == ["hi", "hi"]


async def test_an_exception_is_raised_out_of_the_layer(lab: Lab) -> None:
    alice = await joined(lab, "alice")
    lab.pause("alice", "layer.send")
    await alice.send_json_to("hi")
    lab.fail(await only_stop(lab, "alice"), ConnectionError("no Redis"))
    with pytest.raises(ConnectionError, match="no Redis"):
        await alice.receive_json_from()


async def test_pausing_a_connection_leaves_its_layer_alone(lab: Lab) -> None:
    alice = await joined(lab, "alice")
    lab.pause("alice", "receive")
    layer = channel_layers["default"]
    await layer.group_send("room", {"type": "room.told", "content": "from outside"})
    assert await heard(alice) == ["from outside"]


async def test_a_receive_that_is_cancelled_at_its_gate_loses_no_message() -> None:
    got: list[Any] = []

    async def impatient(scope: Any, receive: Any, send: Any) -> None:
        layer = channel_layers["default"]
        await layer.send("mine", {"type": "one"})
        waiting = asyncio.ensure_future(layer.receive("mine"))
        await asyncio.wait({waiting}, timeout=0.01)
        waiting.cancel()
        await asyncio.wait({waiting})
        got.append(await layer.receive("mine"))

    with LayerTap():
        async with Lab(impatient, lifespan="off") as lab:
            alice = lab.websocket("/", name="alice")
            lab.pause("alice", "layer.receive")
            await alice.send_input({"type": "websocket.connect"})
            first = await only_stop(lab, "alice")
            await alice.receive_nothing(0.05)
            second = await only_stop(lab, "alice")
            assert first.id != second.id
            lab.release(second)
            await alice.wait()
    assert got == [{"type": "one"}]
