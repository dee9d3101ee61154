"""How values are written down: all of them, reversibly where that is possible."""

import enum
import json
import math
from collections import UserDict
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asgilab.sessions import Event, Kind
from asgilab.sessions._codec import (
    DEEPEST,
    decode,
    dump,
    encode,
    event_line,
    plain_line,
)
from tests.sessions.samples import sample, sessions, values


@settings(deadline=None)
@given(values)
def test_what_is_encoded_is_json_and_comes_back(value: Any) -> None:
    assert decode(json.loads(json.dumps(encode(value), allow_nan=False))) == value


@settings(deadline=None)
@given(st.floats())
def test_every_float_comes_back(value: float) -> None:
    back = decode(json.loads(json.dumps(encode(value), allow_nan=False)))
    assert back == value or (math.isnan(back) and math.isnan(value))


class Colour(enum.StrEnum):
    RED = "red"


class Old(str, enum.Enum):  # noqa: UP042 the form that needs care
    RED = "red"


class Number(enum.IntEnum):
    ONE = 1


FORMS = [
    (b"\x00\xff", {"$bytes": "AP8="}),
    (bytearray(b"a"), {"$bytes": "YQ=="}),
    (memoryview(b"a"), {"$bytes": "YQ=="}),
    ((1, 2), [1, 2]),
    (float("inf"), {"$float": "inf"}),
    (float("nan"), {"$float": "nan"}),
    (Colour.RED, "red"),
    (Old.RED, "red"),
    (Number.ONE, 1),
    (True, True),
    ({"$bytes": 1}, {"$dict": {"$bytes": 1}}),
    ({"$bytes": 1, "a": 2}, {"$bytes": 1, "a": 2}),
    ({1: "a"}, {"1": "a"}),
    (UserDict(a=1), {"a": 1}),
    ({1, 2}, {"$repr": "{1, 2}"}),
    ("\ud800", "\ud800"),
]


@pytest.mark.parametrize(("value", "written"), FORMS, ids=count())
def test_each_kind_of_value_has_its_form(value: Any, written: Any) -> None:
    assert encode(value) == written


def test_an_object_of_the_users_becomes_a_short_text() -> None:
    class User:
        def __repr__(self) -> str:
            return "u" * 10_000

    assert encode(User()) == {"$repr": "u" * 200}
    assert decode(encode(User())) == "u" * 200


def test_an_object_that_cannot_be_shown_is_written_all_the_same() -> None:
    class Broken:
        def __repr__(self) -> str:
            msg = "no"
            raise RuntimeError(msg)

    text = {"$repr": "<Broken whose repr raised RuntimeError>"}
    assert encode({"user": Broken()}) == {"user": text}


def test_a_lazy_object_is_not_woken() -> None:
    class Lazy:
        @property  # type: ignore[misc]  # a property in place of the attribute is the case
        def __class__(self) -> Any:
            msg = "woken"
            raise AssertionError(msg)

        def __repr__(self) -> str:
            return "<Lazy>"

    assert encode(Lazy()) == {"$repr": "<Lazy>"}


def test_a_mapping_that_raises_becomes_a_text() -> None:
    class Broken(UserDict[str, int]):
        def items(self) -> Any:
            msg = "no"
            raise RuntimeError(msg)

        def __repr__(self) -> str:
            return "<Broken>"

    assert encode(Broken()) == {"$repr": "<Broken>"}


def test_a_circle_and_a_deep_value_are_cut() -> None:
    circle: dict[str, Any] = {}
    circle["again"] = circle
    deep: Any = "bottom"
    for _ in range(5000):
        deep = [deep]
    for value in (circle, deep):
        text = json.dumps(encode(value))
        assert "$repr" in text
        assert len(text) < 20 * DEEPEST


def test_a_number_that_could_not_be_read_back_becomes_a_text() -> None:
    written = encode(10**5000)
    assert set(written) == {"$repr"}
    assert encode(10**4000) == 10**4000


@pytest.mark.parametrize(
    "written",
    [
        {"$bytes": 5},
        {"$bytes": "not base64!"},
        {"$bytes": "é"},
        {"$float": []},
        {"$float": "much"},
    ],
)
def test_a_mark_that_lies_is_an_error(written: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        decode(written)


@pytest.mark.parametrize(
    "written", [{"$dict": 5}, {"$unknown": 1}, {"$bytes": "YQ==", "more": 1}]
)
def test_what_only_looks_like_a_mark_is_an_object(written: Any) -> None:
    assert decode(written) == written


@settings(deadline=None)
@given(sessions())
def test_each_event_is_one_line_and_plain_ascii(session: Any) -> None:
    lines = list(dump(session))
    assert len(lines) == len(session) + 1
    for line in lines:
        assert line.isascii()
        assert line.count("\n") == 1
        assert line.endswith("}\n")


def test_the_header_tells_what_the_file_is() -> None:
    header = json.loads(next(dump(sample())))
    assert header == {
        "format": "asgilab-session",
        "version": 1,
        "started": "2026-11-23T12:00:00+00:00",
        "application": "chat.asgi:application",
        "settings": "chat.settings",
        "app_dir": "project",
        "options": {"alice": {"user": "alice", "headers": [["x", {"$bytes": "eQ=="}]]}},
    }


@settings(deadline=None)
@given(
    st.floats(0, 1e9),
    st.text(),
    st.sampled_from(Kind),
    st.dictionaries(st.text(), values),
    st.none() | st.dictionaries(st.text(), values),
)
def test_the_quick_way_to_a_line_leads_to_the_same_line(
    at: float, name: str, kind: Kind, message: Any, options: Any
) -> None:
    line = event_line(Event(5, at, name, kind, message), options)
    assert plain_line(5, at, name, kind.value, message, options) == line
