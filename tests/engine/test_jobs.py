"""Counting the jobs of a loop, from start to end."""

import asyncio
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async

from asgilab.engine._jobs import Jobs, _Job, carry
from asgilab.engine._threads import Survey
from tests.engine.loops import real, run_on, until


async def hand_out(jobs: Jobs, func: Any, pool: Any = None) -> Any:
    submit = asyncio.get_running_loop().run_in_executor
    return jobs.run(submit, pool, func)


async def test_a_job_counts_from_start_to_end() -> None:
    jobs, go = Jobs(asyncio.get_running_loop()), threading.Event()
    future = await hand_out(jobs, go.wait)
    before = jobs.at_work(Survey())
    go.set()
    assert await future
    assert (before, jobs.at_work(Survey())) == (1, 0)


async def test_a_job_counts_even_when_it_raises() -> None:
    jobs = Jobs(asyncio.get_running_loop())
    future = await hand_out(jobs, {}.popitem)
    await asyncio.wait({future})
    assert isinstance(future.exception(), KeyError)
    assert jobs.at_work(Survey()) == 0


async def test_a_cancelled_job_counts_until_its_thread_comes_back() -> None:
    jobs = Jobs(asyncio.get_running_loop())
    begun, go = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go.wait()

    future = await hand_out(jobs, work)
    begun.wait()
    future.cancel()
    await asyncio.sleep(0)
    cancelled = jobs.at_work(Survey())
    go.set()
    await until(lambda: not jobs.at_work(Survey()))
    assert cancelled == 1


async def test_a_job_that_is_cancelled_in_the_queue_stops_counting() -> None:
    jobs, go = Jobs(asyncio.get_running_loop()), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        first = await hand_out(jobs, go.wait, pool)
        second = await hand_out(jobs, go.wait, pool)
        second.cancel()
        await asyncio.sleep(0)
        left = jobs.at_work(Survey())
        go.set()
        await first
    assert left == 1


async def test_a_job_whose_thread_waits_for_a_future_does_not_count() -> None:
    jobs, go = Jobs(asyncio.get_running_loop()), threading.Event()
    numbers: set[int] = set()

    def work() -> None:
        numbers.add(threading.get_ident())
        go.wait()

    future = await hand_out(jobs, work)
    await until(lambda: numbers)
    resting = jobs.at_work(Survey(resting=numbers))
    blocked = jobs.blocked(Survey(blocked=numbers))
    go.set()
    await future
    assert (resting, blocked) == (0, True)


async def test_a_job_travels_to_another_process_as_its_function_alone() -> None:
    job = _Job(abs, Jobs(asyncio.get_running_loop()))
    assert pickle.loads(pickle.dumps(job)) is abs


CARRIED: ContextVar[str] = ContextVar("carried", default="nothing")
LEFT: ContextVar[str] = ContextVar("left", default="nothing")


async def test_what_is_carried_is_seen_in_the_thread_and_nothing_else() -> None:
    carry(CARRIED)
    CARRIED.set("the caller's")
    LEFT.set("the caller's")
    with ThreadPoolExecutor(1) as pool:
        loop = asyncio.get_running_loop()
        jobs = Jobs(loop)
        submit = loop.run_in_executor
        seen = await jobs.run(submit, pool, lambda: (CARRIED.get(), LEFT.get()))
        assert seen == ("the caller's", "nothing")
        assert await loop.run_in_executor(pool, CARRIED.get) == "nothing"


async def test_a_job_is_surely_at_work_from_its_start_until_its_function_returns() -> (
    None
):
    jobs, go = Jobs(asyncio.get_running_loop()), threading.Event()
    assert not jobs.surely_at_work()
    future = await hand_out(jobs, go.wait)
    assert jobs.surely_at_work()
    go.set()
    assert await future
    assert not jobs.surely_at_work()


def test_a_job_that_waits_for_the_loop_is_not_surely_at_work() -> None:
    async def main() -> tuple[bool, bool]:
        loop = asyncio.get_running_loop()
        jobs = loop.idleness._jobs  # type: ignore[attr-defined]  # typeshed's loop has no idleness
        go = asyncio.Event()
        task = asyncio.ensure_future(sync_to_async(async_to_sync(go.wait))())
        await until(lambda: jobs.futures() and not jobs.surely_at_work())
        go.set()
        return await task, jobs.surely_at_work()

    assert run_on(real, main()) == (True, False)
