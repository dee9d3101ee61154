"""Two sessions side by side, as a cell shows them."""

from asgilab.notebook._compares import Compares
from asgilab.replay import diff
from asgilab.sessions import Kind, Session


def session(text: str) -> Session:
    made = Session()
    made.record(0.0, "bob", Kind.OPEN, {"type": "websocket", "path": "/"})
    made.record(0.1, "bob", Kind.RECEIVE, {"type": "websocket.connect"})
    made.record(0.2, "bob", Kind.SEND, {"type": "websocket.send", "text": text})
    return made


def test_what_differs_is_told_line_by_line_and_is_false() -> None:
    right = session("b\x1b[2J")
    found = Compares("a and b", tuple(diff(session("a"), right)), right)
    assert not found
    assert found.tone == "bad"
    assert repr(found).startswith("a and b: 1 difference.\n")
    assert "\x1b" not in repr(found)


def test_what_does_not_differ_is_true_and_tells_what_was_not_counted() -> None:
    found = Compares("a replay", (), session("a"), 2)
    assert found
    assert repr(found).splitlines() == [
        "a replay: no difference.",
        "  not counted: 2 values that change in every replay",
    ]
