"""What a payload means, and the frame that carries it."""

import datetime
from typing import Any

import pytest

from asgilab.errors import PayloadError
from asgilab.notebook._payloads import Frame, body, decode, evaluate, frame


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": true, "b": null}', {"a": True, "b": None}),
        ('  "hi"  ', "hi"),
        ("[1, 2.5]", [1, 2.5]),
        ("5", 5),
        ('{"text": "a # b; %x {y}"}', {"text": "a # b; %x {y}"}),
        ('""', ""),
    ],
)
def test_json_is_read_as_json(text: str, value: Any) -> None:
    assert evaluate(text, {}) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{'a': n + 1}", {"a": 2}),
        ("{'a': true, 'b': None}", {"a": True, "b": None}),
        ("b'\\x00'", b"\0"),
        ("[m for m in range(n)]", [0]),
        ("[n for m in 'ab']  # twice", [1, 1]),
        ("name", "alice"),
        ('{\n  "user": name,\n}', {"user": "alice"}),
    ],
)
def test_what_is_no_json_is_an_expression_of_the_variables(
    text: str, value: Any
) -> None:
    assert evaluate(text, {"n": 1, "name": "alice"}) == value


def test_a_variable_may_hide_the_words_of_json() -> None:
    assert evaluate("[true]", {}) == [True]
    assert evaluate("[null, 'x'.upper()]", {"null": 0}) == [0, "X"]


@pytest.mark.parametrize(
    ("text", "json_reason", "python_reason"),
    [
        ('{"a": }', "expecting value at column 7", "it is no expression"),
        ("hello", "expecting value at column 1", "NameError: name 'hello'"),
        ("1/0", "extra data at column 2", "ZeroDivisionError: division by zero"),
        ("NaN", "NaN is no JSON", "NameError"),
        ("a = 1", "expecting value at column 1", "it is no expression"),
    ],
)
def test_what_is_neither_is_refused_with_both_reasons(
    text: str, json_reason: str, python_reason: str
) -> None:
    with pytest.raises(PayloadError) as caught:
        evaluate(text, {})
    message = str(caught.value)
    assert f"as JSON, {json_reason}" in message
    assert f"as Python, {python_reason}" in message
    assert message.count("\n") == 0


def test_a_missing_payload_is_named() -> None:
    with pytest.raises(PayloadError, match="payload is missing"):
        evaluate("  ", {})


def test_a_long_payload_is_quoted_in_part() -> None:
    with pytest.raises(PayloadError) as caught:
        evaluate("x" * 5000, {})
    assert len(str(caught.value)) < 6000
    assert f"{'x' * 60}… cannot" in str(caught.value)


def test_deep_nesting_is_refused_in_words() -> None:
    with pytest.raises(PayloadError, match="as JSON"):
        evaluate("[" * 100_000, {})


def test_evaluating_leaves_the_variables_alone() -> None:
    variables = {"n": 1}
    evaluate("(m := n + 1)", variables)
    assert variables == {"n": 1}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", Frame("", None)),
        ("hi", Frame("hi", None)),
        (b"", Frame(None, b"")),
        (bytearray(b"x"), Frame(None, b"x")),
        (memoryview(b"x"), Frame(None, b"x")),
        ({"a": [1]}, Frame('{"a": [1]}', None)),
        (None, Frame("null", None)),
        (5, Frame("5", None)),
    ],
)
def test_a_value_becomes_a_frame(value: Any, expected: Frame) -> None:
    assert frame(value) == expected


@pytest.mark.parametrize(
    "value", [{1, 2}, {"at": datetime.date(2026, 1, 1)}, float("nan"), object()]
)
def test_what_json_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(PayloadError, match="Expected a str, bytes, or what JSON"):
        frame(value)


@pytest.mark.parametrize(
    ("text", "data", "value"),
    [
        ('{"a": 1}', None, {"a": 1}),
        ("[]", None, []),
        ("5", None, "5"),
        ("hi", None, "hi"),
        ("", None, ""),
        (None, b"\0", b"\0"),
        ('{"a": NaN}', None, '{"a": NaN}'),
        ("[" * 100_000, None, "[" * 100_000),
    ],
)
def test_a_frame_is_shown_as_its_value(
    text: str | None, data: bytes | None, value: Any
) -> None:
    assert decode(text, data) == value


def test_the_body_of_a_request_goes_as_it_was_typed() -> None:
    assert body(' {"a":  1}\n') == (b'{"a":  1}', "application/json")
    assert body("a=1&b=ž\n") == ("a=1&b=ž".encode(), "text/plain; charset=utf-8")
