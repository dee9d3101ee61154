"""Which values differ from run to run."""

import uuid
from typing import Any

import pytest

from asgilab.errors import UsageError
from asgilab.replay import Volatility, find_volatile, replay, show, steps
from asgilab.replay._volatile import differences
from asgilab.sessions import Kind
from tests.replay.applications import Meter, Room
from tests.replay.recording import Recording
from tests.replay.small_lab import factory


def heard(*payloads: Any) -> Recording:
    recording = Recording()
    recording.opens("alice")
    recording.says("alice", {"do": "it"})
    for payload in payloads:
        recording.hears("alice", payload)
    return recording


def volatile(*recordings: Recording) -> Volatility:
    return find_volatile(*(steps(each.session) for each in recordings))


def test_values_that_differ_are_found_with_their_place_and_all_values_seen() -> None:
    found = volatile(
        heard({"id": "a", "n": 1}),
        heard({"id": "b", "n": 1}),
        heard({"id": "c", "n": 1}),
    )
    (finding,) = found.findings
    assert (finding.event, finding.connection) == (4, "alice")
    assert finding.path == ("text", "id")
    assert finding.values == ("a", "b", "c")
    assert str(finding) == "event 4, $.text.id: 'a', 'b', 'c'"
    assert found.reproduced


def test_sessions_that_agree_have_no_volatile_values() -> None:
    same = heard({"id": "a"})
    assert volatile(same, same, same) == Volatility()


def test_one_replay_alone_proves_nothing() -> None:
    with pytest.raises(UsageError, match="at least 2 replays; 1 came"):
        volatile(heard({"id": "a"}), heard({"id": "b"}))


def test_another_order_does_not_make_values_volatile() -> None:
    first, second = {"kind": "a", "id": 1}, {"kind": "b", "text": "x"}
    found = volatile(heard(first, second), heard(second, first), heard(first, second))
    assert found.findings == ()
    assert found.reordered == ((1, "alice"),)


def test_outputs_that_are_missing_or_new_are_told_apart_from_values() -> None:
    found = volatile(heard({"a": 1}, {"b": 2}), heard({"a": 1}), heard({"a": 1}))
    assert [output.event for output in found.missing] == [5]
    assert found.findings == ()
    assert not found.reproduced
    found = volatile(heard({"a": 1}), heard({"a": 1}, {"b": 2}), heard({"a": 1}))
    assert [output.content["text"] for output in found.added] == [{"b": 2}]


def test_that_an_application_returns_later_is_no_difference() -> None:
    def leaving(late: bool) -> Recording:
        recording = Recording()
        recording.opens("alice")
        recording.opens("bob")
        ended = {"type": "returned", "exception": None}
        if not late:
            recording.event("alice", Kind.END, ended)
        recording.says("bob", {"n": 1})
        if late:
            recording.event("alice", Kind.END, ended)
        return recording

    assert volatile(leaving(False), leaving(True), leaving(True)).reproduced


def test_values_that_the_client_sent_are_findings_of_their_own() -> None:
    def asks(number: int) -> Recording:
        recording = Recording()
        recording.opens("alice", f"/ws/{number}/")
        recording.says("alice", {"id": number})
        return recording

    findings = volatile(asks(1), asks(2), asks(3)).findings
    assert [(f.path, f.values, f.sent) for f in findings] == [
        (("path",), ("/ws/1/", "/ws/2/", "/ws/3/"), False),
        (("text", "id"), (1, 2, 3), False),
    ]


@pytest.mark.parametrize(
    ("values", "paths"),
    [
        ([{"a": 1}, {"a": 2}], ["$.a"]),
        ([{"a": {"x": 1}}, {"a": {"y": 1}}], ["$.a"]),
        ([[1, 2], [1, 3]], ["$[1]"]),
        ([[1, 2], [2, 1]], ["$"]),
        ([[1], [1, 2]], ["$"]),
        ([{"a": None}, {"a": {}}], ["$.a"]),
        ([{"a": 1}, {"a": True}], ["$.a"]),
        ([{"a": [], "b": 1}, {"a": [], "b": 1}], []),
    ],
)
def test_a_difference_stands_at_the_smallest_place_that_tells_it(
    values: list[Any], paths: list[str]
) -> None:
    assert [show(path) for path, _ in differences(values)] == paths


def test_a_key_that_is_new_each_time_is_told_by_what_holds_it() -> None:
    values = [{"users": {str(uuid.uuid4()): "alice"}} for _ in range(3)]
    assert [path for path, _ in differences(values)] == [("users",)]


async def test_replays_tell_what_is_volatile_from_what_only_looks_it() -> None:
    recording = heard()
    runs = [(await replay(recording.session, factory(Meter))).steps for _ in range(3)]
    found = find_volatile(*runs)
    assert {show(finding.path[1:]) for finding in found.findings} == {
        "$.uuid",
        "$.now",
        "$.epoch",
        "$.run",
        "$.text",
        "$.nested.list[1].deep",
        "$.keyed",
        "$.length",
    }


async def test_a_race_for_the_order_is_seen_as_one() -> None:
    recording = Recording()
    recording.opens("alice")
    recording.says("alice", {"message": "hi"})
    runs = [(await replay(recording.session, factory(Room))).steps for _ in range(3)]
    found = find_volatile(*runs)
    assert found.reordered == ((1, "alice"),)
    assert found.findings == ()
