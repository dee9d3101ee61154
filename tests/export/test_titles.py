"""What a test is called."""

import pytest

from asgilab.export._titles import title_of
from tests.export.scripts import Talk, script_of
from tests.replay.recording import TRACEBACK, Recording


def title(talk: Talk) -> str:
    script = script_of(talk)
    return title_of(script.paragraphs, script.opened)


def named(*others: str) -> Talk:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        for other in others:
            r.opens(other)
        r.says("alice", {"message": "hi"})
        for name in ("alice", *others):
            r.hears(name, {"message": "hi"})

    return talk


def test_a_message_that_reaches_another_names_the_test() -> None:
    assert title(named("bob")) == "test_alice_message_reaches_bob"
    assert title(named("bob", "carol")) == "test_alice_message_reaches_bob_and_carol"
    assert title(named("b", "c", "d")) == "test_alice_message_reaches_everybody"


def test_the_type_of_a_message_is_its_noun() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.opens("bob")
        r.says("alice", {"type": "chat.typingStarted", "x": 1})
        r.hears("bob", {"x": 1})

    assert title(talk) == "test_alice_chat_typing_started_reaches_bob"


def test_an_exception_comes_before_an_answer() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("ws1", "/ws/split/")
        r.says("ws1", {"total": 1})
        r.hears("ws1", {"share": 1})
        r.says("ws1", {"total": 0})
        r.fails("ws1", TRACEBACK)

    assert title(talk) == "test_split_raises_zero_division_error"


def test_a_refusal_names_the_place_and_whom_it_meets() -> None:
    def talk(name: str) -> Talk:
        def refused(r: Recording, run: int) -> None:
            r.starts(name, "/ws/chat/lobby/")
            r.sends(name, {"type": "websocket.close", "code": 4401})

        return refused

    assert title(talk("mallory")) == "test_lobby_refuses_mallory"
    assert title(talk("ws1")) == "test_lobby_refuses_connection"


def test_a_close_names_what_it_follows() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("ws1", "/ws/desk/")
        r.says("ws1", "quit")
        r.sends("ws1", {"type": "websocket.close", "code": 1000})

    assert title(talk) == "test_desk_is_closed_after_text"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"total": 90}, "test_split_answers_total"),
        ({"type": "list"}, "test_split_answers_list"),
        ({"名": 1}, "test_split_answers_message"),
        ("hello", "test_split_answers_text"),
        (b"\0", "test_split_answers_bytes"),
        (["x"], "test_split_answers_message"),
    ],
)
def test_a_message_and_its_answer_name_the_place_and_the_message(
    said: object, expected: str
) -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("ws1", "/ws/split/")
        r.says("ws1", said)
        r.hears("ws1", {"ok": True})

    assert title(talk) == expected


def test_a_request_is_named_by_method_and_path() -> None:
    def talk(path: str) -> Talk:
        def asked(r: Recording, run: int) -> None:
            r.requests("http1", "GET", path)
            r.responds("http1", 200, b"{}")

        return asked

    assert title(talk("/api/v1/rooms/17/?x=1")) == "test_get_rooms"
    assert title(talk("/")) == "test_get_root"


def test_where_nothing_is_said_the_place_and_the_people_name_the_test() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.opens("bob")

    assert title(talk) == "test_lobby_alice_and_bob"


@pytest.mark.parametrize("name", ['x"); import os #', "é" * 90, "test", "0", ""])
def test_a_title_is_an_identifier_whatever_the_session_holds(name: str) -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens(name, f"/{name}/")
        r.says(name, {"type": name})
        r.hears(name, {name: 1})

    found = title(talk)
    assert found.isidentifier()
    assert found.startswith("test_")
    assert len(found) <= 60
