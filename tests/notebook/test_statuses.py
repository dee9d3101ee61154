"""How far a connection has come, read off its events."""

from typing import Any

import pytest

from asgilab.notebook._statuses import Statuses
from asgilab.sessions import Kind, Session

WEBSOCKET = (Kind.OPEN, {"type": "websocket", "path": "/ws/"})
HTTP = (Kind.OPEN, {"type": "http", "path": "/x/"})
CONNECT = (Kind.RECEIVE, {"type": "websocket.connect"})
ACCEPT = (Kind.SEND, {"type": "websocket.accept"})
CLOSE = (Kind.SEND, {"type": "websocket.close", "code": 4001})
DENY = (Kind.SEND, {"type": "websocket.http.response.start", "status": 401})
LEAVE = (Kind.RECEIVE, {"type": "websocket.disconnect", "code": 1001})
RESPOND = (Kind.SEND, {"type": "http.response.start", "status": 200})
RETURN = (Kind.END, {"type": "returned", "exception": None})
RAISE = (
    Kind.END,
    {"type": "raised", "exception": "Traceback:\n  x\nValueError: \x1b[2Jno"},
)
UNKNOWN = (Kind.END, {"type": "unsupported", "exception": "ValueError: no"})
LOG = (Kind.LOG, {"type": "log", "text": "x"})


@pytest.mark.parametrize(
    ("events", "expected", "ended"),
    [
        ([WEBSOCKET, CONNECT], "connecting", False),
        ([WEBSOCKET, CONNECT, ACCEPT, LOG], "open", False),
        ([WEBSOCKET, CONNECT, CLOSE], "rejected (4001)", False),
        ([WEBSOCKET, CONNECT, CLOSE, RETURN], "rejected (4001)", True),
        ([WEBSOCKET, CONNECT, ACCEPT, CLOSE], "closed (4001)", False),
        ([WEBSOCKET, CONNECT, DENY, RETURN], "denied (401)", True),
        ([WEBSOCKET, ACCEPT, LEAVE, RETURN], "disconnected (1001)", True),
        ([WEBSOCKET, CONNECT, RETURN], "returned", True),
        ([WEBSOCKET, ACCEPT, RAISE], "raised (ValueError: ␛[2Jno)", True),
        ([(Kind.OPEN, {"type": "lifespan"}), UNKNOWN], "unsupported", True),
        ([HTTP], "open", False),
        ([HTTP, RESPOND], "open (200)", False),
        ([HTTP, RESPOND, RETURN], "answered (200)", True),
        ([HTTP, RESPOND, RAISE], "raised (ValueError: ␛[2Jno)", True),
        ([HTTP, RETURN], "returned", True),
        ([], "connecting", False),
    ],
)
def test_a_connection_has_come_as_far_as_its_events_say(
    events: list[tuple[Kind, dict[str, Any]]], expected: str, ended: bool
) -> None:
    session = Session()
    for kind, message in events:
        session.record(0, "bob", kind, message)
    status = Statuses(session).of("bob")
    assert (str(status), status.ended) == (expected, ended)
    assert status.events == len(events)


@pytest.mark.parametrize("note", ["dropped", "refused by WS-30", "lost: the client"])
def test_what_never_reached_the_client_does_not_count(note: str) -> None:
    session = Session()
    session.record(0, "bob", *WEBSOCKET)
    session.record(0, "bob", *ACCEPT)
    session.record(0, "bob", *CLOSE, None, None, note)
    assert str(Statuses(session).of("bob")) == "open"


def test_only_new_events_are_read() -> None:
    session = Session()
    statuses = Statuses(session)
    session.record(0, "bob", *WEBSOCKET)
    assert str(statuses.of("bob")) == "connecting"
    session.record(0, "bob", *ACCEPT)
    session.record(0, "page", *HTTP)
    assert statuses.of("bob").events == 2
    assert {name: str(status) for name, status in statuses.all().items()} == {
        "bob": "open",
        "page": "open",
    }
