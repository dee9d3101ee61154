"""The chat project's own websocket suite, written as Channels' documentation teaches.

``test_suite.py`` beside it runs this file twice: as it is, and with nothing but the
import of ``channels.testing`` changed. So nothing of asgilab may be named here, and
nothing may be asserted that only one of the two can do.
"""

import asyncio
import contextlib
import datetime
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from channels.routing import URLRouter
from channels.testing import HttpCommunicator, WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser, User
from django.test import Client
from django.urls import path

from chat.asgi import application
from chat.consumers import ChatConsumer, EchoConsumer, SplitConsumer
from chat.models import Message, Room

# Consumers look after Django's connections on each event, those without a model too.
pytestmark = pytest.mark.django_db(transaction=True)

ORIGIN = (b"origin", b"http://localhost")


@pytest.fixture
def alice(transactional_db: None) -> User:
    return User.objects.create_user("alice")


@pytest.fixture
def bob(transactional_db: None) -> User:
    return User.objects.create_user("bob")


def room_of(user: User | AnonymousUser, room: str) -> WebsocketCommunicator:
    """Return a communicator for the chat consumer alone, with a user in its scope."""
    rooms = URLRouter([path("ws/chat/<slug:room>/", ChatConsumer.as_asgi())])
    communicator = WebsocketCommunicator(rooms, f"/ws/chat/{room}/")
    communicator.scope["user"] = user
    return communicator


@contextlib.asynccontextmanager
async def present(user: User, room: str = "lobby") -> AsyncIterator[Any]:
    """Be in a room for the length of a block."""
    communicator = room_of(user, room)
    connected, _ = await communicator.connect()
    assert connected
    yield communicator
    await communicator.disconnect()


def cookie_of(user: User) -> tuple[bytes, bytes]:
    """Sign a user in as a browser would be and return its cookie header."""
    client = Client()
    client.force_login(user)
    return (b"cookie", f"sessionid={client.cookies['sessionid'].value}".encode())


@database_sync_to_async
def write(author: User, room: str, *texts: str) -> None:
    """Put messages into a room's history."""
    place, _ = Room.objects.get_or_create(name=room)
    for text in texts:
        Message.objects.create(room=place, author=author, text=text)


# Joining and leaving


@pytest.mark.asyncio
async def test_a_user_is_let_in(alice: User) -> None:
    communicator = room_of(alice, "lobby")
    assert await communicator.connect() == (True, None)
    await communicator.disconnect()


@pytest.mark.asyncio
async def test_an_anonymous_user_is_refused_with_the_code_for_it() -> None:
    communicator = room_of(AnonymousUser(), "lobby")
    assert await communicator.connect() == (False, 4401)
    await communicator.disconnect()


@pytest.mark.asyncio
async def test_the_protocol_of_the_chat_is_chosen_when_offered(alice: User) -> None:
    communicator = WebsocketCommunicator(
        application,
        "/ws/chat/lobby/",
        headers=[ORIGIN, await sync_to_async(cookie_of)(alice)],
        subprotocols=["chat.v9", "chat.v1"],
    )
    assert await communicator.connect() == (True, "chat.v1")
    await communicator.disconnect()


@pytest.mark.asyncio
async def test_those_in_the_room_hear_who_joins(alice: User, bob: User) -> None:
    async with present(alice) as first, present(bob) as second:
        notice = await first.receive_json_from()
        assert notice == {"notice": "joined", "user": "bob"}
        assert await second.receive_nothing()


@pytest.mark.asyncio
async def test_those_in_the_room_hear_who_leaves(alice: User, bob: User) -> None:
    async with present(alice) as first:
        async with present(bob):
            await first.receive_json_from()
        notice = await first.receive_json_from()
        assert notice == {"notice": "left", "user": "bob"}


# Talking


@pytest.mark.asyncio
async def test_a_message_reaches_everybody_in_the_room(alice: User, bob: User) -> None:
    async with present(alice) as first, present(bob) as second:
        await first.receive_json_from()
        await first.send_json_to({"message": "hi"})
        heard_by_alice = await first.receive_json_from()
        heard_by_bob = await second.receive_json_from()
    assert heard_by_alice == heard_by_bob
    assert heard_by_bob["from"] == "alice"
    assert heard_by_bob["message"] == "hi"


