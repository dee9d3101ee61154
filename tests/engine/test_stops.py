"""The values at a gate: breakpoints, stops, and what becomes of an event."""

import asyncio
from typing import Any, get_args

import pytest

from asgilab.engine import Breakpoint, Direction, Gates, Verdict
from asgilab.engine._stops import ANYONE, DIRECTIONS
from asgilab.errors import UsageError
from tests.engine.test_gates import passes


def test_by_itself_a_breakpoint_means_each_event_of_everybody() -> None:
    plain = Breakpoint()
    assert plain.connection == ANYONE
    assert plain.why("anybody", "receive", None) == "breakpoint"
    assert plain.why("anybody", "send", None) == "breakpoint"


def test_a_channel_layer_has_to_be_asked_for() -> None:
    assert Breakpoint().why("alice", "layer.receive", None) == ""
    layer = Breakpoint(directions=("layer.send",))
    assert layer.why("alice", "layer.send", {}) == "breakpoint"
    assert layer.why("alice", "layer.receive", {}) == ""


@pytest.mark.parametrize(("answer", "why"), [(0, ""), ("yes", "breakpoint")])
def test_whatever_is_true_stops(answer: Any, why: str) -> None:
    assert Breakpoint(condition=lambda _: answer).why("alice", "send", {}) == why


def test_a_condition_is_not_asked_about_other_connections() -> None:
    def never(_: Any) -> bool:
        raise AssertionError

    assert Breakpoint("alice", condition=never).why("bob", "send", {}) == ""


def test_two_breakpoints_that_say_the_same_are_two() -> None:
    assert Breakpoint("alice") != Breakpoint("alice")


def test_what_becomes_of_an_event_is_that_it_goes_on_at_once() -> None:
    assert Verdict((("event", ""),)) == ((("event", ""),), "", 0.0)


def test_there_is_a_gate_for_each_direction() -> None:
    assert get_args(Direction) == DIRECTIONS


# -- breakpoints at gates -----------------------------------------------------------


@pytest.mark.parametrize(
    ("breakpoint", "stopped"),
    [
        (Breakpoint(), ["alice send 1", "alice receive 2", "bob send 3"]),
        (Breakpoint("bob"), ["bob send 3"]),
        (Breakpoint(directions=("receive",)), ["alice receive 2"]),
        (Breakpoint("alice", condition=lambda n: n == 1), ["alice send 1"]),
        (Breakpoint("carol"), []),
    ],
)
async def test_a_breakpoint_stops_what_it_means_and_nothing_else(
    breakpoint: Breakpoint, stopped: list[str]
) -> None:
    gates = Gates()
    gates.set(breakpoint)
    events: list[tuple[str, Any, int]] = [
        ("alice", "send", 1),
        ("alice", "receive", 2),
        ("bob", "send", 3),
        ("bob", "layer.receive", 4),
    ]
    tasks = [asyncio.create_task(gates.pass_through(*e, None)) for e in events]
    await asyncio.sleep(0)
    found = [f"{s.connection} {s.direction} {s.message}" for s in gates.stops()]
    assert found == stopped
    assert {stop.why for stop in gates.stops()} <= {"breakpoint"}
    gates.resume()
    assert [(await task).messages[0][0] for task in tasks] == [1, 2, 3, 4]


async def test_a_condition_is_asked_once_for_each_event() -> None:
    asked: list[int] = []

    def third(message: int) -> bool:
        asked.append(message)
        return len(asked) == 3

    gates = Gates()
    gates.set(Breakpoint(condition=third))
    tasks = [asyncio.create_task(passes(gates, number)) for number in range(4)]
    await asyncio.sleep(0)
    assert [stop.message for stop in gates.stops()] == [2]
    assert asked == [0, 1, 2, 3]
    gates.resume()
    await asyncio.gather(*tasks)


async def test_a_condition_that_raises_stops_and_says_so() -> None:
    gates = Gates()
    gates.set(Breakpoint(condition=lambda message: message["text"]))
    task = asyncio.create_task(passes(gates, {}))
    await asyncio.sleep(0)
    (stop,) = gates.stops()
    assert stop.why == "the condition raised KeyError: 'text'"
    gates.release(stop)
    assert await task == [({}, "")]


async def test_after_a_resume_breakpoints_are_still_there_until_they_are_cleared() -> (
    None
):
    gates = Gates()
    one, two = Breakpoint("alice"), Breakpoint("alice")
    gates.set(one)
    gates.set(two)
    gates.resume()
    assert gates.breakpoints == (one, two)
    task = asyncio.create_task(passes(gates, "a"))
    await asyncio.sleep(0)
    assert gates.paused("alice")
    gates.clear(one)
    with pytest.raises(UsageError, match="is not set"):
        gates.clear(one)
    gates.clear()
    assert len(gates.breakpoints) + len(gates.stops()) == 1
    gates.resume()
    await task
    assert not gates.paused("alice")


async def test_a_step_from_a_breakpoint_stops_at_the_very_next_event() -> None:
    gates = Gates()
    gates.set(Breakpoint(condition=lambda message: message == "a"))
    first = asyncio.create_task(passes(gates, "a"))
    await asyncio.sleep(0)
    stepped = gates.step("alice")
    assert stepped is not None
    await first
    second = asyncio.create_task(passes(gates, "b"))
    await asyncio.sleep(0)
    assert [(stop.message, stop.why) for stop in gates.stops()] == [("b", "paused")]
    gates.resume()
    await second


@pytest.mark.parametrize("gate", ["recieve", "layer", ""])
async def test_a_gate_that_there_is_not_is_refused(gate: Any) -> None:
    gates = Gates()
    known = "expected one of 'receive', 'send', 'layer.receive', 'layer.send'"
    with pytest.raises(UsageError, match=f"no gate '{gate}'; {known}"):
        gates.pause("alice", (gate,))
    with pytest.raises(UsageError, match="There is no gate"):
        gates.set(Breakpoint(directions=("send", gate)))
    assert not gates.watched
