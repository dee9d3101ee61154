"""What stands in the columns, whatever draws them."""

import math

from asgilab.rendering._lines import clock, duration, lines
from asgilab.sessions import Kind, Session


def test_each_event_is_a_line_with_its_lane(session: Session) -> None:
    shown = list(lines(session))
    assert [line.index for line in shown] == [0, 1, 2, 3, 4, 5]
    assert [line.lane for line in shown] == [0, 0, 0, 1, 1, 1]
    assert shown[1].place == "consumers.py:41"


def test_a_silence_is_marked_on_the_event_that_ends_it(session: Session) -> None:
    gaps = [line.gap for line in lines(session)]
    assert gaps[3] is not None
    assert math.isclose(gaps[3], 2.497)
    assert gaps[:3] + gaps[4:] == [None] * 5


def test_only_the_last_events_are_shown_and_keep_their_lane(session: Session) -> None:
    shown = list(lines(session, last=2))
    assert [(line.index, line.lane) for line in shown] == [(4, 1), (5, 1)]


def test_an_exception_carries_its_traceback_and_a_log_is_quiet(
    session: Session,
) -> None:
    shown = list(lines(session))
    assert shown[5].tone == "raised"
    assert shown[5].traceback.endswith("ZeroDivisionError: division by zero")
    assert shown[2].tone == "quiet"
    assert shown[4].traceback == ""


def test_times_are_written_like_a_clock() -> None:
    assert clock(0.0004) == "0.000"
    assert clock(12.3456) == "12.346"
    assert clock(62.5) == "1:02.500"
    assert clock(-1.5) == "-1.500"
    assert clock(59.9996) == "1:00.000"


def test_spans_of_time_have_units() -> None:
    texts = [duration(seconds) for seconds in (0.0123, 12.44, 200)]
    assert texts == ["12.3 ms", "12.4 s", "3 min 20 s"]


def test_a_time_that_is_no_number_breaks_nothing() -> None:
    made = Session()
    for at in (math.nan, math.inf, 1.0):
        made.record(at, "alice", Kind.SEND, {"type": "x"})
    assert [line.time for line in lines(made)] == ["?", "?", "1.000"]
