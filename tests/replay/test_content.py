"""Payloads as plain values."""

from typing import Any

import pytest

from asgilab.replay._content import content, leaves, parse_json, permuted, same, show


def test_a_text_frame_that_holds_json_counts_as_what_it_holds() -> None:
    message = {"type": "websocket.send", "text": '{"id": [1, {"a": null}]}'}
    assert content(message)["text"] == {"id": [1, {"a": None}]}


def test_a_body_that_holds_json_counts_as_what_it_holds() -> None:
    assert content({"body": b'["\xc3\xa9"]'}) == {"body": ["é"]}


def test_a_body_that_is_no_utf_8_stays_bytes() -> None:
    assert content({"body": b"{\xff"}) == {"body": b"{\xff"}


def test_a_binary_frame_is_never_decoded() -> None:
    assert content({"bytes": b'{"a": 1}'}) == {"bytes": b'{"a": 1}'}


def test_a_key_without_a_value_is_left_out_but_an_empty_frame_is_not() -> None:
    assert content({"text": "", "bytes": None}) == {"text": ""}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "5",
        '"quoted"',
        "true",
        "{",
        "[NaN]",
        '{"n": Infinity}',
        '{"a": 1, "a": 2}',
        "[" * 100_000,
    ],
)
def test_what_is_no_json_object_or_array_stays_text(text: str) -> None:
    assert parse_json(text) is None


def test_leaves_come_with_their_paths_and_empty_containers_are_leaves() -> None:
    value = {"a": [1, {"b": "x"}], "c": {}, "d": []}
    assert list(leaves(value)) == [
        (("a", 0), 1),
        (("a", 1, "b"), "x"),
        (("c",), {}),
        (("d",), []),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (1, 1.0), (0, False), ({"a": 1}, {"a": True}), ([0], [0.0]), ("1", 1)],
)
def test_values_of_other_types_are_not_the_same(one: Any, other: Any) -> None:
    assert not same(one, other)


def test_equal_payloads_are_the_same_whatever_the_order_of_their_keys() -> None:
    assert same({"a": [1, None], "b": "x"}, {"b": "x", "a": [1, None]})


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([[1, 2, 2], [2, 1, 2]], True),
        ([[1, 1, 2], [1, 2, 2]], False),
        ([[1], [1, 1]], False),
        ([[1, 1], [1]], False),
        ([[1], [True]], False),
        ([[], []], True),
    ],
)
def test_arrays_of_the_same_items_are_permuted(
    values: list[list[Any]], expected: bool
) -> None:
    assert permuted(values) is expected


def test_a_path_is_shown_as_json_path() -> None:
    assert show(("text", "users", 0, "full name")) == "$.text.users[0]['full name']"
