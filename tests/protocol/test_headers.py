"""Header pairs: what is told of them, and the quick look at them."""

from typing import Any

import pytest

from asgilab.protocol._headers import (
    DJANGO_WRITES,
    NOT_PLAIN,
    _plain_pair,
    header_breaches,
    headers_of,
    plain_length,
    values_of,
)


def told(headers: Any) -> list[tuple[str, str]]:
    return list(header_breaches({"headers": headers}, "HTTP-16"))


def test_all_names_with_capitals_are_told_at_once() -> None:
    headers = [(b"X-A", b""), (b"x-b", b""), (b"X-C", b""), (b"X-A", b"")]
    assert told(headers) == [
        ("HTTP-13", "has capitals in b'X-A', b'X-C'; expected lower case")
    ]


def test_names_that_django_writes_are_told_apart() -> None:
    headers = [(b"Content-Type", b""), (b"X-Mine", b"")]
    assert [rule for rule, _ in told(headers)] == ["HTTP-13", "HTTP-13b"]


def test_django_writes_names_with_capitals_only() -> None:
    assert not [name for name in DJANGO_WRITES if name == name.lower()]


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        (None, "has headers None; expected an iterable of pairs of bytes"),
        ([(b"a",)], "has a header of 1 items among headers; expected pairs of bytes"),
        ([("a", b"")], "has the name 'a' among headers; expected pairs of bytes"),
        (
            [(b"a", 5)],
            "has int for the value of b'a' among headers; expected pairs of bytes",
        ),
    ],
    ids=["none", "single", "str name", "int value"],
)
def test_a_wrong_shape_is_told_with_the_rule_of_the_event(
    headers: object, text: str
) -> None:
    assert told(headers) == [("HTTP-16", text)]


def test_one_wrong_pair_does_not_hide_the_next() -> None:
    assert [rule for rule, _ in told([None, (b":a", b"\r"), (b"b c", b"")])] == [
        "HTTP-16",
        "HTTP-15",
        "HTTP-14",
        "HTTP-15",
    ]


def test_headers_that_are_absent_are_right() -> None:
    assert list(header_breaches({}, "HTTP-16")) == []


def test_values_are_found_by_a_name_in_any_case_and_odd_pairs_passed_over() -> None:
    headers = [(b"A", b"1"), None, (b"b", b"2"), [b"a", b"3"], (b"a",), ("a", b"4")]
    assert values_of(headers, b"a") == [b"1", b"3"]


@pytest.mark.parametrize(
    ("headers", "length"),
    [
        ([], -1),
        ((), -1),
        ([(b"a", b"b")], -1),
        ([[b"content-length", b"12"]], 12),
        ([(b"content-length", b"0")], 0),
        ([(b"content-length", b"1")] * 2, NOT_PLAIN),
        ([(b"content-length", b"-1")], NOT_PLAIN),
        ([(b"A", b"b")], NOT_PLAIN),
        ([(b"a", b"\n")], NOT_PLAIN),
        ([(b"set-cookie", b"a=b")], NOT_PLAIN),
        ([(b"transfer-encoding", b"chunked")], NOT_PLAIN),
        ([(b"a",)], NOT_PLAIN),
        ([("a", b"b")], NOT_PLAIN),
        ([b"ab"], NOT_PLAIN),
        (None, NOT_PLAIN),
        ({b"a": b"b"}, NOT_PLAIN),
    ],
)
def test_a_quick_look_tells_plain_headers_from_others(
    headers: object, length: int
) -> None:
    assert plain_length(headers) == length


def test_only_headers_that_can_be_read_again_are_taken_from_an_event() -> None:
    assert headers_of({"headers": iter([(b"a", b"b")])}) == ()
    assert headers_of({"headers": [(b"a", b"b")]}) == [(b"a", b"b")]
    assert headers_of({}) == ()


def test_long_values_are_not_remembered() -> None:
    before = _plain_pair.cache_info().currsize
    headers = [(b"x-policy", b"%d" % number * 1000) for number in range(10)]
    assert plain_length(headers) == -1
    assert _plain_pair.cache_info().currsize == before
