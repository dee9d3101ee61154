"""How something is asked of a lab."""

import asyncio
from typing import Any

import pytest

from asgilab.errors import PayloadError
from asgilab.lab import Lab
from asgilab.lab._asking import as_coroutine, asked_for, names_for, with_json
from asgilab.sessions import Kind, Session


def session(*names: str) -> Session:
    found = Session()
    for name in names:
        found.record(0.0, name, Kind.OPEN, {"type": "websocket"})
    return found


def test_names_are_made_up_in_order() -> None:
    assert names_for(session(), None, "ws") == ("ws1", "ws1")
    assert names_for(session("ws1", "ws2"), None, "ws") == ("ws3", "ws3")


def test_a_name_that_was_used_before_is_another_one_in_the_session() -> None:
    assert names_for(session("alice"), "alice", "ws") == ("alice", "alice_2")
    taken = session("alice", "alice_2")
    assert names_for(taken, "alice", "ws") == ("alice", "alice_3")


def test_a_name_that_was_only_asked_for_is_taken_too() -> None:
    asked = session()
    asked.options["alice"] = {}
    assert names_for(asked, "alice", "ws") == ("alice", "alice_2")


def test_a_user_is_remembered_by_name() -> None:
    class User:
        def __str__(self) -> str:
            return "alice"

    assert asked_for(User(), [(b"a", b"b")], {"cookies": {"c": "d"}}) == {
        "user": "alice",
        "headers": [(b"a", b"b")],
        "cookies": {"c": "d"},
    }
    assert asked_for(None, None, {}) == {"user": None, "headers": []}


async def test_whatever_can_be_awaited_becomes_a_coroutine() -> None:
    async def answer() -> int:
        return 7

    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    future.set_result(8)
    made: list[Any] = [as_coroutine(answer()), as_coroutine(future)]
    assert all(asyncio.iscoroutine(each) for each in made)
    assert [await each for each in made] == [7, 8]


def test_a_body_of_json_brings_its_content_type() -> None:
    body, headers = with_json(b"", {"name": "lobby"}, [("X-Room", "1")])
    assert body == b'{"name": "lobby"}'
    assert headers == [("X-Room", "1"), ("content-type", "application/json")]


@pytest.mark.parametrize("name", ["Content-Type", b"content-type"])
def test_a_content_type_that_is_given_is_kept(name: str | bytes) -> None:
    headers: Any = [(name, "application/ld+json")]
    assert with_json(b"", [], headers) == (b"[]", headers)


def test_headers_beside_it_are_pairs() -> None:
    headers: Any = {"x": "y"}
    with pytest.raises(PayloadError, match="pairs of a name and a value"):
        with_json(b"", [], headers)


def test_without_json_the_request_is_as_it_was() -> None:
    assert with_json(b"x", None, None) == (b"x", None)


@pytest.mark.parametrize(
    ("body", "value", "told"),
    [
        (b"x", {}, "body= or json=, got both"),
        (b"", {1, 2}, "JSON cannot hold: .*set"),
        (b"", float("nan"), "JSON cannot hold"),
    ],
)
def test_what_cannot_be_a_body_of_json_is_refused(
    body: bytes, value: Any, told: str
) -> None:
    with pytest.raises(PayloadError, match=told):
        with_json(body, value, None)


async def test_a_lab_sends_json() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        event = await receive()
        kind = dict(scope["headers"])[b"content-type"]
        start = {"type": "http.response.start", "status": 200, "headers": []}
        await send(start)
        await send({"type": "http.response.body", "body": kind + event["body"]})

    async with Lab(application, lifespan="off") as lab:
        answer = await lab.http("POST", "/", json={"n": 1})
    assert answer["body"] == b'application/json{"n": 1}'
