"""JSON is compared with its types."""

from typing import Any

import pytest
from dirty_equals import IsUUID

from asgilab.testing import Exactly


@pytest.mark.parametrize(
    "value", [True, 1, 1.0, 0, "a", None, [], {}, {"a": [1, {"b": False}]}]
)
def test_a_value_is_exactly_itself(value: Any) -> None:
    assert value == Exactly(value)
    assert Exactly(value) == value


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (1, True),
        (True, 1),
        (0, False),
        (1.0, 1),
        (1, 1.0),
        ({"a": 1}, {"a": True}),
        ({"a": [0]}, {"a": [False]}),
        ({"a": 1, "b": 2}, {"a": 1}),
        ([1], [1, 2]),
        ("a", ["a"]),
        (None, {}),
    ],
)
def test_what_python_takes_for_equal_is_told_apart(found: Any, expected: Any) -> None:
    assert found != Exactly(expected)


def test_matchers_may_stand_in_it() -> None:
    found = {"id": "6f0c14b2-7d7b-4c5e-9f8a-0d1f6a4f3b21", "ok": True}
    assert found == Exactly({"id": IsUUID(4), "ok": True})
    assert {**found, "id": "x"} != Exactly({"id": IsUUID(4), "ok": True})


def test_it_is_shown_as_it_was_written() -> None:
    assert repr(Exactly({"ok": True})) == "Exactly({'ok': True})"
