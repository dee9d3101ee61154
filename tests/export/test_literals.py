"""Literals are the recorded values again, laid out as a formatter would."""

import ast
import math
import re
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgilab.export._literals import (
    WIDTH,
    layout,
    literal,
    quoted_part,
    raw_literal,
    text_literal,
)
from asgilab.export._nodes import Call, Code

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary()
)
PAYLOADS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(), inner)
        | st.tuples(inner)
        | st.tuples(inner, inner)
    ),
    max_leaves=20,
)


@given(PAYLOADS)
def test_a_literal_is_the_value_again(value: Any) -> None:
    assert ast.literal_eval(literal(value)) == value


@given(PAYLOADS, st.sampled_from(["", "    ", "        "]))
def test_broken_lines_are_the_same_value(value: Any, indent: str) -> None:
    lines = layout("value = ", value, indent=indent)
    assert all(line.startswith(indent) for line in lines)
    source = "\n".join(line[len(indent) :] for line in lines)
    (statement,) = ast.parse(source).body
    assert isinstance(statement, ast.Assign)
    assert ast.literal_eval(statement.value) == value


@given(st.text())
def test_a_raw_literal_is_the_pattern_again(pattern: str) -> None:
    assert ast.literal_eval(raw_literal(pattern)) == pattern
    escaped = re.escape(pattern)
    assert ast.literal_eval(raw_literal(escaped)) == escaped


@given(st.text())
def test_a_text_inside_an_f_string_is_the_text_again(text: str) -> None:
    source = f'f"{quoted_part(text)}{{value}}"'
    assert eval(source, {"value": "!"}) == f"{text}!"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", '"plain"'),
        ("it's", '"it\'s"'),
        ('it\'s "it"', "'it\\'s \"it\"'"),
        ("one \" and '", '"one \\" and \'"'),
        ('say "hi"', "'say \"hi\"'"),
        ("line\nbreak", '"line\\nbreak"'),
        ("\u202eevil", '"\\u202eevil"'),
        ("\ud800", '"\\ud800"'),
    ],
)
def test_texts_are_quoted_as_a_formatter_would(text: str, expected: str) -> None:
    assert text_literal(text) == expected


def test_a_value_without_a_literal_is_refused() -> None:
    with pytest.raises(TypeError, match="object has no literal"):
        literal({"a": object()})


def test_what_fits_stays_on_one_line() -> None:
    value = {"id": Code("IsUUID(4)"), "n": [1, 2]}
    assert layout("assert message == ", value) == [
        'assert message == {"id": IsUUID(4), "n": [1, 2]}'
    ]


def test_what_does_not_fit_gets_a_line_for_each_item() -> None:
    value = {"id": Code("IsUUID(4)"), "text": "x" * 40, "more": "y" * 30}
    assert layout("assert message == ", value, indent="    ") == [
        "    assert message == {",
        '        "id": IsUUID(4),',
        f'        "text": "{"x" * 40}",',
        f'        "more": "{"y" * 30}",',
        "    }",
    ]


def test_the_arguments_of_a_call_move_to_a_line_of_their_own_first() -> None:
    call = Call("alice.send_json_to", (("", {"message": "x" * 50}),))
    assert layout("await ", call, indent=" " * 8) == [
        "        await alice.send_json_to(",
        f'            {{"message": "{"x" * 50}"}}',
        "        )",
    ]


def test_then_each_argument_gets_a_line() -> None:
    arguments = (("", Code("application")), ("", "/ws/" + "x" * 60), ("user", "a" * 20))
    assert layout("alice = ", Call("Communicator", arguments)) == [
        "alice = Communicator(",
        "    application,",
        f'    "/ws/{"x" * 60}",',
        f'    user="{"a" * 20}",',
        ")",
    ]


@pytest.mark.parametrize(
    ("head", "value"),
    [
        ("assert message == ", {"a": "x" * 50, "b": ["y" * 40, {"c": "z" * 60}]}),
        ("await ", Call("alice.send_json_to", (("", {"a": "x" * 90, "b": 1}),))),
        ("await ", Call("alice.send_to", (("bytes_data", b"\0" * 40),))),
        ("x = ", Call("IsList", (("", {"a": "x" * 70}), ("check_order", False)))),
        ("x = ", Call("f", (("", "x" * 40), ("", "y" * 40), ("", {"z": 1})))),
        ("x = ", [(b"cookie", Code("alice_cookie")), (b"origin", b"x" * 60)]),
        ("x = ", {"empty": {}, "list": [], "tuple": (1,), "text": "x" * 70}),
        ("x = ", "both \" and ' quotes"),
    ],
)
def test_ruff_has_nothing_to_change(head: str, value: Any) -> None:
    source = "\n".join(layout(head, value)) + "\n"
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "-"],
        input=source,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == source


def test_the_width_is_that_of_ruff_and_black() -> None:
    longest = "x" * (WIDTH - len('text = ""'))
    assert layout("text = ", [longest[:-2]]) == [f'text = ["{longest[:-2]}"]']
    assert len(layout("text = ", [longest])) == 3


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_an_infinite_number_is_written_as_a_call(value: float) -> None:
    assert eval(literal(value)) == value
