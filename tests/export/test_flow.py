"""Which value of a message comes from an earlier one, and which does not."""

from typing import Any

import pytest

from asgilab.export._flow import Carried, Plan, Woven, plan_flow
from asgilab.replay import Finding, Input, Output, find_volatile, steps
from tests.replay.recording import Recording

IDS = ("8c7f0aac-efd9", "11111111-2222", "deadbeef-0000")
TIMES = ("12:00:01", "12:00:02", "12:00:03")


def planned(write: Any, unordered: frozenset[int] = frozenset()) -> Plan:
    """Plan the flow of a talk that is written once for each of three runs."""
    runs = []
    for run in range(3):
        recording = Recording()
        recording.opens("alice")
        recording.opens("bob")
        write(recording, run)
        runs.append(steps(recording.session))
    said: list[Input | Output] = []
    for step in runs[0]:
        said += [step.input, *step.outputs]
    return plan_flow(said, find_volatile(*runs).findings, unordered)


def test_a_value_that_comes_back_is_carried_from_where_it_came_first() -> None:
    def write(talk: Recording, run: int) -> None:
        talk.says("alice", {"do": "open"})
        talk.hears("alice", {"id": IDS[run]})
        talk.says("alice", {"do": "close", "ticket": IDS[run]})
        talk.hears("alice", {"closed": IDS[run]})

    plan = planned(write)
    origin = Carried(7, ("text", "id"))
    assert isinstance(plan.places[7]["text", "id"], Finding)
    assert plan.places[8] == {("text", "ticket"): origin}
    assert plan.places[9] == {("text", "closed"): origin}
    assert plan.referenced == {7}
    assert plan.wholes == {}


def test_a_value_inside_a_longer_text_is_woven_in() -> None:
    def write(talk: Recording, run: int) -> None:
        talk.says("alice", {"do": "open"})
        talk.hears("alice", {"id": IDS[run]})
        talk.says("alice", f"GET /{IDS[run]}/x/{IDS[run]}?")

    plan = planned(write)
    origin = Carried(7, ("text", "id"))
    assert plan.places[8]["text",] == Woven(("GET /", origin, "/x/", origin, "?"))


def test_a_message_that_is_an_earlier_one_again_is_known_as_a_whole() -> None:
    def write(talk: Recording, run: int) -> None:
        talk.says("alice", {"message": "hi"})
        for name in ("alice", "bob"):
            talk.hears(name, {"id": IDS[run], "at": TIMES[run], "message": "hi"})

    plan = planned(write)
    assert plan.wholes == {8: 7}
    assert plan.referenced == {7}


def test_an_id_that_stands_twice_in_a_message_does_not_hide_the_whole() -> None:
    def write(talk: Recording, run: int) -> None:
        talk.says("alice", {"message": "hi"})
        for name in ("alice", "bob"):
            talk.hears(name, {"id": IDS[run], "thread": IDS[run]})

    assert planned(write).wholes == {8: 7}


def test_a_message_with_its_values_swapped_is_not_the_earlier_one() -> None:
    def write(talk: Recording, run: int) -> None:
        one, other = IDS[run], IDS[run][::-1] if run else IDS[run]
        talk.says("alice", {"message": "hi"})
        talk.hears("alice", {"a": one, "b": other})
        talk.hears("bob", {"a": other, "b": one})

    assert planned(write).wholes == {}


def test_a_message_with_one_more_key_is_not_the_earlier_one() -> None:
    def write(talk: Recording, run: int) -> None:
        talk.says("alice", {"message": "hi"})
        talk.hears("alice", {"id": IDS[run]})
        talk.hears("bob", {"id": IDS[run], "new": True})

    assert planned(write).wholes == {}


def test_times_of_one_second_are_not_the_same_value() -> None:
    def write(talk: Recording, run: int) -> None:
        talk.says("alice", {"message": "one"})
        talk.hears("alice", {"id": IDS[run], "at": TIMES[run]})
        talk.says("alice", {"message": "two"})
        talk.hears("alice", {"id": IDS[run][::-1], "at": TIMES[run]})

    assert isinstance(planned(write).places[9]["text", "at"], Finding)


