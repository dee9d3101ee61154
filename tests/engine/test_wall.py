"""The wall clock that travels with a lab's."""

import asyncio
import sys
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from asgilab.engine import LabClock, LabLoop, joint_travel
from asgilab.errors import UsageError
from tests.engine.loops import manual, run_on, virtual


def clock_here() -> LabClock:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, LabLoop)
    return loop.clock


def test_the_time_of_day_jumps_with_a_virtual_clock_and_stands_otherwise() -> None:
    async def main() -> tuple[float, float, float]:
        with joint_travel(clock_here()):
            began, day = time.time(), datetime.now(UTC)
            stood = time.time() - began
            await asyncio.sleep(86400)
            return stood, time.time() - began, (datetime.now(UTC) - day).days

    stood, moved, days = run_on(virtual, main())
    assert (stood, days) == (0.0, 1)
    assert moved == pytest.approx(86400)


def test_the_time_of_day_moves_with_an_advance() -> None:
    async def main() -> float:
        loop: Any = asyncio.get_running_loop()
        with joint_travel(loop.clock):
            began = time.time()
            await loop.advance(90)
            return time.time() - began

    assert run_on(manual, main()) == pytest.approx(90)


def test_afterwards_the_time_of_day_is_as_it_was_and_travels_no_more() -> None:
    async def main() -> int:
        before = time.monotonic() - time.time()
        clock = clock_here()
        with joint_travel(clock):
            await asyncio.sleep(86400)
        assert time.monotonic() - time.time() == pytest.approx(before, abs=60)
        return len(clock.companions)

    assert run_on(virtual, main()) == 0


def test_a_real_clock_takes_nothing_along() -> None:
    with pytest.raises(UsageError, match="expected a manual or virtual"):
        joint_travel(LabClock()).__enter__()


def test_without_time_machine_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "time_machine", None)
    with pytest.raises(UsageError, match="pip install time-machine"):
        joint_travel(LabClock("manual")).__enter__()
