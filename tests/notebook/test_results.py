"""What the magics return, and what it says of itself."""

from pathlib import Path

from asgilab.engine import FrameText, Quiet
from asgilab.export import Exported, Proof
from asgilab.notebook._cards import Table
from asgilab.notebook._results import (
    Connected,
    ExportCard,
    Note,
    Nothing,
    Overview,
    Ready,
    Refused,
    Sent,
    Stands,
    TextTimeline,
)
from asgilab.notebook._standing import Standing
from asgilab.notebook._statuses import Status
from asgilab.proof import PytestRun
from asgilab.sessions import Session, Source

QUIET = Quiet(certain=True, next_timer=None, threads=0, sockets=0)


def test_a_connection_tells_what_waits_to_be_read() -> None:
    assert repr(Connected("bob", "/ws/", None, 2, True)) == (
        "bob is connected to /ws/; 2 events unread."
    )


def test_a_refusal_is_false_and_everything_else_true() -> None:
    assert not Refused("bob", "/ws/", 4401, 403)
    assert bool(Connected("bob", "/ws/", None, 0, True))
    assert Nothing("bob", None, 0.1)


def test_silence_says_how_certain_it_is() -> None:
    assert repr(Nothing("bob", None, 0.1)) == "bob sent nothing within 0.1 s."
    assert not Nothing("bob", None, 0.1).certain
    uncertain = Quiet(False, None, 0, 1, ("1 socket",))
    assert not Nothing("bob", uncertain, 0.1).certain
    assert Nothing("bob", QUIET, 0.1).certain


def test_a_frame_that_got_no_answer_says_so() -> None:
    message = {"type": "websocket.receive", "text": "x"}
    assert repr(Sent("bob", message, {"bob": 0})) == (
        "bob → websocket.receive x\n  nothing came back"
    )


def test_a_frame_shows_no_secret_unless_it_is_to() -> None:
    message = {"type": "websocket.receive", "text": "token=t0ps3cret"}
    assert "t0ps3cret" not in repr(Sent("bob", message, {}))
    assert "t0ps3cret" in repr(Sent("bob", message, {}, redact=None))


def test_the_colour_follows_how_a_connection_stands() -> None:
    raised = Standing("bob", Status(word="raised", ended=True))
    paused = Standing("bob", Status(), paused=True)
    free = Standing("bob", Status(), quiet=QUIET)
    tones = [Stands(each).tone for each in (raised, paused, free)]
    assert tones == ["bad", "paused", "plain"]


def test_a_standing_connection_shows_its_frames_and_what_is_unread() -> None:
    frame = FrameText(Source("gone.py", 3, "f"), {"x": "1"})
    standing = Standing("bob", Status(), frames=(frame,), unread=2, quiet=QUIET)
    assert repr(Stands(standing, before="done")).splitlines()[1:] == [
        "  done",
        "  unread: 2 events",
        "  gone.py:3 in f",
        "        x = 1",
    ]


def test_an_application_shows_how_to_connect_to_it() -> None:
    assert "%asgi_connect PATH" in repr(Ready("a:b", None, ()))
    text = repr(Ready("a:b", "project.settings", ("/ws/<room>/",)))
    assert text == ("a:b is ready with project.settings.\n  %asgi_connect /ws/<room>/")


def test_an_export_shows_how_its_test_fared() -> None:
    def exported(run: PytestRun | None) -> ExportCard:
        path = Path("test_x.py")
        proof = None if run is None else Proof(run)
        return ExportCard(Exported(path, "x = '<b>'", "test_x", (), (), 2, proof))

    passed = exported(PytestRun("1 passed in 0.1s", {"passed": 1}))
    failed = exported(PytestRun("1 failed in 0.1s", {"failed": 1}, "E  no", 1))
    assert [each.tone for each in (passed, failed, exported(None))] == [
        "good",
        "bad",
        "plain",
    ]
    assert (
        passed.headline
        == "Exported to test_x.py: passes 1/1 · 0 volatile values matched."
    )
    assert failed.headline.startswith("The test in test_x.py does not pass: passes 0/1")
    assert "E  no" in repr(failed)
    assert "x = &#x27;&lt;b&gt;&#x27;" in passed._repr_html_()


def test_an_overview_is_a_sentence_and_a_table() -> None:
    overview = Overview("All:", Table(("a",), [("1",)]))
    assert repr(overview) == "All:\n  a\n  1"
    assert "<td" in overview._repr_html_()
    assert "<table" not in Overview("None.", Table((), []))._repr_html_()


def test_a_note_is_a_sentence_and_perhaps_more() -> None:
    assert repr(Note("Done.")) == "Done."
    assert repr(Note("Done.", ("more",))) == "Done.\n  more"


def test_a_timeline_as_text_fits_the_terminal() -> None:
    assert repr(TextTimeline(Session(), 40)) == "No events yet."
