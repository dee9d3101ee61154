"""Values of events, and the words for them. What is foreign is shown in GEN-11."""

from typing import Any

import pytest

from asgilab.protocol._values import DEEPEST, foreign, is_int, named, shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        (True, "True"),
        (200, "200"),
        ("hi", "'hi'"),
        (b"hi", "b'hi'"),
        ([1, 2], "a value of type list"),
        ({"secret": 1}, "a value of type dict"),
        (object(), "a value of type object"),
    ],
    ids=["None", "bool", "int", "str", "bytes", "list", "dict", "object"],
)
def test_a_value_is_shown_in_few_words(value: object, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize("value", ["x" * 10**6, b"x" * 10**6, 10**4000])
def test_a_long_value_is_cut(value: object) -> None:
    assert len(shown(value)) <= 70


def test_a_type_that_is_plain_stands_as_it_is() -> None:
    assert named("websocket.send") == "websocket.send"


@pytest.mark.parametrize("kind", ["", "a\nb", "\x1b[0m", "x" * 61])
def test_a_type_that_is_not_plain_is_quoted(kind: str) -> None:
    assert named(kind) == shown(kind)


def test_a_bool_is_no_int() -> None:
    assert is_int(1)
    assert not is_int(True)
    assert not is_int(1.0)


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (2**63, "an int of more than 64 bits"),
        (float("nan"), "the float nan"),
        ({1: 2}, "the dict key 1"),
        ({"a": [{1}]}, "a value of type set"),
    ],
    ids=["int", "float", "key", "set"],
)
def test_what_no_event_may_hold_is_named(value: object, what: str) -> None:
    assert foreign(value) == what


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def test_lists_may_be_as_deep_as_the_limit_and_no_deeper() -> None:
    assert foreign(nested(DEEPEST)) is None
    assert foreign(nested(DEEPEST + 1)) == f"lists or dicts more than {DEEPEST} deep"
