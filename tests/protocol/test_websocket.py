"""The table of WebSocket, cell by cell where the specification names one.

An example of each rule is in ``rulebook/test_websocket.py``.
"""

import pytest

from asgilab.protocol._websocket import (
    DELIVERABLE_CODES,
    PORTABLE_CODES,
    SENDABLE_CODES,
    TABLE,
    WEBSOCKET,
    steady_states,
)


def test_the_states_are_those_of_a_connection() -> None:
    assert WEBSOCKET.states == (
        "connecting",
        "open",
        "denying",
        "rejected",
        "closed",
        "denied",
        "gone",
    )


def test_a_websocket_ends_in_one_of_four_ways() -> None:
    assert WEBSOCKET.ends == {"rejected", "closed", "denied", "gone"}


def test_frames_go_both_ways_only_while_it_is_open() -> None:
    assert WEBSOCKET.steady == {"open"}


def test_no_state_is_steady_for_a_step_that_moves_it() -> None:
    assert steady_states(TABLE, "websocket.send", "websocket.close") == frozenset()


@pytest.mark.parametrize(
    ("step", "state"),
    [
        ("websocket.accept", "open"),
        ("websocket.close", "rejected"),
        ("websocket.http.response.start", "denying"),
    ],
)
def test_the_handshake_has_three_answers(step: str, state: str) -> None:
    arrow = TABLE["connecting"][step]
    assert (arrow.rule, arrow.state) == (None, state)
    early = TABLE["connecting"][f"{step}+early"]
    assert (early.rule, early.state, early.taken) == ("WS-21", state, True)


@pytest.mark.parametrize("state", ["rejected", "closed", "denied", "gone"])
def test_after_the_end_every_event_is_ignored(state: str) -> None:
    for step, arrow in TABLE[state].items():
        if step.partition("+")[0] in WEBSOCKET.sends:
            assert arrow.ignored, step


def test_the_codes_are_those_of_the_rfc() -> None:
    assert {1004, 1005, 1006, 1015}.isdisjoint(SENDABLE_CODES)
    assert min(SENDABLE_CODES) == 1000
    assert max(SENDABLE_CODES) == 4999
    assert PORTABLE_CODES < SENDABLE_CODES < DELIVERABLE_CODES
    assert {1005, 1006, 1015} <= DELIVERABLE_CODES
