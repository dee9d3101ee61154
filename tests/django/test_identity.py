"""Logging a connection in, as Channels' own middleware sees it."""

import json
from typing import Any

import pytest
from channels.auth import AuthMiddlewareStack
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser

from asgilab.errors import UsageError
from asgilab.testing import HttpCommunicator, WebsocketCommunicator
from chat.asgi import application as chat

pytestmark = pytest.mark.django_db(transaction=True)


@AuthMiddlewareStack
async def whoami(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the name of the user and the session's content."""
    await receive()
    session = {k: v for k, v in scope["session"].items() if not k.startswith("_auth")}
    name = scope["user"].get_username()
    body = json.dumps([name, scope["user"].is_authenticated, session]).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def ask(**options: Any) -> Any:
    communicator = HttpCommunicator(whoami, "GET", "/", **options)
    return json.loads((await communicator.get_response())["body"])


@pytest.fixture
def alice(transactional_db: None) -> Any:
    return get_user_model().objects.create_user("alice")


async def test_a_user_is_let_in_by_the_applications_own_middleware(alice: Any) -> None:
    assert await ask(user=alice) == ["alice", True, {}]


async def test_a_username_will_do(alice: Any) -> None:
    assert await ask(user="alice") == ["alice", True, {}]


async def test_nobody_is_anonymous() -> None:
    assert await ask() == ["", False, {}]


async def test_a_session_needs_no_user() -> None:
    assert await ask(session={"cart": [7]}) == ["", False, {"cart": [7]}]


async def test_an_unknown_name_is_told_with_the_known_ones(alice: Any) -> None:
    with pytest.raises(UsageError, match=r"no user 'bob' .*there is: alice\."):
        await ask(user="bob")


async def test_without_middleware_the_user_is_in_the_scope(alice: Any) -> None:
    seen = {}

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen["user"] = scope["user"]
        await receive()
        await send({"type": "websocket.close"})

    await WebsocketCommunicator(application, "/", user=alice).connect()
    assert seen["user"] == alice


async def test_other_cookies_stay_beside_that_of_the_session(alice: Any) -> None:
    headers = [(b"cookie", b"theme=dark")]
    seen = {}

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen["cookies"] = [v for k, v in scope["headers"] if k == b"cookie"]
        await receive()
        await send({"type": "websocket.close"})

    communicator = WebsocketCommunicator(application, "/", headers, user=alice)
    await communicator.connect()
    (cookie,) = seen["cookies"]
    assert cookie.startswith(b"theme=dark; sessionid=")


async def test_the_chat_lets_in_whom_it_knows(alice: Any) -> None:
    known = WebsocketCommunicator(chat, "/ws/chat/lobby/", user=alice)
    assert await known.connect() == (True, None)
    await known.disconnect()
    stranger = WebsocketCommunicator(chat, "/ws/chat/lobby/")
    assert await stranger.connect() == (False, 4401)
    assert not AnonymousUser().is_authenticated