def test_a_time_is_carried_along_with_an_id_that_tells_the_message() -> None:
    def write(talk: Recording, run: int) -> None:
        talk.says("alice", {"message": "one"})
        talk.hears("alice", {"id": IDS[run], "at": TIMES[run]})
        talk.hears("bob", {"id": IDS[run], "at": TIMES[run], "extra": 1})

    assert planned(write).places[8]["text", "at"] == Carried(7, ("text", "at"))


@pytest.mark.parametrize(
    ("key", "values", "carried"),
    [
        ("id", (17, 1, 5), True),
        ("message_id", (17, 1, 5), True),
        ("pk", (17, 1, 5), True),
        ("amount", (17, 1, 5), False),
        ("id", (17, 17, 5), False),
        ("id", (1_700_000_000, 1_700_000_001, 1_700_000_002), False),
        ("amount", (123_456_789, 234_567_891, 345_678_912), True),
        ("amount", (0.123456789, 0.23456789, 0.345678912), True),
        ("amount", (True, False, True), False),
        ("amount", ("ab", "cd", "ef"), False),
    ],
)
def test_numbers_are_the_same_only_where_chance_is_out_of_the_question(
    key: str, values: tuple[Any, ...], carried: bool
) -> None:
    def write(talk: Recording, run: int) -> None:
        talk.says("alice", {"do": "it"})
        talk.hears("alice", {"id": values[run]})
        talk.hears("bob", {key: values[run]})

    assert isinstance(planned(write).places[8]["text", key], Carried) is carried


def test_a_number_is_woven_into_an_address_as_a_whole_one_only() -> None:
    def write(talk: Recording, run: int) -> None:
        talk.says("alice", {"do": "open"})
        talk.hears("alice", {"id": (17, 1, 5)[run]})
        talk.opens("carol", f"/rooms/{(17, 1, 5)[run]}/")

    plan = planned(write)
    origin = Carried(7, ("text", "id"))
    assert plan.places[9]["path",] == Woven(("/rooms/", origin, "/"))


def test_nothing_is_carried_out_of_messages_without_an_order() -> None:
    def write(talk: Recording, run: int) -> None:
        talk.says("alice", {"do": "open"})
        talk.hears("alice", {"id": IDS[run]})
        talk.hears("bob", {"id": IDS[run]})

    plan = planned(write, frozenset({7}))
    assert isinstance(plan.places[8]["text", "id"], Finding)


def test_a_key_that_needs_escapes_carries_nothing() -> None:
    def write(talk: Recording, run: int) -> None:
        talk.says("alice", {"do": "open"})
        talk.hears("alice", {'x"] + evil() + ["': IDS[run]})
        talk.hears("bob", {"id": IDS[run]})

    assert planned(write).referenced == set()


def test_an_input_that_changes_for_no_known_reason_is_reported() -> None:
    def write(talk: Recording, run: int) -> None:
        talk.says("alice", {"dice": run})

    plan = planned(write)
    assert plan.places[6] == {}
    assert [finding.path for finding in plan.unexplained] == [("text", "dice")]


def test_a_key_of_the_database_is_carried_though_only_some_replays_begin_later() -> (
    None
):
    keys = (1, 7001, 1, 21001)
    runs = []
    for key in keys:
        recording = Recording()
        recording.opens("alice")
        recording.says("alice", {"do": "make"})
        recording.hears("alice", {"id": key})
        recording.says("alice", {"id": key})
        runs.append(steps(recording.session))
    said: list[Input | Output] = []
    for step in runs[0]:
        said += [step.input, *step.outputs]
    plan = plan_flow(said, find_volatile(*runs).findings)
    origin, asked = said[-2].event, said[-1].event
    assert plan.places[asked] == {("text", "id"): Carried(origin, ("text", "id"))}
