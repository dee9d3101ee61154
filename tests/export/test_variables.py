"""What a test calls its connections, users and messages."""

from typing import Any

import pytest

from asgilab.export._names import Names
from asgilab.export._variables import Variables, choose_variables, username
from asgilab.replay import steps
from tests.replay.recording import Recording


def chosen(recording: Recording, *named: int) -> Variables:
    found = steps(recording.session)
    outputs = [o for step in found for o in step.outputs if o.event in named]
    return choose_variables(found, recording.session.options, outputs, Names())


def test_connections_are_called_what_they_are_called_in_the_session() -> None:
    recording = Recording().opens("alice").opens("Bob Smith").opens("class")
    assert chosen(recording).of == {
        "alice": "alice",
        "Bob Smith": "bob_smith",
        "class": "class_",
    }


def test_a_single_connection_without_a_name_is_the_communicator() -> None:
    assert chosen(Recording().opens("ws1")).of == {"ws1": "communicator"}


def test_several_connections_without_names_keep_those_of_the_lab() -> None:
    assert chosen(Recording().opens("ws1").opens("ws2")).of == {
        "ws1": "ws1",
        "ws2": "ws2",
    }


def test_requests_without_names_share_one_variable() -> None:
    recording = Recording().opens("ws1")
    recording.requests("http1", "GET", "/")
    recording.requests("history", "GET", "/")
    recording.requests("http2", "GET", "/")
    assert chosen(recording).of == {
        "ws1": "websocket",
        "http1": "communicator",
        "history": "history",
        "http2": "communicator",
    }


def test_a_user_gets_one_fixture_however_many_connections_it_has() -> None:
    recording = Recording().opens("alice", user="alice").opens("phone", user="alice")
    variables = chosen(recording)
    assert variables.users == {"alice_user": "alice"}
    options = recording.session.options
    assert variables.user_of("phone", options) == "alice_user"
    assert variables.user_of("nobody", options) == ""


def test_a_user_whose_name_is_free_is_called_by_it() -> None:
    recording = Recording().opens("ws1", user="alice@example.org")
    assert chosen(recording).users == {"alice_example_org": "alice@example.org"}


@pytest.mark.parametrize(
    ("payload", "name"),
    [
        ({"type": "chat.greeting", "id": 1}, "chat_greeting"),
        ({"event": "joined"}, "joined"),
        ({"id": 1, "message": "hi"}, "message"),
        ({"type": "a very long type that nobody would say"}, "message"),
        ({"type": 5}, "message"),
        (["a"], "items"),
        ("plain", "text"),
    ],
)
def test_a_message_is_called_after_its_type(payload: Any, name: str) -> None:
    recording = Recording().opens("alice")
    recording.hears("alice", payload)
    assert chosen(recording, 3).messages == {3: name}


def test_the_second_message_of_a_kind_is_called_after_its_connection() -> None:
    recording = Recording().opens("alice")
    for number in range(3):
        recording.hears("alice", {"id": number})
    assert list(chosen(recording, 3, 4, 5).messages.values()) == [
        "message",
        "alice_message",
        "message_2",
    ]


class User:
    def get_username(self) -> str:
        return "zoe"


@pytest.mark.parametrize(
    ("user", "expected"), [(None, None), ("alice", "alice"), (User(), "zoe"), (7, "7")]
)
def test_a_user_may_be_asked_for_by_name_or_by_object(
    user: Any, expected: str | None
) -> None:
    assert username({"user": user}) == expected
