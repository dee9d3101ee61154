"""The headers of a scope: given ones untouched, others added after them."""

from http.cookies import SimpleCookie
from typing import Any

import pytest

from asgilab.errors import ScopeError
from asgilab.protocol._request_headers import (
    add_cookies,
    add_once,
    first,
    has,
    read_headers,
)


def test_text_becomes_bytes_and_names_lower_case() -> None:
    assert read_headers([("X-Name", "Grüße"), (b"Kept", "a"), ("X", b"\xff")]) == [
        (b"x-name", b"Gr\xfc\xdfe"),
        (b"Kept", b"a"),
        (b"x", b"\xff"),
    ]


def test_a_mapping_is_its_pairs() -> None:
    assert read_headers({"Accept": "*/*"}) == [(b"accept", b"*/*")]


@pytest.mark.parametrize("given", [None, [], (), {}])
def test_no_headers_are_an_empty_list(given: Any) -> None:
    assert read_headers(given) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("a: b", "Headers are 'a: b'; expected pairs of a name and a value."),
        (["a: b"], "Among headers is 'a: b'; expected a name and a value."),
        (
            [(b"a",)],
            "Among headers is a value of type tuple; expected a name and a value.",
        ),
        (
            [("content-length", 5)],
            "The value of header 'content-length' is int; expected str or bytes.",
        ),
        (
            [("x-name", "日本")],
            "The value of header 'x-name' is not Latin-1; "
            "expected it encoded, as bytes.",
        ),
        ([(5, b"a")], "The value of a header's name is int; expected str or bytes."),
    ],
    ids=["str", "line", "single", "int", "not latin-1", "name"],
)
def test_what_is_no_header_is_told(given: Any, message: str) -> None:
    with pytest.raises(ScopeError) as caught:
        read_headers(given)
    assert str(caught.value) == message


def test_no_message_shows_a_value() -> None:
    with pytest.raises(ScopeError) as caught:
        read_headers([("authorization", "日本 secret")])
    assert "secret" not in str(caught.value)


def test_a_header_is_found_in_any_case() -> None:
    headers = [(b"Host", b"a"), (b"host", b"b")]
    assert first(headers, b"host") == b"a"
    assert has(headers, b"host")
    assert first(headers, b"origin") is None


def test_a_header_is_added_once_and_none_not_at_all() -> None:
    headers = [(b"Host", b"a")]
    add_once(headers, b"host", "b")
    add_once(headers, b"origin", None)
    add_once(headers, b"accept", "*/*")
    assert headers == [(b"Host", b"a"), (b"accept", b"*/*")]


def test_cookies_join_the_header_that_is_there() -> None:
    """Channels reads the first Cookie header only."""
    headers = [(b"a", b"b"), (b"Cookie", b"given=1"), (b"c", b"d")]
    add_cookies(headers, {"x": "1", "y": "2"})
    assert headers == [(b"a", b"b"), (b"Cookie", b"given=1; x=1; y=2"), (b"c", b"d")]


@pytest.mark.parametrize("cookies", [None, {}])
def test_no_cookies_are_no_header(cookies: Any) -> None:
    headers: list[Any] = []
    add_cookies(headers, cookies)
    assert headers == []


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("abc", b"a=abc"),
        ("", b"a="),
        ("a=b/c:d.e", b"a=a=b/c:d.e"),
        ("1; 2", rb'a="1\073 2"'),
        ('say "hi"', rb'a="say \"hi\""'),
    ],
)
def test_a_cookie_is_quoted_where_it_has_to_be(value: str, line: bytes) -> None:
    headers: list[Any] = []
    add_cookies(headers, {"a": value})
    assert headers == [(b"cookie", line)]
    assert SimpleCookie(line.decode())["a"].value == value


def test_a_name_that_is_none_of_a_cookie_is_told() -> None:
    with pytest.raises(ScopeError) as caught:
        add_cookies([], {"a b": "c"})
    assert str(caught.value) == "No cookie can be called 'a b'; expected a token."
