"""The clock by itself: what it shows, what it does with an idle loop's time."""

import itertools
import math
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asgilab.engine import LabClock
from asgilab.engine._clock import least


class Selector:
    """Notes how long it is asked to wait, and finds something or nothing."""

    def __init__(self, *ready: Any) -> None:
        self.asked: list[float | None] = []
        self._ready = list(ready)

    def __call__(self, timeout: float | None) -> list[Any]:
        self.asked.append(timeout)
        return self._ready


def rest(clock: LabClock, selector: Selector, timeout: float | None, **kw: Any) -> Any:
    facts = {"bound": None, "busy": False, "sockets": False, **kw}
    return clock.rest(selector, timeout, **facts)


@pytest.mark.parametrize("mode", ["", "fast", "Real"])
def test_an_unknown_mode_is_refused(mode: Any) -> None:
    with pytest.raises(ValueError, match="expected 'real', 'manual' or 'virtual'"):
        LabClock(mode)


def test_a_real_clock_runs_with_the_wall_and_stands_while_held() -> None:
    clock: Any = LabClock()
    assert math.isclose(clock.time(), time.monotonic(), abs_tol=1)
    clock.freeze()
    shown = clock.time()
    clock.freeze()
    clock.thaw()
    assert clock.frozen
    assert clock.time() == shown
    began = time.monotonic()
    clock.thaw()
    assert not clock.frozen
    assert clock.time() - shown <= time.monotonic() - began


def test_a_real_clock_leaves_its_waiting_to_the_selector() -> None:
    clock, selector = LabClock(), Selector("ready")
    assert rest(clock, selector, 3.0) == ["ready"]
    clock.freeze()
    rest(clock, selector, 3.0)
    rest(clock, selector, 3.0, bound=0.5)
    assert selector.asked == [3.0, None, 0.5]


def test_a_virtual_clock_jumps_to_the_next_timer_without_waiting() -> None:
    clock, selector = LabClock("virtual"), Selector()
    rest(clock, selector, 30.0)
    assert (clock.time(), selector.asked) == (30.0, [])


@pytest.mark.parametrize("facts", [{"busy": True}, {"held": True}])
def test_a_virtual_clock_stands_while_a_thread_works_or_somebody_holds_it(
    facts: dict[str, bool],
) -> None:
    clock, selector = LabClock("virtual"), Selector()
    if facts.pop("held", False):
        clock.freeze()
    rest(clock, selector, 30.0, bound=0.05, **facts)
    assert (clock.time(), selector.asked) == (0.0, [0.05])


def test_a_virtual_clock_keeps_step_with_the_wall_while_a_socket_is_open() -> None:
    clock = LabClock("virtual")
    began = time.monotonic()

    def wait(timeout: float | None) -> list[Any]:
        assert timeout is not None
        time.sleep(timeout)
        return []

    clock.rest(wait, 0.01, None, busy=False, sockets=True)
    assert 0.01 <= clock.time() + 1e-9 <= time.monotonic() - began + 1e-9


def test_a_manual_clock_moves_only_on_a_travel_and_not_beyond_its_end() -> None:
    clock: Any = LabClock("manual")
    selector = Selector()
    rest(clock, selector, 5.0)
    assert clock.stands
    with clock.travel(12.0):
        assert not clock.stands
        rest(clock, selector, 5.0)
        rest(clock, selector, 5.0)
        rest(clock, selector, 5.0)
    assert (clock.time(), selector.asked) == (10.0, [None, None])


def test_a_travel_gives_an_open_socket_a_moment_to_answer() -> None:
    clock = LabClock("manual")
    with clock.travel(10.0):
        assert rest(clock, Selector("answer"), 5.0, sockets=True) == ["answer"]
        assert clock.time() == 0.0
        rest(clock, Selector(), 5.0, sockets=True)
    assert clock.time() == 5.0


def test_two_travels_at_once_reach_the_further_end() -> None:
    clock: Any = LabClock("manual")
    selector = Selector()
    with clock.travel(5.0):
        with clock.travel(9.0):
            rest(clock, selector, 9.0)
        assert clock.time() == 9.0
        assert not clock.stands
    assert clock.stands


@settings(deadline=None)
@given(st.floats(0, 1e9, allow_nan=False), st.lists(st.floats(1e-6, 1e7), max_size=20))
def test_a_timer_that_was_jumped_to_is_due(start: float, delays: list[float]) -> None:
    clock = LabClock("virtual")
    for delay in itertools.chain([start], delays):
        due = clock.time() + delay
        for _ in range(10):
            # The two lines are what asyncio does on each pass.
            timeout = min(max(0, due - clock.time()), 24 * 3600 * 1e6)
            if due < clock.time() + 1e-9:
                break
            rest(clock, Selector(), timeout)
        else:
            pytest.fail(f"a timer at {due} never became due at {clock.time()}")


@settings(deadline=None)
@given(st.floats(0, 1e7), st.floats(1e-3, 1e7))
def test_a_travel_always_arrives(start: float, seconds: float) -> None:
    clock = LabClock("manual")
    with clock.travel(start):
        rest(clock, Selector(), start)
    target = clock.time() + seconds
    with clock.travel(target):
        for _ in range(10):
            if target < clock.time() + 1e-9:
                break
            rest(clock, Selector(), target - clock.time())
        else:
            pytest.fail(f"never arrived at {target}, stands at {clock.time()}")


def test_the_least_of_nothing_is_endless() -> None:
    assert least(None, None) is None
    assert least(None, 3.0, 2.0) == 2.0
    assert least(0.0, None) == 0.0


@pytest.mark.parametrize("mode", ["real", "manual", "virtual"])
@pytest.mark.parametrize("other", ["real", "manual", "virtual"])
def test_a_clock_that_changes_its_mode_goes_on_from_where_it_was(
    mode: Any, other: Any
) -> None:
    clock = LabClock(mode)
    clock.freeze()
    now = clock.time()
    clock.switch(other)
    assert (clock.mode, clock.time()) == (other, now)
    clock.thaw()
    assert now <= clock.time() < now + 60
    with pytest.raises(ValueError, match="Unknown clock"):
        clock.switch("backwards")  # type: ignore[arg-type]  # a wrong mode is the case
    assert clock.mode == other
