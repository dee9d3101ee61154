"""Telling threads apart by where they stand, and the private names this rests on."""

import asyncio
import inspect
import logging.handlers
import queue
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import thread as pool_module
from typing import Any

import anyio.from_thread
import anyio.to_thread
import pytest
from asgiref.sync import (
    AsyncToSync,
    ThreadSensitiveContext,
    async_to_sync,
    sync_to_async,
)

from asgilab.engine import LoopThread, shorten
from asgilab.engine._threads import Survey, survey, threads_waiting_for
from tests.engine.loops import real, run_on, stock, until


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1, thread_name_prefix="pool") as pool:
        yield pool


def look(known: Any = ()) -> Survey:
    return survey(asyncio.get_running_loop(), known, ())


async def look_when_still(known: Any = ()) -> Survey:
    """Look until no thread is between two states."""
    return await until(lambda: None if (seen := look(known)).moving else seen)


def test_asgirefs_private_names_are_still_what_we_take_them_for() -> None:
    assert AsyncToSync.main_wrap.__qualname__ == "AsyncToSync.main_wrap"
    call = inspect.getsource(AsyncToSync.__call__)
    assert "call_result" in call
    assert "call_result" in inspect.signature(AsyncToSync.main_wrap).parameters
    assert "def join" in inspect.getsource(ThreadSensitiveContext.__aexit__)


def test_the_pools_private_names_are_still_what_we_take_them_for(
    pool: ThreadPoolExecutor,
) -> None:
    names = inspect.signature(pool_module._worker).parameters
    assert {"executor_reference", "work_queue"} <= names.keys()
    assert "work_item" in pool_module._worker.__code__.co_varnames
    assert vars(pool)["_idle_semaphore"]._value == 0


async def test_the_future_of_a_pool_names_its_heir(pool: ThreadPoolExecutor) -> None:
    go = threading.Event()
    future = pool.submit(go.wait)
    heir = asyncio.wrap_future(future)
    (callback,) = vars(future)["_done_callbacks"]
    go.set()
    await heir
    assert "destination" in callback.__code__.co_freevars


async def test_an_idle_pool_is_nobodys_work(pool: ThreadPoolExecutor) -> None:
    await asyncio.wrap_future(pool.submit(int))
    seen = await look_when_still()
    assert (seen.working, seen.strangers) == (0, [])


async def test_a_pools_job_for_this_loop_is_work(pool: ThreadPoolExecutor) -> None:
    go = threading.Event()
    heir = asyncio.wrap_future(pool.submit(go.wait))
    working = (await look_when_still()).working
    go.set()
    await heir
    assert working == 1


async def test_a_pools_job_that_waits_for_this_loop_is_none(
    pool: ThreadPoolExecutor,
) -> None:
    loop, go = asyncio.get_running_loop(), asyncio.Event()

    def wait_for_the_loop() -> None:
        asyncio.run_coroutine_threadsafe(go.wait(), loop).result()

    heir = asyncio.wrap_future(pool.submit(wait_for_the_loop))
    seen = await until(lambda: seen if (seen := look()).resting else None)
    go.set()
    await heir
    assert (seen.working, seen.strangers) == (0, [])


async def test_a_raw_thread_is_named_unless_it_was_there_before() -> None:
    go = threading.Event()
    raw = threading.Thread(target=go.wait, name="by-hand")
    raw.start()
    strange = await look_when_still()
    known = await look_when_still({raw})
    go.set()
    raw.join()
    assert strange.strangers == ["thread 'by-hand' was started by hand"]
    assert known.strangers == []


async def test_a_users_thread_that_passes_through_our_code_is_a_stranger() -> None:
    go = threading.Event()

    class Slow:
        def __repr__(self) -> str:
            go.wait()
            return "slow"

    raw = threading.Thread(target=lambda: shorten(Slow()), name="by-hand")
    raw.start()
    seen = await look_when_still()
    go.set()
    raw.join()
    assert seen.strangers == ["thread 'by-hand' was started by hand"]


async def test_a_timer_thread_is_no_thread_that_is_just_starting() -> None:
    timer = threading.Timer(60, print)
    timer.start()
    seen = await look_when_still()
    timer.cancel()
    timer.join()
    assert len(seen.strangers) == 1


async def test_a_labs_own_thread_is_no_stranger() -> None:
    thread = LoopThread(real)
    seen = await look_when_still()
    thread.stop()
    assert seen.strangers == []


async def test_a_thread_that_waits_in_async_to_sync_is_counted_as_waiting() -> None:
    go = asyncio.Event()
    task = asyncio.ensure_future(sync_to_async(async_to_sync(go.wait))())
    loop = asyncio.get_running_loop()
    count = await until(lambda: threads_waiting_for(asyncio.all_tasks(loop)))
    go.set()
    await task
    assert count == 1
    assert threads_waiting_for(asyncio.all_tasks(loop)) == 0


def test_an_anyio_thread_works_until_it_waits_for_the_loop() -> None:
    async def main() -> tuple[int, int]:
        go, back = threading.Event(), asyncio.Event()

        def work() -> None:
            go.wait()
            anyio.from_thread.run(back.wait)

        async with anyio.create_task_group() as group:
            group.start_soon(anyio.to_thread.run_sync, work)
            working = await until(lambda: look().working)
            go.set()
            await until(lambda: look().resting)
            waiting = look().working
            back.set()
        return working, waiting

    assert run_on(stock, main()) == (1, 0)


def test_an_anyio_thread_is_seen_behind_an_asynchronous_generator() -> None:
    """As behind Starlette's ``iterate_in_threadpool``, where no frame leads to it."""

    async def main() -> tuple[int, int]:
        go = threading.Event()

        async def items() -> AsyncIterator[Any]:
            yield await anyio.to_thread.run_sync(go.wait)

        async def read() -> list[Any]:
            return [item async for item in items()]

        task = asyncio.ensure_future(read())
        working = await until(lambda: look().working)
        go.set()
        assert await task == [True]
        return working, (await look_when_still()).working

    assert run_on(stock, main()) == (1, 0)


def test_a_listener_of_the_logging_module_is_no_stranger() -> None:
    listener = logging.handlers.QueueListener(queue.SimpleQueue())
    listener.start()
    try:
        with asyncio.Runner() as runner:
            found = survey(runner.get_loop(), (), ())
        assert found.strangers == []
    finally:
        listener.stop()
