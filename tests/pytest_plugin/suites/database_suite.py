"""Tests of the example's chat that use Django's database, with its own asgi module."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from chat.models import Message


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice")


async def say(socket: Any, text: str) -> str:
    await socket.send_json_to({"message": text})
    return str((await socket.receive_json_from())["from"])


async def test_the_users_of_fixtures_may_come_in(
    asgi_lab: Any, asgi_websocket: Any, alice: User
) -> None:
    assert asgi_lab.session.application == "chat.asgi:application"
    assert asgi_lab.session.settings == "chat.settings"
    async with asgi_websocket("/ws/chat/lobby/", user=alice) as socket:
        assert await say(socket, "hi") == "alice"
        assert socket.groups == {"chat.lobby"}


async def test_the_application_and_the_test_share_one_transaction(
    asgi_websocket: Any, alice: User
) -> None:
    await User.objects.acreate(username="bob")
    async with asgi_websocket("/ws/chat/lobby/", user="bob") as socket:
        assert await say(socket, "hi") == "bob"
    message = await Message.objects.select_related("author").aget()
    assert message.author.username == "bob"


async def test_a_view_sees_the_users_of_fixtures(asgi_http: Any, alice: User) -> None:
    page = await asgi_http("GET", "/", user=alice)
    assert b'<span id="user">alice</span>' in page["body"]
    assert await User.objects.acount() == 1


@pytest.mark.asgi(db=True)
async def test_the_marker_gives_an_empty_database(asgi_http: Any) -> None:
    assert (await asgi_http("GET", "/"))["status"] == 302
    assert await Message.objects.acount() == 0
    assert await User.objects.acount() == 0


@pytest.mark.asgi(db=True)
def test_the_marker_opens_a_transaction() -> None:
    assert connection.in_atomic_block


@pytest.mark.asgi(db="transaction")
def test_the_marker_opens_none_where_rows_are_committed() -> None:
    assert not connection.in_atomic_block
    User.objects.create_user("carol")


@pytest.mark.django_db(transaction=True)
async def test_rows_are_committed_and_gone_afterwards(asgi_websocket: Any) -> None:
    assert not await User.objects.filter(username="carol").aexists()
    await User.objects.acreate(username="dave")
    async with asgi_websocket("/ws/chat/lobby/", user="dave") as socket:
        assert await say(socket, "hi") == "dave"
    assert await Message.objects.acount() == 1


async def test_who_forgot_to_leave_leaves_no_lock_behind(
    asgi_websocket: Any, alice: User
) -> None:
    socket = asgi_websocket("/ws/chat/lobby/", user=alice)
    await socket.connect()
    assert await say(socket, "hi") == "alice"


@pytest.mark.asgi(db=True)
async def test_nothing_of_the_tests_before_is_there(asgi_lab: Any) -> None:
    assert await Message.objects.acount() == 0


async def test_without_a_database_there_is_none(asgi_http: Any) -> None:
    assert (await asgi_http("GET", "/"))["status"] == 302
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        await Message.objects.acount()
