"""One line for each event: short, safe, and never an exception of ours."""

from typing import Any

import pytest

from asgilab.rendering import (
    arrow,
    compact,
    exception_line,
    label,
    payload_text,
    place,
    preview,
    size,
)
from asgilab.sessions import Event, Kind, Source


def event(message: dict[str, Any], kind: Kind = Kind.SEND) -> Event:
    return Event(0, 0.0, "alice", kind, message)


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ({"type": "websocket.send", "text": '{"a": [1,  2]}'}, '{"a":[1,2]}'),
        ({"type": "websocket.send", "text": '{"a": "caf\\u00e9"}'}, '{"a":"café"}'),
        ({"type": "websocket.send", "text": "{a  b}\n c"}, "{a b} c"),
        ({"type": "websocket.send", "text": ""}, '""'),
        (
            {"type": "websocket.send", "text": None, "bytes": b"\x00\x01"},
            "bytes 2 B: 00 01",
        ),
        ({"type": "websocket.send"}, ""),
        ({"type": "websocket.close", "code": 4001, "reason": "bye"}, "4001 bye"),
        ({"type": "websocket.disconnect", "code": 1006, "reason": ""}, "1006"),
        ({"type": "websocket.accept", "subprotocol": None, "headers": []}, ""),
        (
            {
                "type": "websocket.accept",
                "subprotocol": "v1",
                "headers": [(b"a", b"b")],
            },
            "v1 1 header",
        ),
        (
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"Content-Type", b"text/html")],
            },
            "200 text/html",
        ),
        ({"type": "http.response.body", "body": b"hi"}, "hi"),
        (
            {"type": "http.request", "body": b"hi", "more_body": True},
            "hi (more follows)",
        ),
        ({"type": "http.response.body", "body": b"\xff\x00"}, "bytes 2 B: ff 00"),
        (
            {"type": "group_send", "group": "g", "n": {"b": b"x", "o": object()}},
            '{"group":"g","n":{"b":b\'x\',"o":<object>}}',
        ),
    ],
)
def test_the_payload_of_an_event_in_one_line(
    message: dict[str, Any], shown: str
) -> None:
    assert preview(event(message)) == shown


def test_a_scope_tells_what_was_asked_for() -> None:
    scope = {"type": "http", "method": "GET", "path": "/a/", "query_string": b"x=1"}
    assert preview(event(scope, Kind.OPEN)) == "http GET /a/?x=1"
    assert label(event(scope, Kind.OPEN)) == "open"


def test_an_end_tells_the_exception() -> None:
    text = "Traceback…\n  File 'x'\nchat.Denied: no entry\n"
    ended = event({"type": "raised", "exception": text}, Kind.END)
    assert preview(ended) == "chat.Denied: no entry"


def test_notes_below_an_exception_are_not_taken_for_it() -> None:
    text = "Traceback…\n  line\nValueError: bad\nlast events were these\n"
    assert exception_line(text) == "ValueError: bad"


def test_logs_and_queries_tell_their_text() -> None:
    log = {"type": "log", "level": "INFO", "logger": "chat", "message": "hello"}
    assert preview(event(log, Kind.LOG)) == "INFO chat hello"
    log = {"type": "log", "level": "INFO", "logger": "chat", "text": "hello"}
    assert preview(event(log, Kind.LOG)) == "INFO chat hello"
    assert preview(event({"type": "sql", "sql": "SELECT 1"}, Kind.SQL)) == "SELECT 1"


def test_the_channel_layer_tells_group_and_message() -> None:
    given = {"type": "chat.tell", "text": "hi"}
    send = {"type": "layer.group_send", "target": "lobby", "given": given}
    add = {"type": "layer.group_add", "target": "lobby", "given": "specific.a!b"}
    receive = {"type": "layer.receive", "target": "specific.a!b", "given": given}
    assert [
        preview(event(message, Kind.LAYER)) for message in (send, add, receive)
    ] == [
        'lobby {"type":"chat.tell","text":"hi"}',
        "lobby specific.a!b",
        '{"type":"chat.tell","text":"hi"} specific.a!b',
    ]


def test_a_long_payload_is_cut() -> None:
    long = preview(event({"type": "websocket.send", "text": "x" * 1000}))
    assert len(long) == 200
    assert long.endswith("…")


def test_only_the_head_of_a_huge_payload_is_looked_at() -> None:
    text = payload_text(event({"type": "x", "list": [{"n": 1}] * 1_000_000}), 1000)
    assert len(text) < 1100


def test_a_terminal_escape_in_a_payload_is_spelled_out() -> None:
    assert preview(event({"type": "websocket.send", "text": "\x1b[2J"})) == "␛[2J"


@pytest.mark.parametrize(
    "message",
    [
        {"type": "http.response.start", "status": "x", "headers": 5},
        {"type": "http.response.start", "headers": [1, (b"a",), ("a", "b")]},
        {"type": "websocket.close", "code": object(), "reason": b"\xff"},
        {"type": "websocket.send", "text": 5, "bytes": "no bytes"},
        {"type": "http.request", "body": "text"},
        {"type": 7, 5: {None: [set()]}},
    ],
)
def test_a_message_of_the_wrong_shape_is_shown_all_the_same(
    message: dict[str, Any],
) -> None:
    for kind in Kind:
        assert isinstance(preview(event(message, kind)), str)


def test_a_payload_nested_too_deep_is_cut_and_does_not_overflow() -> None:
    nested: list[Any] = []
    for _ in range(10_000):
        nested = [nested]
    assert "…" in preview(event({"type": "x", "value": nested}))
    assert compact("[" * 1500).startswith("[[[")


def test_a_source_line_in_short() -> None:
    assert place(Source("/srv/chat/consumers.py", 41, "f")) == "consumers.py:41"
    assert place(Source("C:\\chat\\consumers.py", 41, "f")) == "consumers.py:41"
    assert place(Source("/cells/ipykernel_12/345.py", 3, "f")) == "cell:3"
    assert place(None) == ""


def test_sizes_have_units() -> None:
    assert [size(n) for n in (12, 1234, 5_600_000, 7_000_000_000)] == [
        "12 B",
        "1.2 kB",
        "5.6 MB",
        "7.0 GB",
    ]


def test_the_arrow_points_from_the_client_to_the_application_and_back() -> None:
    assert (arrow(Kind.RECEIVE), arrow(Kind.SEND)) == ("→", "←")
