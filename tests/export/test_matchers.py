"""Matchers fit what was seen, and are the narrowest there are."""

import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import dirty_equals
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from asgilab.export._literals import literal
from asgilab.export._matchers import matcher_for
from asgilab.replay import same

NOON = datetime(2026, 11, 23, 12, 0, 0, 250_000, tzinfo=UTC)
MOMENTS = tuple(NOON + timedelta(days=day) for day in range(3))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=6,
)


def source(*values: Any, moments: tuple[datetime, ...] = ()) -> str:
    return literal(matcher_for(values, moments))


def built(text: str) -> Any:
    return eval(
        text, {name: getattr(dirty_equals, name) for name in dirty_equals.__all__}
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((str(uuid.uuid4()), str(uuid.uuid4())), "IsUUID(4)"),
        ((uuid.uuid4().hex, uuid.uuid4().hex), "IsUUID(4)"),
        ((str(uuid.uuid1()), str(uuid.uuid1())), "IsUUID(1)"),
        ((str(uuid.uuid1()), str(uuid.uuid4())), "IsUUID()"),
        (
            ("2026-01-01T10:00:00Z", "2026-01-02T10:00:00Z"),
            "IsDatetime(iso_string=True)",
        ),
        (("2026-01-01", "2026-01-02"), "IsDate(iso_string=True)"),
        (("2026-13-01", "2026-14-01"), r'IsStr(regex=r"2026-\d{2}-01")'),
        (("a1", "b2"), 'IsStr(regex="[0-9a-f]{2}")'),
        ((1, 7), "IsPositiveInt()"),
        ((0, 7), "IsInt(ge=0)"),
        ((-3, -7), "IsNegativeInt()"),
        ((-3, 7), "IsInt()"),
        ((0.5, 7.25), "IsPositiveFloat()"),
        ((0.0, 7.25), "IsFloat(ge=0)"),
        ((-0.5, -7.25), "IsNegativeFloat()"),
        ((-0.5, 7.25), "IsFloat()"),
        ((10**300, 5), "IsPositiveInt()"),
        ((True, False), "IsOneOf(False, True)"),
        ((None, 5), "IsOneOf(None, 5)"),
        ((None, 5, 6), "IsOneOf(None, IsPositiveInt())"),
        (([1, 2], [2, 1]), "IsList(1, 2, check_order=False)"),
        (([1], [1, 2]), "IsList(length=(1, ...))"),
        (({"a": 1, "b": 2}, {"a": 1, "c": 3}), 'IsPartialDict({"a": 1})'),
        (({"x": 1}, {"y": 1}), "IsInstance(dict) & HasLen(1)"),
        (({"x": 1}, {}), "IsInstance(dict)"),
        ((b"id=12", b"id=13"), r'IsBytes(regex=rb"id=\d{2}")'),
        ((b"\xff\x00", b"\xfe"), "IsBytes(min_length=1, max_length=2)"),
    ],
)
def test_the_matcher_is_the_narrowest_that_dirty_equals_has(
    values: tuple[Any, ...], expected: str
) -> None:
    assert source(*values) == expected
    assert all(value == built(expected) for value in values)


@given(st.lists(JSON, min_size=2, max_size=3))
def test_whatever_was_seen_is_matched(values: list[Any]) -> None:
    if all(same(values[0], value) for value in values):
        return
    matcher = built(source(*values))
    assert all(value == matcher for value in values)


def test_a_time_that_was_now_each_time_is_now() -> None:
    values = tuple(moment.isoformat() for moment in MOMENTS)
    assert source(*values, moments=MOMENTS) == 'IsNow(iso_string=True, tz="UTC")'
    assert datetime.now(UTC).isoformat() == built(source(*values, moments=MOMENTS))


def test_a_time_that_was_not_now_each_time_is_any_time() -> None:
    values = [moment.isoformat() for moment in MOMENTS]
    values[1] = (MOMENTS[1] + timedelta(minutes=1)).isoformat()
    assert source(*values, moments=MOMENTS) == "IsDatetime(iso_string=True)"


def test_seconds_of_the_epoch_that_were_now_are_now() -> None:
    values = tuple(moment.timestamp() for moment in MOMENTS)
    assert source(*values, moments=MOMENTS) == "IsNow(unix_number=True)"
    assert source(*map(int, values), moments=MOMENTS) == "IsNow(unix_number=True)"
    assert time.time() == built("IsNow(unix_number=True)")


def test_a_time_in_another_zone_is_not_taken_for_the_zone_of_the_machine() -> None:
    zone = UTC.__class__(timedelta(hours=2))
    values = tuple(moment.astimezone(zone).isoformat() for moment in MOMENTS)
    assert source(*values, moments=MOMENTS) == "IsDatetime(iso_string=True)"


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", "IsDatetime(iso_string=True)"),
        ("Asia/Tokyo", "IsNow(iso_string=True)"),
    ],
)
def test_local_time_is_now_only_where_it_differs_from_utc(
    zone: str, expected: str
) -> None:
    from zoneinfo import ZoneInfo

    with time_machine.travel(NOON.astimezone(ZoneInfo(zone)), tick=False):
        values = tuple(
            moment.astimezone().replace(tzinfo=None).isoformat() for moment in MOMENTS
        )
        assert source(*values, moments=MOMENTS) == expected


def test_a_matcher_says_what_it_needs_imported() -> None:
    needs = matcher_for([{"x": 1}, {"y": 1}]).needs
    assert needs == (("dirty_equals", "HasLen"), ("dirty_equals", "IsInstance"))
