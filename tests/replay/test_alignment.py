"""Which output of one session is which of another."""

from typing import Any

from asgilab.replay import Alignment, align, steps
from asgilab.replay._alignment import shape
from tests.replay.recording import Recording


def heard(*payloads: Any) -> Recording:
    recording = Recording()
    recording.opens("alice")
    recording.says("alice", {"do": "it"})
    for payload in payloads:
        recording.hears("alice", payload)
    return recording


def aligned(left: Recording, right: Recording) -> Alignment:
    return align(steps(left.session), steps(right.session))


def payloads(alignment: Alignment) -> list[tuple[Any, Any]]:
    return [
        (
            pair.left and pair.left.content["text"],
            pair.right and pair.right.content["text"],
        )
        for pair in alignment.pairs
        if pair.step == 1
    ]


def test_equal_sessions_align_one_to_one() -> None:
    alignment = aligned(heard({"n": 1}, {"n": 2}), heard({"n": 1}, {"n": 2}))
    assert alignment.reordered == ()
    assert [(a.event, b.event) for a, b in alignment.matched] == [
        (2, 2),
        (4, 4),
        (5, 5),
    ]


def test_another_order_is_told_apart_from_another_payload() -> None:
    left = heard({"kind": "join", "id": "a"}, {"kind": "text", "body": "b"})
    right = heard({"kind": "text", "body": "b"}, {"kind": "join", "id": "z"})
    alignment = aligned(left, right)
    assert alignment.reordered == ((1, "alice"),)
    assert payloads(alignment) == [
        ({"kind": "join", "id": "a"}, {"kind": "join", "id": "z"}),
        ({"kind": "text", "body": "b"}, {"kind": "text", "body": "b"}),
    ]


def test_outputs_of_one_shape_are_matched_by_what_they_share() -> None:
    left = heard({"id": 1, "to": "x"}, {"id": 2, "to": "y"})
    right = heard({"id": 8, "to": "y"}, {"id": 9, "to": "x"})
    assert payloads(aligned(left, right)) == [
        ({"id": 1, "to": "x"}, {"id": 9, "to": "x"}),
        ({"id": 2, "to": "y"}, {"id": 8, "to": "y"}),
    ]


def test_a_changed_value_alone_is_no_other_order() -> None:
    alignment = aligned(heard({"n": 1}, {"n": 2}), heard({"n": 3}, {"n": 4}))
    assert alignment.reordered == ()
    assert payloads(alignment) == [({"n": 1}, {"n": 3}), ({"n": 2}, {"n": 4})]


def test_what_only_one_side_has_stands_alone() -> None:
    left, right = heard({"n": 1}, {"gone": True}), heard({"n": 1})
    assert payloads(aligned(left, right))[1] == ({"gone": True}, None)
    assert payloads(aligned(right, left))[1] == (None, {"gone": True})


def test_connections_do_not_mix() -> None:
    def both(first: str, second: str) -> Recording:
        recording = Recording()
        recording.opens("alice")
        recording.opens("bob")
        recording.says("alice", {"n": 1})
        recording.hears(first, {"n": 1})
        recording.hears(second, {"n": 1})
        return recording

    alignment = aligned(both("alice", "bob"), both("bob", "alice"))
    assert alignment.reordered == ()
    assert all(a.connection == b.connection for a, b in alignment.matched)


def test_a_session_that_stops_early_leaves_the_rest_unmatched() -> None:
    alignment = aligned(heard({"n": 1}), Recording().opens("alice"))
    assert [pair.right for pair in alignment.pairs if pair.step == 1] == [None]


def test_a_key_that_is_a_fresh_uuid_does_not_change_the_shape() -> None:
    one = heard({"users": {"8c7f0aac-efd9-4f2c-a7ac-0b4ff1d2ae41": "a"}})
    other = heard({"users": {"11111111-efd9-4f2c-a7ac-0b4ff1d2ae41": "a"}})
    shapes = [shape(steps(r.session)[1].outputs[0]) for r in (one, other)]
    assert shapes[0] == shapes[1]


def test_places_in_an_array_do_not_change_the_shape() -> None:
    one, other = heard({"a": [1, 2]}), heard({"a": [1]})
    shapes = [shape(steps(r.session)[1].outputs[0]) for r in (one, other)]
    assert shapes[0] == shapes[1]


def test_a_step_of_very_many_outputs_is_matched_in_place() -> None:
    left = heard(*({"n": n} for n in range(500)))
    right = heard(*({"n": n} for n in reversed(range(500))))
    alignment = aligned(left, right)
    assert len(alignment.matched) == 501
    assert alignment.reordered == ()
