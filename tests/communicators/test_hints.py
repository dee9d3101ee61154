"""Hints at the usual causes, word for word."""

import asyncio
from typing import Any

import pytest
from channels.consumer import AsyncConsumer
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.layers import get_channel_layer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path

from asgilab.errors import NoOutput
from asgilab.lab import Lab
from asgilab.testing import HttpCommunicator, WebsocketCommunicator
from tests.communicators.applications import FOREVER, connected, deaf, quiet, undecided

TOLD = {"type": "room.told", "text": "hi"}


async def hints_of(waiting: Any) -> list[str]:
    """Return the hints under the NoOutput that something ends with."""
    with pytest.raises(NoOutput) as caught:
        await waiting
    notes = caught.value.__notes__
    return [note for note in notes if note.startswith("Hint: ")]


async def hint_of(waiting: Any) -> str:
    (hint,) = await hints_of(waiting)
    return hint


async def test_an_application_that_has_nothing_to_say_gets_no_hint() -> None:
    communicator = await connected(quiet)
    assert await hints_of(communicator.receive_from()) == []
    await communicator.disconnect()


async def test_a_handshake_that_nobody_answers() -> None:
    communicator = WebsocketCommunicator(undecided, "/")
    assert await hint_of(communicator.connect()) == (
        "Hint: it neither accepted nor closed the connection. Does connect() "
        "call await self.accept(), or await super().connect()?"
    )
    communicator.stop()


class Forgetful(AsyncJsonWebsocketConsumer):
    async def connect(self) -> None:
        self.name = "and no super().connect()"


async def test_a_consumer_that_forgets_its_super() -> None:
    communicator = WebsocketCommunicator(Forgetful.as_asgi(), "/")
    hint = await hint_of(communicator.connect())
    assert hint.endswith("or await super().connect()?")
    await communicator.disconnect()


async def test_a_client_that_has_gone() -> None:
    communicator = await connected(deaf)
    with pytest.warns(UserWarning, match="ignored"):
        await communicator.drop(timeout=0.01)
    assert await hint_of(communicator.receive_output()) == (
        "Hint: it was given websocket.disconnect and goes on asking for events. "
        "Does its loop end at a disconnect?"
    )
    communicator.stop()


async def test_a_client_that_has_gone_while_the_application_was_busy() -> None:
    async def busy(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await asyncio.Event().wait()

    communicator = await connected(busy)
    with pytest.warns(UserWarning, match="ignored"):
        await communicator.drop(timeout=0.01)
    assert await hint_of(communicator.receive_output()) == (
        "Hint: the client had dropped the connection before."
    )
    communicator.stop()


async def test_an_application_that_waits_for_its_reader() -> None:
    async def eager(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        await send({"type": "http.response.body"})

    communicator = HttpCommunicator(eager, "GET", "/", window=2)
    await communicator.send_request()
    assert await hint_of(communicator.wait()) == (
        "Hint: its send() waits: 2 event(s) are unread, and window=2 lets no more be "
        "sent. Read them first."
    )
    communicator.stop()


class Room(AsyncJsonWebsocketConsumer):
    """Tells its room what it is told, and the lobby too; joins only its room."""

    groups = ("room",)

    async def receive_json(self, content: Any, **_: Any) -> None:
        if content == "lobby":
            await self.channel_layer.group_send("lobby", TOLD)
        elif content == "busy":
            await self.channel_layer.group_send("room", TOLD)
            await self.channel_layer.group_send("room", TOLD)
            await asyncio.Event().wait()
        elif content == "late":
            await self.channel_layer.group_send("late", TOLD)
            await self.channel_layer.group_add("late", self.channel_name)
        elif content == "room":
            await self.channel_layer.group_send("room", TOLD)

    async def room_told(self, event: Any) -> None:
        if event["text"] != "hi":
            await self.send_json(event["text"])


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        (
            "lobby",
            "Hint: 'room.told' was sent to group 'lobby', which this connection has "
            "not joined; it is in 'room'.",
        ),
        (
            "late",
            "Hint: 'room.told' was sent to group 'late' before this connection "
            "joined it.",
        ),
        (
            "busy",
            "Hint: 'room.told' was sent to group 'room', and this connection has not "
            "taken it: is it still busy?",
        ),
    ],
)
async def test_a_group_message_that_did_not_arrive(word: str, hint: str) -> None:
    communicator = await connected(Room.as_asgi())
    await communicator.send_json_to(word)
    assert await hint_of(communicator.receive_json_from(FOREVER)) == hint
    communicator.stop()


async def test_a_group_message_that_arrived_is_no_cause() -> None:
    communicator = await connected(Room.as_asgi())
    await communicator.send_json_to("room")
    assert await hints_of(communicator.receive_json_from(FOREVER)) == []
    await communicator.disconnect()


async def test_a_group_message_of_another_connection() -> None:
    async with Lab(URLRouter([path("", Room.as_asgi())]), lifespan="off") as lab:
        alice, bob = lab.websocket("/", name="alice"), lab.websocket("/", name="bob")
        await alice.connect()
        await bob.connect()
        await alice.send_json_to("lobby")
        await alice.settle()
        hint = await hint_of(bob.receive_json_from(FOREVER))
    assert "sent to group 'lobby', which this connection has not joined" in hint


async def test_a_group_message_that_the_test_sent_itself() -> None:
    communicator = await connected(Room.as_asgi())
    layer = get_channel_layer()
    await layer.group_send("lobby", TOLD)
    assert await hint_of(communicator.receive_json_from(FOREVER)) == (
        "Hint: 'room.told' was sent to group 'lobby' by the test, which this "
        "connection has not joined; it is in 'room'."
    )
    await layer.group_send("room", {**TOLD, "text": "loud"})
    assert await communicator.receive_json_from() == "loud"
    await communicator.disconnect()


async def test_a_message_that_arrived_before_is_not_taken_for_a_later_one() -> None:
    communicator = await connected(Room.as_asgi())
    await get_channel_layer().group_send("room", TOLD)
    await communicator.settle()
    await communicator.send_json_to("lobby")
    hint = await hint_of(communicator.receive_json_from(FOREVER))
    assert "sent to group 'lobby', which this connection has not joined" in hint
    await communicator.disconnect()


class Bare(AsyncConsumer):
    async def websocket_connect(self, event: Any) -> None:
        await self.send({"type": "websocket.accept"})


@pytest.mark.parametrize("consumer", [Room, Bare], ids=lambda each: each.__name__)
@pytest.mark.parametrize("nested", [False, True], ids=["flat", "nested"])
async def test_a_consumer_class_in_a_route(consumer: Any, nested: bool) -> None:
    application: Any = URLRouter([path("", consumer)])
    if nested:
        application = ProtocolTypeRouter({"websocket": application})
    communicator = WebsocketCommunicator(application, "/")
    name = consumer.__name__
    with pytest.raises(TypeError) as caught:
        await communicator.connect()
    note = f"Hint: a route takes {name}.as_asgi(), not the class {name}."
    assert caught.value.__notes__ == [note]


async def test_a_type_error_of_the_applications_own_gets_no_hint() -> None:
    async def failing(scope: Any, receive: Any, send: Any) -> None:
        application = int
        raise TypeError(application)

    with pytest.raises(TypeError) as caught:
        await WebsocketCommunicator(failing, "/").connect()
    assert not hasattr(caught.value, "__notes__")
