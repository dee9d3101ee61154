"""Rows, details and stops as the browser gets them."""

import json
import math
from pathlib import Path

from asgilab.engine import FrameText
from asgilab.notebook.widgets._rows import KINDS, brief, detail, dumps, rows, stop_row
from asgilab.sessions import Event, Kind, Session, Source


def test_a_run_of_rows_is_complete_in_itself(session: Session) -> None:
    run = rows(session, 3, 2)
    words, first = run["words"], run["rows"][0]
    at, connection, kind, type_, preview, place, cause, note = first
    assert run["first"] == 3
    assert (at, preview, cause) == (0.1, '{"message":"hi"}', -1)
    assert KINDS[kind] is Kind.RECEIVE
    told = [words[number] for number in (connection, type_, place, note)]
    assert told == ["alice", "websocket.receive", "consumers.py:41", ""]
    assert run["rows"][1][6] == 3  # the log's cause


def test_rows_beyond_the_end_are_left_out(session: Session) -> None:
    assert len(rows(session, 6, 100)["rows"]) == 2
    assert rows(session, 100, 5)["rows"] == []


def test_hostile_text_is_spelled_out_and_any_text_can_be_sent() -> None:
    made = Session()
    made.record(math.nan, "\x1b", Kind.SEND, {"type": "\u202e", "text": "\ud800"})
    written = json.loads(dumps(rows(made, 0, 1)), parse_constant=lambda name: 1 / 0)
    assert written["words"][:2] == ["␛", "\\u202e"]


def test_a_detail_has_the_frame_the_source_and_the_exception(session: Session) -> None:
    shown, frame = detail(session[3], live=False)
    assert frame.form == "json"
    assert shown["source"]["line"] == 41
    assert shown["message"]["type"] == "websocket.receive"
    raised, _ = detail(session[7], live=False)
    assert raised["exception"] == "Traceback…\nValueError: bad\n"
    assert "exception" not in raised["message"]


def test_code_is_read_only_for_what_was_recorded_here(tmp_path: Path) -> None:
    secret = tmp_path / "secret.py"
    secret.write_text("one\ntwo\nthree\n", "utf-8")
    event = Event(0, 0.0, "a", Kind.SEND, {"type": "x"}, Source(str(secret), 2, "f"))
    assert detail(event, live=False)[0]["source"]["code"] == []
    live = detail(event, live=True)[0]["source"]["code"]
    assert live == [[1, "one"], [2, "two"], [3, "three"]]


def test_a_link_to_an_event_is_short(session: Session) -> None:
    assert brief(session[4]) == {
        "index": 4,
        "at": 0.2,
        "connection": "alice",
        "kind": "log",
        "type": "log",
        "preview": "INFO alice says hi",
    }


def test_a_stop_is_read_from_the_engines_object_and_from_a_dict() -> None:
    source = Source("/srv/none.py", 7, "C.receive")
    frame = FrameText(source, {"content": "'hi'"}, {"room": "'lobby'"})
    message = {"type": "websocket.send", "text": "hi"}
    values = {
        "id": 1,
        "connection": "bob",
        "direction": "send",
        "message": message,
        "frames": [frame],
        "at": 0.0,
    }
    attributes = type("Held", (), values)
    assert stop_row(values) == stop_row(attributes)
    row = stop_row(values)
    assert (row["connection"], row["type"], row["preview"]) == (
        "bob",
        "websocket.send",
        "hi",
    )
    assert row["frames"][0]["locals"] == [["content", "'hi'"]]
    assert row["frames"][0]["attributes"] == [["room", "'lobby'"]]
    assert row["frames"][0]["source"]["place"] == "none.py:7"


def test_a_stop_where_no_line_of_the_user_waits_has_no_frame() -> None:
    row = stop_row({"id": 1, "connection": "bob", "direction": "receive", "frames": ()})
    assert row["frames"] == []


def test_rows_hold_no_secret() -> None:
    session = Session()
    session.record(0.0, "a", Kind.SEND, {"type": "x", "text": '{"token": "s3cret"}'})
    assert b"s3cret" not in dumps(rows(session, 0, 1))
    session.redact = None
    assert b"s3cret" in dumps(rows(session, 0, 1))


def test_a_stop_shows_no_secret_unless_it_is_to() -> None:
    message = {"type": "websocket.send", "text": '{"token": "t0ps3cret"}'}
    stop = {"id": 1, "connection": "bob", "direction": "send", "message": message}
    assert stop_row(stop)["preview"] == '{"token":"[redacted]"}'
    assert stop_row(stop, None)["preview"] == '{"token":"t0ps3cret"}'
