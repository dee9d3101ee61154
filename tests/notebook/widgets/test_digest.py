"""Lanes, columns and causes, kept up as a session grows."""

from asgilab.notebook.widgets._digest import Digest
from asgilab.sessions import Kind, Session

OPEN = {"type": "http"}


def digest_of(session: Session) -> Digest:
    digest = Digest(session)
    assert digest.catch_up(10.0)
    return digest


def test_connections_become_lanes_with_their_status(session: Session) -> None:
    lanes = digest_of(session).lanes
    told = {name: (lane.protocol, lane.status) for name, lane in lanes.items()}
    assert told == {
        "alice": ("websocket", "open"),
        "bob": ("websocket", "open"),
        "carol": ("websocket", "raised"),
    }
    assert (lanes["carol"].first, lanes["carol"].last) == (2, 7)


def test_a_column_is_used_again_once_its_connection_has_ended() -> None:
    made = Session()
    made.record(0, "a", Kind.OPEN, OPEN)
    made.record(0, "b", Kind.OPEN, OPEN)
    made.record(0, "a", Kind.END, {"type": "returned"})
    made.record(0, "c", Kind.OPEN, OPEN)
    made.record(0, "d", Kind.OPEN, OPEN)
    lanes = digest_of(made).lanes
    assert [lane.column for lane in lanes.values()] == [0, 1, 0, 2]
    assert [lane.order for lane in lanes.values()] == [0, 1, 2, 3]


def test_an_event_knows_what_it_led_to(session: Session) -> None:
    assert digest_of(session).effects == {3: [4, 5]}


def test_reading_stops_when_the_time_is_up_and_goes_on_later() -> None:
    made = Session()
    for _ in range(5000):
        made.record(0, "a", Kind.SEND, {"type": "x"})
    digest = Digest(made)
    assert not digest.catch_up(0.0)
    assert 0 < digest.read < 5000
    assert digest.catch_up(10.0)
    assert digest.read == 5000


def test_a_connection_whose_opening_was_not_recorded_has_a_lane_too() -> None:
    made = Session()
    made.record(0, "a", Kind.SEND, {"type": "x"})
    assert digest_of(made).lanes["a"].status == "open"