@pytest.mark.asyncio
async def test_identity_and_time_come_from_the_server(alice: User) -> None:
    async with present(alice) as communicator:
        await communicator.send_json_to({"message": "hi", "id": "mine", "at": "never"})
        message = await communicator.receive_json_from()
    assert set(message) == {"id", "from", "message", "at"}
    assert uuid.UUID(message["id"]).version == 4
    assert datetime.datetime.fromisoformat(message["at"]).tzinfo is not None


@pytest.mark.asyncio
async def test_a_message_is_stored_as_it_was_heard(alice: User) -> None:
    async with present(alice) as communicator:
        await communicator.send_json_to({"message": "hi"})
        heard = await communicator.receive_json_from()
    stored = await Message.objects.select_related("author", "room").aget()
    assert stored.as_json() == heard
    assert stored.room.name == "lobby"


@pytest.mark.asyncio
async def test_two_rooms_do_not_hear_each_other(alice: User, bob: User) -> None:
    async with present(alice, "lobby") as first, present(bob, "attic") as second:
        await first.send_json_to({"message": "hi"})
        await first.receive_json_from()
        assert await second.receive_nothing()


@pytest.mark.asyncio
@pytest.mark.parametrize("content", [{}, {"message": "  "}, {"message": 7}, ["hi"]])
async def test_what_is_no_message_is_answered_to_its_sender_alone(
    content: object, alice: User, bob: User
) -> None:
    async with present(alice) as first, present(bob) as second:
        await first.receive_json_from()
        await first.send_json_to(content)
        assert "error" in await first.receive_json_from()
        assert await second.receive_nothing()
    assert await Message.objects.acount() == 0


@pytest.mark.asyncio
async def test_messages_arrive_in_the_order_of_their_sending(alice: User) -> None:
    async with present(alice) as communicator:
        for text in ("one", "two", "three"):
            await communicator.send_json_to({"message": text})
        heard = [await communicator.receive_json_from() for _ in range(3)]
    assert [message["message"] for message in heard] == ["one", "two", "three"]


@pytest.mark.asyncio
async def test_a_room_can_be_told_something_from_outside(alice: User) -> None:
    async with present(alice) as communicator:
        event = {"type": "chat.tell", "content": {"notice": "closing"}}
        await get_channel_layer().group_send("chat.lobby", event)
        assert await communicator.receive_json_from() == {"notice": "closing"}


# The whole application: origin, cookie and route


@pytest.mark.asyncio
async def test_the_session_cookie_tells_who_somebody_is(alice: User) -> None:
    headers = [ORIGIN, await sync_to_async(cookie_of)(alice)]
    communicator = WebsocketCommunicator(application, "/ws/chat/attic/", headers)
    assert await communicator.connect() == (True, None)
    await communicator.send_json_to({"message": "hi"})
    assert (await communicator.receive_json_from())["from"] == "alice"
    await communicator.disconnect()
    assert (await Room.objects.aget()).name == "attic"


@pytest.mark.asyncio
async def test_without_a_cookie_nobody_is_let_in() -> None:
    communicator = WebsocketCommunicator(application, "/ws/chat/lobby/", [ORIGIN])
    assert await communicator.connect() == (False, 4401)
    await communicator.disconnect()


@pytest.mark.asyncio
async def test_a_page_of_another_site_is_refused() -> None:
    headers = [(b"origin", b"http://elsewhere.example")]
    communicator = WebsocketCommunicator(application, "/ws/chat/lobby/", headers)
    assert await communicator.connect() == (False, 1000)
    await communicator.disconnect()


@pytest.mark.asyncio
async def test_an_address_without_a_route_is_an_error() -> None:
    communicator = WebsocketCommunicator(
        URLRouter([path("ws/echo/", EchoConsumer.as_asgi())]), "/ws/nowhere/"
    )
    with pytest.raises(ValueError, match="No route found for path"):
        await communicator.connect()


# HTTP


@pytest.mark.asyncio
async def test_the_history_is_json_with_the_oldest_first(alice: User) -> None:
    await write(alice, "lobby", "one", "two")
    await write(alice, "attic", "elsewhere")
    headers = [await sync_to_async(cookie_of)(alice)]
    communicator = HttpCommunicator(
        application, "GET", "/history/lobby/", headers=headers
    )
    response = await communicator.get_response()
    assert response["status"] == 200
    assert response["headers"] == [(b"content-type", b"application/json")]
    messages = json.loads(response["body"])["messages"]
    assert [message["message"] for message in messages] == ["one", "two"]


