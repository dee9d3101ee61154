"""Random consumers under random threads: no certain verdict comes too early."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import anyio.to_thread
import pytest
from asgiref.sync import ThreadSensitiveContext, async_to_sync, sync_to_async

from asgilab.engine import idleness_of, settle
from tests.engine.loops import KNOWING, Factory, run_on

Step = Callable[["Mix"], Awaitable[None]]


class Mix:
    """A consumer put together at random; the same seed makes the same one.

    Args:
        seed: Of the choices.
        pool: A pool of the user's own.
    """

    def __init__(self, seed: int, pool: ThreadPoolExecutor) -> None:
        self._random = random.Random(seed)
        self.pool = pool
        self.sent = 0
        self.due = self._random.randint(0, 3)

    async def run(self) -> None:
        for _ in range(self.due):
            await self.some_steps()
            self.sent += 1
        if self._random.random() < 0.5:
            await self.some_steps()

    async def some_steps(self) -> None:
        for _ in range(self._random.randint(1, 3)):
            await self._random.choice(STEPS)(self)

    def work(self) -> None:
        """Keep a thread busy, for no time or a very short one."""
        time.sleep(self._random.choice((0, 0, 0.0001, 0.001)))


async def hop(mix: Mix) -> None:
    await asyncio.sleep(0)


async def thread(mix: Mix) -> None:
    await asyncio.to_thread(mix.work)


async def one_sync_thread(mix: Mix) -> None:
    await sync_to_async(mix.work)()


async def own_sync_thread(mix: Mix) -> None:
    async with ThreadSensitiveContext():
        await sync_to_async(mix.work)()


async def any_sync_thread(mix: Mix) -> None:
    await sync_to_async(mix.work, thread_sensitive=False)()


async def nested(mix: Mix) -> None:
    async def inner() -> None:
        await sync_to_async(mix.work)()
        await asyncio.to_thread(mix.work)

    await sync_to_async(lambda: async_to_sync(inner)())()


async def anyio_thread(mix: Mix) -> None:
    await anyio.to_thread.run_sync(mix.work)


async def own_pool(mix: Mix) -> None:
    await asyncio.wrap_future(mix.pool.submit(mix.work))


async def through_the_loop(mix: Mix) -> None:
    await asyncio.get_running_loop().run_in_executor(mix.pool, mix.work)


async def several(mix: Mix) -> None:
    await asyncio.gather(thread(mix), own_pool(mix), hop(mix), one_sync_thread(mix))


STEPS: list[Step] = [
    hop,
    thread,
    one_sync_thread,
    own_sync_thread,
    any_sync_thread,
    nested,
    anyio_thread,
    own_pool,
    through_the_loop,
    several,
]


async def wrong_verdicts(seeds: range) -> list[int]:
    """Return the seeds of the mixes that went on after quiet, or were not seen."""
    idleness_of(asyncio.get_running_loop())
    wrong = []
    with ThreadPoolExecutor(2) as pool:
        for seed in seeds:
            mix = Mix(seed, pool)
            task = asyncio.create_task(mix.run())
            quiet = await settle(limit=60)
            if not quiet.certain or mix.sent < mix.due or not task.done():
                wrong.append(seed)
            await task
    return wrong


@pytest.mark.parametrize("factory", KNOWING)
def test_every_verdict_is_certain_and_none_comes_early(factory: Factory) -> None:
    assert run_on(factory, wrong_verdicts(range(100))) == []


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("factory", KNOWING)
def test_the_same_in_two_thousand_runs_each(factory: Factory) -> None:
    assert run_on(factory, wrong_verdicts(range(1000, 3000))) == []
