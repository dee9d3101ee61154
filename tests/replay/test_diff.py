"""What two sessions differ in."""

from typing import Any

from asgilab.replay import (
    Changed,
    Difference,
    OnlyLeft,
    OnlyRight,
    OtherInput,
    Reordered,
    diff,
)
from tests.replay.recording import Recording


def talk(asked: Any, *answers: Any, path: str = "/ws/") -> Recording:
    recording = Recording()
    recording.opens("alice", path)
    recording.says("alice", asked)
    for answer in answers:
        recording.hears("alice", answer)
    return recording


def between(left: Recording, right: Recording) -> list[Difference]:
    return diff(left.session, right.session)


def test_a_session_differs_in_nothing_from_itself() -> None:
    recording = talk({"n": 1}, {"n": 2})
    assert between(recording, recording) == []


def test_a_changed_value_is_told_with_both_of_its_values() -> None:
    (change,) = between(talk({"n": 1}, {"a": "hi"}), talk({"n": 1}, {"a": "ho"}))
    assert isinstance(change, Changed)
    assert (change.before, change.after) == ("hi", "ho")
    assert str(change) == "step 1, alice, $.text.a: 'hi' → 'ho'"


def test_outputs_of_one_side_only_are_told_apart() -> None:
    longer, shorter = talk({"n": 1}, {"a": 1}, {"b": 2}), talk({"n": 1}, {"a": 1})
    (gone,) = between(longer, shorter)
    (new,) = between(shorter, longer)
    assert isinstance(gone, OnlyLeft)
    assert isinstance(new, OnlyRight)
    assert gone.output.content["text"] == {"b": 2}
    assert str(gone).startswith("step 1, alice: - {")
    assert str(new).startswith("step 1, alice: + {")


def test_another_order_is_one_difference_and_no_change() -> None:
    one, other = {"a": 1}, {"b": 2}
    (found,) = between(talk("x", one, other), talk("x", other, one))
    assert found == Reordered(1, "alice")
    assert str(found) == "step 1, alice: another order"


def test_another_input_is_told_and_so_is_another_address() -> None:
    sent, path = (
        between(talk({"n": 1}), talk({"n": 2})),
        between(talk("x"), talk("x", path="/other/")),
    )
    assert isinstance(sent[0], OtherInput)
    assert "{'n': 1}" in str(sent[0])
    assert isinstance(path[0], OtherInput)
    assert "/other/" in str(path[0])


def test_an_input_of_one_side_only_stands_against_nothing() -> None:
    shorter = Recording().opens("alice", "/ws/")
    (found,) = between(talk("x"), shorter)
    assert isinstance(found, OtherInput)
    assert str(found).endswith("→ nothing")