@pytest.mark.asyncio
async def test_the_history_ends_with_the_last_message(alice: User) -> None:
    await write(alice, "lobby", "one", "two", "three")
    communicator = HttpCommunicator(
        application,
        "GET",
        "/history/lobby/?limit=2",
        headers=[await sync_to_async(cookie_of)(alice)],
    )
    messages = json.loads((await communicator.get_response())["body"])["messages"]
    assert [message["message"] for message in messages] == ["two", "three"]


@pytest.mark.asyncio
@pytest.mark.parametrize("limit", ["0", "501", "-1", "many", "%C2%B2"])
async def test_a_limit_that_is_no_number_is_a_bad_request(
    limit: str, alice: User
) -> None:
    communicator = HttpCommunicator(
        application,
        "GET",
        f"/history/lobby/?limit={limit}",
        headers=[await sync_to_async(cookie_of)(alice)],
    )
    assert (await communicator.get_response())["status"] == 400


@pytest.mark.asyncio
@pytest.mark.parametrize(("method", "status"), [("GET", 403), ("POST", 405)])
async def test_strangers_cannot_read_and_nobody_can_write_the_history(
    method: str, status: int
) -> None:
    communicator = HttpCommunicator(application, method, "/history/lobby/", b"{}")
    response = await communicator.get_response()
    assert response["status"] == status
    assert "error" in json.loads(response["body"])


@pytest.mark.asyncio
async def test_a_page_of_django_asks_strangers_to_sign_in() -> None:
    communicator = HttpCommunicator(
        application, "GET", "/chat/lobby/", headers=[(b"host", b"localhost")]
    )
    response = await communicator.get_response()
    assert response["status"] == 302
    assert (b"Location", b"/login/?next=/chat/lobby/") in response["headers"]
    await communicator.wait()


# The other consumers


@pytest.mark.asyncio
@pytest.mark.parametrize("text", ["hello", "Grüße, 世界", "0"])
async def test_text_comes_back_from_the_sync_consumer(text: str) -> None:
    communicator = WebsocketCommunicator(EchoConsumer.as_asgi(), "/ws/echo/")
    await communicator.connect()
    await communicator.send_to(text_data=text)
    assert await communicator.receive_from() == text
    await communicator.disconnect()


@pytest.mark.asyncio
async def test_bytes_come_back_as_bytes() -> None:
    communicator = WebsocketCommunicator(EchoConsumer.as_asgi(), "/ws/echo/")
    await communicator.connect()
    await communicator.send_to(bytes_data=b"\x00\xff")
    assert await communicator.receive_from() == b"\x00\xff"
    await communicator.disconnect()


@pytest.mark.asyncio
async def test_a_bill_is_split_to_the_cent() -> None:
    communicator = WebsocketCommunicator(SplitConsumer.as_asgi(), "/ws/split/")
    await communicator.connect()
    await communicator.send_json_to({"total": 100, "people": 3})
    assert await communicator.receive_json_from() == {"share": 33.33}
    await communicator.disconnect()


@pytest.mark.asyncio
async def test_a_bill_for_nobody_ends_the_connection_with_an_error() -> None:
    communicator = WebsocketCommunicator(SplitConsumer.as_asgi(), "/ws/split/")
    await communicator.connect()
    await communicator.send_json_to({"total": 100, "people": 0})
    with pytest.raises(ZeroDivisionError):
        await communicator.receive_json_from()


@pytest.mark.asyncio
async def test_the_error_of_a_consumer_comes_out_of_wait() -> None:
    communicator = WebsocketCommunicator(SplitConsumer.as_asgi(), "/ws/split/")
    await communicator.connect()
    await communicator.send_json_to({"total": 100})
    with pytest.raises(KeyError, match="people"):
        await communicator.wait()


@pytest.mark.asyncio
async def test_a_silent_consumer_lets_a_receive_time_out() -> None:
    communicator = WebsocketCommunicator(EchoConsumer.as_asgi(), "/ws/echo/")
    await communicator.connect()
    with pytest.raises(asyncio.TimeoutError):
        await communicator.receive_from(timeout=0.05)
