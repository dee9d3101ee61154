"""How something is asked of a lab."""

import asyncio
from typing import Any

from asgilab.lab._asking import as_coroutine, asked_for, names_for
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
