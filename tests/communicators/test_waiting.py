"""Waiting no longer than something can happen."""

import asyncio
import threading
import time

import pytest

from asgilab.communicators import EventQueue
from asgilab.communicators._waiting import running_text, silence_text, wait_until
from asgilab.engine import LabLoop, Quiet, idleness_of
from tests.communicators.applications import FOREVER
from tests.engine.loops import manual, opaque_loop, run_on, stock, virtual

CERTAIN = Quiet(True, None, 0, 0)
UNCERTAIN = Quiet(False, None, 0, 0, ("a reason",))


async def test_what_has_happened_is_not_waited_for() -> None:
    assert await wait_until(lambda: True, EventQueue(), 0) is None


async def test_it_is_known_at_once_that_nothing_can_happen() -> None:
    quiet = await wait_until(lambda: False, EventQueue(), FOREVER)
    assert quiet == CERTAIN


async def test_a_wake_has_it_looked_for_again() -> None:
    queue = EventQueue()
    happened: list[bool] = []
    asyncio.get_running_loop().call_later(0.01, queue.wake)
    asyncio.get_running_loop().call_later(0.02, happened.append, True)
    asyncio.get_running_loop().call_later(0.03, queue.wake)
    assert await wait_until(lambda: happened, queue, FOREVER) is None
    assert queue.waiters == []


async def test_what_happens_without_a_wake_is_seen_when_the_loop_rests() -> None:
    happened: list[bool] = []
    asyncio.get_running_loop().call_later(0.01, happened.append, True)
    assert await wait_until(lambda: happened, EventQueue(), FOREVER) is None


async def test_the_time_is_waited_for_where_nobody_can_be_sure() -> None:
    go = threading.Event()
    raw = threading.Thread(target=go.wait, name="by-hand")
    idleness_of(asyncio.get_running_loop())
    raw.start()
    began = time.monotonic()
    quiet = await wait_until(lambda: False, EventQueue(), 0.02)
    took = time.monotonic() - began
    go.set()
    raw.join()
    assert took >= 0.02
    assert quiet is not None
    assert quiet.reasons == ("thread 'by-hand' was started by hand",)


async def test_a_cancelled_wait_leaves_nothing_behind() -> None:
    queue = EventQueue()
    ticking = asyncio.get_running_loop().call_later(60, print)
    waiting = asyncio.create_task(wait_until(lambda: False, queue, FOREVER))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    ticking.cancel()
    assert waiting.cancelled()
    assert queue.waiters == []


async def test_two_who_wait_with_other_times_do_not_disturb_each_other() -> None:
    queue = EventQueue()
    happened: list[bool] = []
    loop = asyncio.get_running_loop()
    for delay in (0.01, 0.02, 0.03, 0.04):
        loop.call_later(delay, int)
    loop.call_later(0.05, happened.append, True)
    short = wait_until(lambda: happened, queue, 0.015)
    long = wait_until(lambda: happened, queue, FOREVER)
    first, second = await asyncio.gather(short, long)
    assert first is not None
    assert second is None


def test_on_a_loop_that_tells_nothing_the_time_is_waited_for() -> None:
    async def main() -> tuple[Quiet | None, None]:
        queue = EventQueue()
        happened: list[bool] = []
        quiet = await wait_until(lambda: happened, queue, 0.01)
        loop = asyncio.get_running_loop()
        loop.call_later(0.01, happened.append, True)
        loop.call_later(0.01, queue.wake)
        assert await wait_until(lambda: happened, queue, FOREVER) is None
        return quiet, None

    quiet, _ = run_on(opaque_loop, main())
    assert quiet is not None
    assert not quiet.certain


def test_on_a_clock_that_stands_still_it_ends_all_the_same() -> None:
    async def main() -> Quiet | None:
        timer = asyncio.get_running_loop().call_later(0.5, print)
        quiet = await wait_until(lambda: False, EventQueue(), 1)
        timer.cancel()
        return quiet

    quiet = run_on(manual, main())
    assert quiet is not None
    assert quiet.certain


def test_an_advance_meanwhile_makes_it_happen() -> None:
    async def main() -> None:
        loop, queue = asyncio.get_running_loop(), EventQueue()
        assert isinstance(loop, LabLoop)
        happened: list[bool] = []
        loop.call_later(20, happened.append, True)
        waiting = wait_until(lambda: happened, queue, 60)
        quiet, _ = await asyncio.gather(waiting, loop.advance(30))
        assert quiet is None

    run_on(manual, main())


def test_virtual_time_jumps_to_what_is_waited_for() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        happened: list[bool] = []
        loop.call_later(20, happened.append, True)
        assert await wait_until(lambda: happened, EventQueue(), 60) is None
        assert await wait_until(lambda: False, EventQueue(), 60) is not None
        return loop.time()

    assert run_on(virtual, main()) == 20.0


def test_a_thread_that_works_is_waited_for() -> None:
    async def main() -> Quiet | None:
        job = asyncio.ensure_future(asyncio.to_thread(time.sleep, 0.02))
        return await wait_until(job.done, EventQueue(), FOREVER)

    assert run_on(stock, main()) is None


@pytest.mark.parametrize("text", [silence_text, running_text])
def test_a_sentence_claims_no_more_than_is_known(text: object) -> None:
    assert callable(text)
    assert "would" in text(CERTAIN, 1)
    assert "would" not in text(UNCERTAIN, 1)
