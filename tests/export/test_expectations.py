"""What the application sent, as assertions."""

from typing import Any

import pytest

from asgilab.export._expectations import importable
from asgilab.export._statements import (
    ExpectBytes,
    ExpectClose,
    ExpectEvent,
    ExpectJson,
    ExpectRaised,
    ExpectText,
    ExpectUnordered,
    Statement,
)
from tests.export.scripts import script_of
from tests.replay.recording import TRACEBACK, Recording


def answers(*events: dict[str, Any]) -> tuple[Statement, ...]:
    """Return what is asserted of events that follow a message."""

    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.says("alice", {"do": "it"})
        for event in events:
            r.sends("alice", event)

    return script_of(talk).paragraphs[1][1:]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"text": '{"a": 1}'}, ExpectJson("alice", {"a": 1})),
        ({"text": "5"}, ExpectText("alice", "5")),
        ({"text": "", "bytes": None}, ExpectText("alice", "")),
        ({"text": None, "bytes": b""}, ExpectBytes("alice", b"")),
        (
            {"text": None},
            ExpectEvent("alice", {"type": "websocket.send", "text": None}),
        ),
    ],
)
def test_a_frame_is_asserted_as_what_it_holds(
    event: dict[str, Any], expected: Statement
) -> None:
    assert answers({"type": "websocket.send", **event}) == (expected,)


def test_a_close_is_asserted_with_code_and_reason() -> None:
    event = {"type": "websocket.close", "code": 4001, "reason": "bye"}
    assert answers(event) == (ExpectClose("alice", event, 4001, "bye"),)
    bare = {"type": "websocket.close"}
    assert answers(bare) == (ExpectClose("alice", bare, 1000, ""),)


def test_any_other_event_is_asserted_as_it_is() -> None:
    event = {"type": "websocket.ping", "n": 1}
    assert answers(event)[0] == ExpectEvent("alice", event)


def test_frames_whose_order_changes_are_asserted_in_any_order() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.opens("bob")
        r.says("alice", {"do": "it"})
        frames = [{"kind": "a", "x": 1}, {"kind": "b", "y": 2}]
        for frame in reversed(frames) if run else frames:
            r.hears("alice", frame)
        r.hears("bob", {"kind": "a"})

    assert script_of(talk).paragraphs[2][1:] == (
        ExpectUnordered("alice", ({"kind": "a", "x": 1}, {"kind": "b", "y": 2})),
        ExpectJson("bob", {"kind": "a"}),
    )


def test_an_exception_is_expected_by_type_and_text() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.says("alice", {"do": "it"})
        r.fails("alice", TRACEBACK)

    assert script_of(talk).paragraphs[1][1] == ExpectRaised(
        "alice", "ZeroDivisionError", "division by zero", "receive_from()"
    )


def test_a_text_that_changes_each_time_is_not_expected() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.says("alice", {"do": "it"})
        r.fails("alice", TRACEBACK.replace("by zero", f"at 0x{run}"))

    expected = script_of(talk).paragraphs[1][1]
    assert isinstance(expected, ExpectRaised)
    assert expected.match == ""


@pytest.mark.parametrize(
    ("exception", "expected"),
    [
        ("ZeroDivisionError", "ZeroDivisionError"),
        ("json.decoder.JSONDecodeError", "json.decoder.JSONDecodeError"),
        ("json.decoder.Gone", "Exception"),
        ("not.loaded.Yet", "not.loaded.Yet"),
        ("chat.rooms.enter.<locals>.Full", "Exception"),
        ("print", "Exception"),
        ("Unknown", "Exception"),
        ("__import__('os')", "Exception"),
        ("", "Exception"),
    ],
)
def test_only_an_exception_that_can_be_imported_is_named(
    exception: str, expected: str
) -> None:
    assert importable(exception) == expected
