"""Events cross the pipe as they were, and frames come whole or not at all."""

import dataclasses
import io
import json
import math
from typing import Any
from uuid import UUID

import pytest

from asgilab.live._recording_frame import (
    HEAD,
    Frame,
    dumps,
    entries_of,
    framed,
    frames,
    packed,
    serialized,
)
from asgilab.live._scribe import Entry
from asgilab.sessions._codec import decode, encode

DEEP: list[Any] = []
for _ in range(3000):
    DEEP = [DEEP]


class Name(str):
    """A text of a class of its own, as Django marks those that are safe."""


@dataclasses.dataclass
class Point:
    x: int = 1


def crossed(text: Any, options: Any = None) -> Entry:
    """Return the entry at the other end."""
    message = {"type": "websocket.send", "text": text}
    row = (1.5, "ws1", "send", message, options)
    (frame,) = frames(io.BytesIO(framed(0, False, [packed([serialized(row)])])))
    _, _, (entry,) = entries_of(frame.content)
    assert entry[:3] == row[:3]
    return entry


@pytest.mark.parametrize(
    "value",
    ["text", "", b"bytes", None, True, 0, -(2**63), 2**64 - 1, 1.5, [1, [b"2"]], {}],
)
def test_what_an_event_may_hold_comes_as_it_was(value: Any) -> None:
    came = crossed(value).message["text"]
    assert came == value
    assert type(came) is type(value)


def test_pairs_come_as_lists_which_is_how_a_file_has_them() -> None:
    assert crossed([(b"a", b"b")]).message["text"] == [[b"a", b"b"]]


@pytest.mark.parametrize(
    "value",
    [Name("safe"), 10**30, "\ud800", 1j, object(), math.inf, {"$bytes": "x"}],
    ids=lambda value: type(value).__name__,
)
def test_what_messagepack_does_not_know_comes_as_a_file_has_it(value: Any) -> None:
    message = {"type": "websocket.send", "text": value}
    expected = encode(decode(encode(message)))
    assert encode(crossed(value).message) == expected


def test_lists_in_lists_come_as_deep_as_a_file_has_them() -> None:
    outer = json.dumps(encode({"text": DEEP}))[:100]
    assert json.dumps(encode({"text": crossed(DEEP).message["text"]}))[:100] == outer


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Point(), {"x": 1}),
        ({1}, [1]),
        (bytearray(b"x"), b"x"),
        (memoryview(b"xyz")[::2], b"xz"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_no_event_may_hold_comes_as_its_content(value: Any, shown: Any) -> None:
    assert crossed(value).message["text"] == shown


@pytest.mark.parametrize("text", ["plain", Name("odd")])
def test_options_come_beside_the_event(text: str) -> None:
    assert crossed(text, {"user": "anna"}).options == {"user": "anna"}


def test_a_frame_tells_what_was_lost_and_who_waits() -> None:
    events = [serialized((0.0, "ws1", "send", {"type": str(n)}, None)) for n in "ab"]
    content = framed(7, True, [packed(events[:1]), packed(events[1:]), packed([])])
    (frame,) = frames(io.BytesIO(content))
    assert (frame.events, frame.awaited) == (2, True)
    lost, awaited, entries = entries_of(frame.content)
    assert (lost, awaited) == (7, True)
    assert [entry.message["type"] for entry in entries] == ["a", "b"]


@pytest.mark.parametrize("cut", [1, HEAD.size, HEAD.size + 1])
def test_a_torn_frame_is_the_end(cut: int) -> None:
    whole = framed(0, False, [packed([dumps([0.0, "ws1", "send", {}, None])])])
    came: list[Frame] = list(frames(io.BytesIO(whole + whole[:cut])))
    assert [frame.events for frame in came] == [1]
