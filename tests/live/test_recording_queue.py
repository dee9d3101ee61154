"""What waits for the recorder's process: in order, bundled, and not too much."""

from typing import Any

import msgspec
import pytest

from asgilab.live._recording_queue import RecordingQueue

ONE = msgspec.msgpack.encode(1)


def event(content: Any) -> bytes:
    return msgspec.msgpack.encode(content)


class Calls:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


@pytest.fixture
def crowded() -> Calls:
    return Calls()


def given(queue: RecordingQueue, most: int = 10**6) -> list[Any]:
    """Return the events of what a queue gives, bundle by bundle."""
    bundles, _ = queue.give(most)
    contents = [bundle.content for bundle in bundles]
    return [
        each if isinstance(each, list) else msgspec.msgpack.decode(each.content)
        for each in contents
    ]


def test_events_come_out_in_bundles_and_in_their_order(crowded: Calls) -> None:
    queue = RecordingQueue(10_000, 10**7, True, crowded)
    for number in range(600):
        queue.take(event(number))
    assert len(queue) == 600
    bundles = given(queue)
    assert [len(bundle) for bundle in bundles] == [256, 256, 88]
    assert [each for bundle in bundles for each in bundle] == list(range(600))
    assert len(queue) == 0


def test_no_more_bundles_are_given_than_it_takes_for_enough(crowded: Calls) -> None:
    queue = RecordingQueue(10_000, 10**7, True, crowded)
    for _ in range(600):
        queue.take(ONE)
    bundles, all_of_them = queue.give(257)
    assert [bundle.events for bundle in bundles] == [256, 256]
    assert not all_of_them
    bundles, all_of_them = queue.give(257)
    assert [bundle.events for bundle in bundles] == [88]
    assert all_of_them


def test_a_bulky_event_stands_alone_between_those_before_and_after(
    crowded: Calls,
) -> None:
    queue = RecordingQueue(10, 10**6, True, crowded)
    bulky = event("x" * 20_000)
    for each in (event("one"), bulky, event("two")):
        queue.take(each)
    assert given(queue) == [["one"], [bulky], ["two"]]


def test_what_has_no_room_is_counted_and_room_comes_back(crowded: Calls) -> None:
    queue = RecordingQueue(3, 1000, True, crowded)
    for number in (1, 2, 3, 4):
        queue.take(event(number))
    assert queue.refused == 1
    assert given(queue) == [[1, 2, 3]]
    queue.take(event(5))
    assert queue.refused == 1


@pytest.mark.parametrize("size", [500, 20_000], ids=["loose", "bulky"])
def test_large_events_share_the_room_for_bytes(crowded: Calls, size: int) -> None:
    queue = RecordingQueue(100, 2 * size + 10, True, crowded)
    large = [event(letter * size) for letter in "abcde"]
    for each in (*large[:3], event("small")):
        queue.take(each)
    assert queue.refused == 1
    contents = [bundle.content for bundle in queue.give(10**6)[0]]
    came = b"".join(
        each[0] if isinstance(each, list) else each.content for each in contents
    )
    assert [each in came for each in (*large[:3], event("small"))] == [
        True,
        True,
        False,
        True,
    ]
    for each in large[3:]:
        queue.take(each)
    assert queue.refused == 1


def test_it_tells_when_half_of_the_room_is_taken(crowded: Calls) -> None:
    queue = RecordingQueue(4, 1000, True, crowded)
    queue.take(ONE)
    queue.take(ONE)
    assert crowded.count == 0
    queue.take(ONE)
    assert crowded.count == 1


@pytest.mark.parametrize(("waiting", "room"), [(0, True), (256, True), (512, False)])
def test_a_small_event_may_be_added_by_hand_while_little_waits(
    crowded: Calls, waiting: int, room: bool
) -> None:
    queue = RecordingQueue(1024, 10**6, True, crowded)
    for _ in range(waiting):
        queue.take(ONE)
    assert (queue.quick > 0) is room
    queue.give(10**6)
    assert queue.quick == 255


def test_rows_are_left_to_whoever_takes_them_out(crowded: Calls) -> None:
    queue = RecordingQueue(10, 1000, False, crowded)
    row = (0.0, "ws1", "send", {"type": "websocket.send", "text": "hi"}, None)
    queue.take(row)
    assert given(queue) == [[row]]
