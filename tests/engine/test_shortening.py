"""Values as bounded text, in bounded time, without secrets."""

import timeit
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asgilab.engine import shorten
from asgilab.engine._shortening import shorten_named

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text() | st.binary(), inner)
        | st.tuples(inner, inner)
        | st.frozensets(st.text())
    ),
)


@settings(deadline=None)
@given(anything)
def test_text_is_bounded_whatever_the_value(value: Any) -> None:
    assert len(shorten(value)) < 200_000


@settings(deadline=None)
@given(st.text(max_size=12) | st.integers(-(10**9), 10**9) | st.binary(max_size=30))
def test_a_small_value_is_shown_as_it_is(value: Any) -> None:
    assert shorten(value) == repr(value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"x" * 40_000_000,
        lambda: bytearray(40_000_000),
        lambda: "x" * 40_000_000,
        lambda: 10**100_000,
        lambda: list(range(1_000_000)),
        lambda: dict.fromkeys(range(1_000_000)),
        lambda: set(range(1_000_000)),
    ],
    ids=["bytes", "bytearray", "str", "int", "list", "dict", "set"],
)
def test_a_huge_value_takes_no_time(make: Callable[[], Any]) -> None:
    value = make()
    assert len(shorten(value)) < 500
    assert min(timeit.repeat(lambda: shorten(value), number=1, repeat=5)) < 0.01


def test_a_circle_ends() -> None:
    circle: list[Any] = []
    circle.append(circle)
    assert shorten(circle) == "[[[[[...]]]]]"


def test_a_repr_that_raises_is_told_and_not_raised() -> None:
    class Broken:
        def __repr__(self) -> str:
            msg = "no"
            raise RuntimeError(msg)

    assert "Broken" in shorten(Broken())
    assert "Broken" in shorten({"a": [Broken()]})


@pytest.mark.parametrize(
    "value",
    [
        {"password": "hunter2"},
        {"deep": {"api_key": "hunter2"}},
        [(b"cookie", b"hunter2"), (b"host", b"x")],
        [[b"authorization", b"hunter2"]],
        ("access_token", "hunter2"),
        {b"x-csrf-token": b"hunter2"},
    ],
)
def test_a_secret_is_left_out_by_the_name_beside_it(value: Any) -> None:
    text = shorten(value)
    assert "hunter2" not in text
    assert "[redacted]" in text


@pytest.mark.parametrize("name", ["password", "db_password", "sessionid", "SECRET_KEY"])
def test_a_variable_with_the_name_of_a_secret_is_left_out(name: str) -> None:
    assert shorten_named(name, "hunter2") == "[redacted]"


@pytest.mark.parametrize("name", ["passenger", "message", "keys", "author"])
def test_a_variable_with_a_harmless_name_is_shown(name: str) -> None:
    assert shorten_named(name, "hunter2") == "'hunter2'"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "{}"),
        ({"a": 1}, "{'a': 1}"),
        (set(), "set()"),
        ({1}, "{1}"),
        (frozenset({1}), "frozenset({1})"),
        ((), "()"),
        ((1,), "(1,)"),
        (bytearray(b"x"), "bytearray(b'x')"),
        (memoryview(b"xyz"), "<memory of 3 bytes>"),
        ({"a": {"b": {"c": {"d": {"e": 1}}}}}, "{'a': {'b': {'c': {'d': {...}}}}}"),
    ],
)
def test_containers_keep_their_form(value: Any, text: str) -> None:
    assert shorten(value) == text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ('{"password": "s3cret", "n": 1}', """'{"password": "[redacted]", "n": 1}'"""),
        (b"n=1&token=s3cret", "b'n=1&token=[redacted]'"),
        ({"text": "?token=s3cret"}, "{'text': '?token=[redacted]'}"),
    ],
)
def test_of_a_text_the_secrets_inside_are_left_out(value: Any, shown: str) -> None:
    assert shorten(value) == shown


def test_a_secret_that_is_longer_than_what_is_shown_is_left_out_too() -> None:
    text = '{"password": "' + "s3cret" * 5000 + '", "n": 1}'
    assert "s3cret" not in shorten(text)
    assert "s3cret" not in shorten(text.encode())
