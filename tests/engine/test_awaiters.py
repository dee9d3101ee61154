"""The way from a task to those that wait for it."""

import asyncio
from typing import Any

import pytest

from asgilab.engine import mark_root
from asgilab.engine._awaiters import awaiters


async def linger() -> None:
    await asyncio.Event().wait()


async def let_run() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    "wait",
    [
        asyncio.gather,
        asyncio.shield,
        lambda task: asyncio.wait([task]),
        lambda task: asyncio.wait_for(task, 60),
        lambda task: task,
    ],
    ids=["gather", "shield", "wait", "wait_for", "await"],
)
async def test_each_way_of_waiting_leads_back(wait: Any) -> None:
    async def waits() -> None:
        await wait(task)

    task = asyncio.create_task(linger())
    waiting = asyncio.create_task(waits())
    await let_run()
    assert list(awaiters(task)) == [waiting]
    task.cancel()
    await asyncio.wait({waiting})


async def test_the_way_goes_on_to_those_who_wait_for_the_waiting() -> None:
    async def nearer() -> None:
        await innermost

    async def further() -> None:
        await asyncio.gather(near)

    innermost = asyncio.create_task(linger())
    near = asyncio.create_task(nearer())
    far = asyncio.create_task(further())
    await let_run()
    assert list(awaiters(innermost)) == [near, far]
    innermost.cancel()
    await asyncio.wait({far})


async def test_two_who_wait_for_the_same_are_both_found() -> None:
    async def waits() -> None:
        await task

    task = asyncio.create_task(linger())
    waiting = [asyncio.create_task(waits()) for _ in range(2)]
    await let_run()
    assert list(awaiters(task)) == waiting
    task.cancel()
    await asyncio.wait(waiting)


async def test_a_task_that_nobody_waits_for_has_no_awaiter() -> None:
    task = asyncio.create_task(linger())
    await let_run()
    assert list(awaiters(task)) == []
    task.cancel()


async def test_the_way_ends_where_an_application_begins() -> None:
    async def application() -> None:
        await inner

    async def test() -> None:
        await root

    inner = asyncio.create_task(linger())
    root = asyncio.create_task(application())
    outside = asyncio.create_task(test())
    root.add_done_callback(mark_root(lambda _: None))
    await let_run()
    assert list(awaiters(inner)) == [root]
    assert list(awaiters(root)) == []
    inner.cancel()
    await asyncio.wait({outside})
