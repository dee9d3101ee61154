"""Any text becomes an identifier, and each identifier is given once."""

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgilab.export._names import UNNAMED, Names, identifier
from asgilab.sessions import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alice", "alice"),
        ("Alice (admin)", "alice_admin"),
        ("Zoë", "zoe"),
        ("2nd", "nd"),
        ("class", "class_"),
        ("list", "list_"),
        ('x"); import os #', "x_import_os"),
        ("名前", "connection"),
        ("", "connection"),
        ("__dunder__", "dunder"),
        ("a" * 99, "a" * 40),
    ],
)
def test_any_name_becomes_an_identifier(text: str, expected: str) -> None:
    assert identifier(text) == expected


@given(st.text())
def test_an_identifier_is_never_a_keyword(text: str) -> None:
    name = identifier(text)
    assert name.isidentifier()
    assert name.isascii()
    assert not keyword.iskeyword(name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("chat.messageSent", ["chat", "message", "sent"]),
        ("HTTPServer2", ["http", "server", "2"]),
        ("csrf_token", ["csrf", "token"]),
        ("author", ["author"]),
        ("", []),
    ],
)
def test_a_name_is_split_into_its_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_each_name_is_given_once() -> None:
    names = Names()
    assert [names.fresh("alice") for _ in range(3)] == ["alice", "alice_2", "alice_3"]


def test_the_next_wish_comes_before_a_number() -> None:
    names = Names(frozenset({"alice"}))
    assert names.fresh("alice", "alice_user") == "alice_user"


@pytest.mark.parametrize("name", ["application", "response", "pytest", "connected"])
def test_a_name_that_the_test_uses_itself_is_not_given(name: str) -> None:
    assert Names().fresh(name) == f"{name}_2"


@pytest.mark.parametrize("name", ["ws1", "ws12", "http3", "websocket", "ws-2"])
def test_a_name_that_the_lab_gave_is_known_as_one(name: str) -> None:
    assert UNNAMED.fullmatch(name)


@pytest.mark.parametrize("name", ["alice", "wso", "http1a", "ws 1"])
def test_a_name_that_somebody_gave_is_none_of_those(name: str) -> None:
    assert not UNNAMED.fullmatch(name)
