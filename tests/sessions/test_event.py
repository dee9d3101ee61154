"""One thing that happened, as a value."""

import dataclasses

import pytest

from asgilab.sessions import Event, Kind, Source


def test_an_event_cannot_be_changed() -> None:
    event = Event(0, 0.0, "alice", Kind.SEND, {"type": "websocket.accept"})
    with pytest.raises(dataclasses.FrozenInstanceError):
        event.at = 1.0  # type: ignore[misc]  # that it cannot be set is the case


def test_its_type_is_that_of_the_message_as_text() -> None:
    assert Event(0, 0.0, "a", Kind.SEND, {"type": "websocket.accept"}).type == (
        "websocket.accept"
    )
    assert Event(0, 0.0, "a", Kind.SEND, {}).type == ""
    assert Event(0, 0.0, "a", Kind.SEND, {"type": 7}).type == "7"


def test_a_source_reads_as_file_and_line() -> None:
    assert str(Source("chat/consumers.py", 12, "Chat.receive")) == (
        "chat/consumers.py:12"
    )


def test_equal_events_are_equal() -> None:
    first = Event(0, 0.0, "a", Kind.SEND, {"type": "x"}, Source("f", 1, "g"), 3, "n")
    assert first == dataclasses.replace(first)
    assert first != dataclasses.replace(first, note="")
