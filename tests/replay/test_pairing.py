"""Which step of one session is which step of another."""

from typing import Any

import pytest

from asgilab.replay import steps
from asgilab.replay._pairing import pair_steps, renamed, same_names
from tests.replay.recording import Recording


def said(*payloads: Any) -> list[Any]:
    recording = Recording()
    recording.opens("alice")
    for payload in payloads:
        recording.says("alice", payload)
    return steps(recording.session)


@pytest.mark.parametrize(
    ("left", "right", "pairs"),
    [
        ("ab", "ab", "aa bb"),
        ("abc", "axbc", "aa -x bb cc"),
        ("axbc", "abc", "aa x- bb cc"),
        ("abc", "aBc", "aa bB cc"),
        ("ab", "", "a- b-"),
    ],
)
def test_steps_are_paired_by_what_was_done(left: str, right: str, pairs: str) -> None:
    found = pair_steps(said(*left)[1:], said(*right)[1:])
    assert " ".join(_sign(one) + _sign(other) for one, other in found) == pairs


def _sign(step: Any) -> str:
    return "-" if step is None else step.input.message["text"]


def test_among_changed_steps_those_of_one_kind_belong_together() -> None:
    left = said({"open": 1}, {"close": 1})
    right = said({"close": 2})
    found = pair_steps(left, right)
    assert found[-1] == (left[2], right[1])
    assert found[-2] == (left[1], None)


def test_connections_are_matched_by_name_and_then_by_path_in_order() -> None:
    def opened(*names: str) -> Any:
        recording = Recording()
        for name in names:
            recording.opens(name, "/other/" if name.startswith("other") else "/ws/")
        return steps(recording.session)

    left = opened("alice", "ws1", "ws2")
    right = opened("bob", "alice", "other", "carol")
    assert same_names(left, right) == {"bob": "ws1", "carol": "ws2"}
    names = [step.input.connection for step in renamed(right, {"bob": "ws1"})]
    assert names == ["ws1", "alice", "other", "carol"]
    assert renamed(right, {"bob": "ws1"})[0].outputs[0].connection == "ws1"
