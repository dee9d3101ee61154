"""The loop of a lab: the one that runs, or one of its own."""

import asyncio
from typing import Any

import pytest

from asgilab.engine import LabLoop
from asgilab.errors import UsageError
from asgilab.lab import Lab


async def silent(scope: Any, receive: Any, send: Any) -> None:
    """Say nothing."""


async def attentive(scope: Any, receive: Any, send: Any) -> None:
    """Let everybody in and listen."""
    await receive()
    await send({"type": "websocket.accept"})
    await receive()


async def test_a_lab_that_is_entered_lives_on_the_running_loop() -> None:
    async with Lab(silent, lifespan="off") as lab:
        assert lab.loop is asyncio.get_running_loop()
        assert lab.thread is None
        assert await lab.run(asyncio.sleep(0, "here")) == "here"
        with pytest.raises(UsageError, match="no loop of its own"):
            lab.call(None)


def test_a_lab_that_is_started_has_a_loop_of_its_own_until_it_is_stopped() -> None:
    lab = Lab(silent, lifespan="off").start()
    assert lab.thread is not None
    assert lab.loop is lab.thread.loop
    assert lab.call(asyncio.sleep(0, "there")) == "there"
    assert lab.start().thread is lab.thread, "starting again changes nothing"
    lab.stop()


async def test_another_loop_may_wait_for_what_runs_on_the_labs() -> None:
    lab = Lab(silent, lifespan="off").start()

    async def where() -> Any:
        return asyncio.get_running_loop()

    assert await lab.run(where()) is lab.loop
    lab.stop()


def test_the_session_names_the_clock_of_its_times() -> None:
    lab = Lab(attentive, lifespan="off", clock="virtual")
    lab.start()
    try:
        began = lab.session.clock
        lab.call(lab.switch_clock("manual"))
        assert (began, lab.session.clock) == ("virtual", "manual")
    finally:
        lab.stop()


def test_a_lab_moves_to_a_moment_of_its_session_and_never_back() -> None:
    lab = Lab(attentive, lifespan="off", clock="manual").start()
    try:
        assert lab.owns_time
        assert lab.loop is not None
        for moment in (30.0, 10.0):
            lab.call(lab.advance_to(moment))
            assert lab.loop.time() - lab.began == pytest.approx(30.0)
    finally:
        lab.stop()


def test_a_lab_beside_another_one_on_its_loop_leaves_the_clock_alone() -> None:
    async def beside() -> list[bool]:
        async with Lab(attentive, lifespan="off", clock="manual") as lab:
            async with lab.fresh() as fresh:
                alone = fresh.owns_time
            await lab.websocket("/", name="alice").connect()
            async with lab.fresh() as fresh:
                return [alone, fresh.owns_time]

    with asyncio.Runner(loop_factory=lambda: LabLoop("manual")) as runner:
        assert runner.run(beside()) == [True, False]


async def test_a_lab_on_a_real_clock_moves_nothing() -> None:
    async with Lab(attentive, lifespan="off") as lab:
        assert not lab.owns_time
