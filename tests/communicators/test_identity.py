"""A user that a connection brings along; the work is tested with asgilab.django."""

from typing import Any

import pytest

import asgilab.django
from asgilab.communicators import Wiring
from asgilab.errors import UsageError
from asgilab.testing import HttpCommunicator, WebsocketCommunicator
from tests.communicators.applications import quiet


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return the logins that were asked for, none of which reaches Django."""
    asked: list[Any] = []

    async def log_in(scope: Any, *who: Any, create: bool) -> None:
        if who[0] == "nobody":
            msg = "There is no user 'nobody' in the database."
            raise UsageError(msg)
        asked.append((*who, create))
        scope["user"] = who[0]

    monkeypatch.setattr(asgilab.django, "log_in", log_in, raising=False)
    return asked


async def test_the_login_comes_before_the_application(calls: list[Any]) -> None:
    seen = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope["user"], list(calls)))
        await quiet(scope, receive, send)

    communicator = WebsocketCommunicator(
        application, "/", user="alice", session={"cart": 1}
    )
    await communicator.connect()
    await communicator.disconnect()
    assert seen == [("alice", [("alice", {"cart": 1}, False)])]


async def test_http_brings_a_user_along_too(calls: list[Any]) -> None:
    async def page(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["user"].encode()})

    wiring = Wiring(create_users=True)
    communicator = HttpCommunicator(page, "GET", "/", user="bob", wiring=wiring)
    assert (await communicator.get_response())["body"] == b"bob"
    assert calls == [("bob", None, True)]


async def test_a_session_without_a_user_is_a_login_as_well(calls: list[Any]) -> None:
    communicator = WebsocketCommunicator(quiet, "/", session={})
    await communicator.connect()
    await communicator.disconnect()
    assert calls == [(None, {}, False)]


async def test_without_user_and_session_nobody_logs_in(calls: list[Any]) -> None:
    communicator = WebsocketCommunicator(quiet, "/")
    await communicator.connect()
    await communicator.disconnect()
    assert calls == []


async def test_a_login_that_fails_is_told_to_the_test(calls: list[Any]) -> None:
    communicator = WebsocketCommunicator(quiet, "/", user="nobody")
    with pytest.raises(UsageError, match="There is no user 'nobody'"):
        await communicator.connect()
