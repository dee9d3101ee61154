"""The queue between a test and its application."""

import asyncio
from typing import Any

import pytest

from asgilab.communicators import EventQueue


async def test_events_come_out_in_order() -> None:
    queue = EventQueue()
    queue.put_nowait(1)
    await queue.put(2)
    assert (queue.qsize(), queue.empty(), queue.full()) == (2, False, False)
    assert (queue.get_nowait(), await queue.get()) == (1, 2)
    assert (queue.qsize(), queue.empty()) == (0, True)


async def test_an_empty_queue_says_so() -> None:
    with pytest.raises(asyncio.QueueEmpty):
        EventQueue().get_nowait()


async def test_each_event_goes_to_one_of_those_who_wait() -> None:
    queue = EventQueue()
    waiting = [asyncio.create_task(queue.get()) for _ in range(3)]
    await asyncio.sleep(0)
    for event in "abc":
        queue.put_nowait(event)
        await asyncio.sleep(0)
    assert sorted(await asyncio.gather(*waiting)) == ["a", "b", "c"]


async def test_none_is_an_event_like_any_other() -> None:
    queue = EventQueue()
    waiting = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.put_nowait(None)
    assert await waiting is None


async def test_a_cancelled_get_loses_no_event_and_leaves_no_waiter() -> None:
    queue: Any = EventQueue()
    first, second = (asyncio.create_task(queue.get()) for _ in range(2))
    await asyncio.sleep(0)
    queue.put_nowait("only")
    first.cancel()  # it has been woken, and has not run yet
    assert await second == "only"
    await asyncio.wait({first})
    assert first.cancelled()
    assert queue.waiters == []


@pytest.mark.parametrize("step", [EventQueue.get, EventQueue.wait])
async def test_a_wait_that_is_cancelled_leaves_no_waiter(step: Any) -> None:
    queue = EventQueue()
    waiting = asyncio.create_task(step(queue))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    assert queue.waiters == []


async def test_waking_without_an_event_ends_a_wait_and_no_get() -> None:
    queue = EventQueue()
    waiting = asyncio.create_task(queue.wait())
    getting = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.wake()
    await waiting
    await asyncio.sleep(0)
    assert not getting.done()
    getting.cancel()


def test_it_shows_how_many_there_are() -> None:
    assert repr(EventQueue()) == "<EventQueue of 0>"
