"""What two sessions differ in."""

from typing import Any

from asgilab.replay import (
    Changed,
    Difference,
    Moved,
    OnlyLeft,
    OnlyRight,
    OtherInput,
    Renamed,
    Reordered,
    diff,
)
from asgilab.sessions import Kind
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


def chat(*said: Any, name: str = "alice") -> Recording:
    """Return a session in which each frame is answered by itself and its number."""
    recording = Recording()
    recording.opens(name)
    for number, each in enumerate(said):
        recording.says(name, each)
        recording.hears(name, {"heard": each, "after": number and said[number - 1]})
    return recording


def test_one_input_more_does_not_make_all_the_later_ones_differ() -> None:
    found = between(chat("a", "b", "c", "d"), chat("a", "x", "b", "c", "d"))
    new, answer, change = found
    assert isinstance(new, OtherInput)
    assert (new.step, new.left) == (1, None)
    assert isinstance(answer, OnlyRight)
    assert isinstance(change, Changed), "the answer to b tells what was said before it"
    assert (change.step, change.before, change.after) == (2, "a", "x")


def test_one_input_less_is_one_difference_with_its_answer() -> None:
    found = between(chat("a", "x", "b", "c"), chat("a", "b", "c"))
    assert [type(each) for each in found] == [OtherInput, OnlyLeft, Changed]
    assert [each.step for each in found] == [2, 2, 3]


def test_an_input_whose_value_has_changed_is_still_the_same_input() -> None:
    left, right = chat({"id": 1}, "b"), chat({"id": 2}, "b")
    inputs = [each for each in between(left, right) if isinstance(each, OtherInput)]
    (found,) = inputs
    assert found.left is not None
    assert found.right is not None


def test_true_is_not_one_in_what_a_client_sends() -> None:
    found = between(talk({"n": 1}), talk({"n": True}))
    assert [type(each) for each in found] == [OtherInput]


def test_connections_with_other_names_are_known_by_what_they_asked_for() -> None:
    (found,) = between(chat("a", "b", name="ws1"), chat("a", "b", name="alice"))
    assert found == Renamed(0, "ws1", "alice")
    assert str(found) == "step 0: ws1 is called alice"


def test_a_message_that_comes_a_step_later_has_moved_and_is_not_another_one() -> None:
    def late(steps: int) -> Recording:
        recording = Recording()
        recording.opens("alice")
        for number in range(3):
            recording.says("alice", {"n": number})
            if number == steps:
                recording.hears("alice", {"done": True})
        return recording

    (found,) = between(late(0), late(1))
    assert isinstance(found, Moved)
    assert (found.step, found.to) == (1, 2)
    assert str(found).endswith("came later, in step 2")
    (back,) = between(late(1), late(0))
    assert str(back).endswith("came sooner, in step 1")


def test_an_end_that_came_a_little_later_is_no_difference() -> None:
    def ending(late: bool) -> Recording:
        recording = Recording()
        recording.opens("alice")
        recording.opens("bob")
        ended = {"type": "returned", "exception": None}
        if not late:
            recording.event("alice", Kind.END, ended)
        recording.says("bob", "x")
        if late:
            recording.event("alice", Kind.END, ended)
        return recording

    assert between(ending(False), ending(True)) == []
