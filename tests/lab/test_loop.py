"""The loop of a lab: the one that runs, or one of its own."""

import asyncio
from typing import Any

import pytest

from asgilab.errors import UsageError
from asgilab.lab import Lab


async def silent(scope: Any, receive: Any, send: Any) -> None:
    """Say nothing."""


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
