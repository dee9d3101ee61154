"""Tests of the example's chat on a live server."""

import json
import urllib.request
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from chat.models import Message


def join(server: Any, user: User) -> ClientConnection:
    client = Client()
    client.force_login(user)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    headers = {"Cookie": cookie, "Origin": server.url}
    return connect(f"{server.ws_url}/ws/chat/lobby/", additional_headers=headers)


def say(server: Any, user: User) -> Any:
    with join(server, user) as socket:
        socket.send(json.dumps({"message": "hi"}))
        return json.loads(socket.recv(timeout=10))


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice")


def test_both_see_the_same_rows(alice: User, asgi_live_server: Any) -> None:
    heard = say(asgi_live_server, alice)
    assert Message.objects.get().as_json() == heard


def test_the_order_of_the_fixtures_does_not_matter(
    asgi_live_server: Any, alice: User
) -> None:
    assert say(asgi_live_server, alice)["from"] == "alice"


@pytest.mark.django_db
def test_a_mark_that_says_less_does_not_matter(
    alice: User, asgi_live_server: Any
) -> None:
    say(asgi_live_server, alice)
    assert Message.objects.count() == 1


def test_each_test_begins_with_an_empty_database(asgi_live_server: Any) -> None:
    assert not User.objects.exists()
    assert not Message.objects.exists()


def test_static_files_are_served(asgi_live_server: Any) -> None:
    with urllib.request.urlopen(f"{asgi_live_server.url}/static/chat/room.js") as page:
        assert page.status == 200


@pytest.mark.asgi(db=False)
def test_a_server_without_a_database(asgi_live_server: Any) -> None:
    with urllib.request.urlopen(f"{asgi_live_server.url}/login/") as page:
        assert page.status == 200
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        User.objects.exists()


def test_a_consumer_that_fails_unnoticed(asgi_live_server: Any) -> None:
    fail(asgi_live_server)


def test_a_consumer_that_fails_in_a_failing_test(asgi_live_server: Any) -> None:
    fail(asgi_live_server)
    pytest.fail("the test has a reason of its own")


def test_a_consumer_that_fails_as_expected(asgi_live_server: Any) -> None:
    fail(asgi_live_server)
    assert isinstance(asgi_live_server.errors.pop(), ZeroDivisionError)


def fail(server: Any) -> None:
    headers = {"Origin": server.url}
    with connect(f"{server.ws_url}/ws/split/", additional_headers=headers) as socket:
        socket.send(json.dumps({"total": 1, "people": 0}))
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=10)
    server.settle()
