"""Hits are found little by little, and each is told once."""

from asgilab.notebook.widgets._filtering import parse
from asgilab.notebook.widgets._matches import Matches
from asgilab.sessions import Kind, Session


def test_everything_is_told_and_then_only_what_is_new(session: Session) -> None:
    matches = Matches(session)
    matches.restart("bob", parse("bob"))
    assert matches.scan(10.0)
    told = matches.everything()
    assert (told["hits"], told["scanned"], told["active"]) == ([1, 5, 6], 8, True)
    assert matches.news() is None

    session.record(1, "bob", Kind.SEND, {"type": "x"})
    session.record(1, "alice", Kind.SEND, {"type": "x"})
    assert matches.scan(10.0)
    assert matches.news() == {"hits": [8], "scanned": 10}
    assert matches.news() is None


def test_a_scan_stops_when_the_time_is_up_and_goes_on_later(session: Session) -> None:
    for _ in range(2000):
        session.record(1, "bob", Kind.SEND, {"type": "x"})
    matches = Matches(session)
    matches.restart("bob", parse("bob"))
    assert not matches.scan(0.0)
    assert matches.scan(10.0)
    assert len(matches.everything()["hits"]) == 2003


def test_without_a_filter_there_is_nothing_to_scan(session: Session) -> None:
    matches = Matches(session)
    assert matches.scan(0.0)
    assert matches.news() is None
    assert not matches.everything()["active"]


def test_another_filter_begins_anew(session: Session) -> None:
    matches = Matches(session)
    matches.restart("bob", parse("bob"))
    matches.scan(10.0)
    matches.restart("", None)
    assert matches.everything()["hits"] == []


def test_a_filter_finds_what_is_shown_and_no_secret(session: Session) -> None:
    message = {"type": "websocket.send", "text": '{"token": "t0ps3cret"}'}
    session.record(1, "bob", Kind.SEND, message)

    def hits(text: str) -> int:
        matches = Matches(session)
        matches.restart(text, parse(text))
        assert matches.scan(10.0)
        return len(matches.everything()["hits"])

    assert hits("t0ps3cret") == 0
    assert hits("[redacted]") == 1
    session.redact = None
    assert hits("t0ps3cret") == 1
