"""Telling threads apart by where they stand, and the private names this rests on."""

import _thread
import asyncio
import inspect
import logging.handlers
import os
import queue
import sys
import sysconfig
import threading
import types
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
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
from asgilab.engine._threads import (
    Survey,
    places_of,
    survey,
    threads_waiting_for,
)
from tests.engine.loops import real, run_on, stock, until
from tests.engine.test_frames import line_of, made_of


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1, thread_name_prefix="pool") as pool:
        yield pool


def look() -> Survey:
    return survey(asyncio.get_running_loop(), ())


async def look_when_still() -> Survey:
    """Look until no thread is between two states."""
    return await until(lambda: None if (seen := look()).moving else seen)


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


async def test_a_raw_thread_is_named() -> None:
    go = threading.Event()
    raw = threading.Thread(target=go.wait, name="by-hand")
    raw.start()
    seen = await look_when_still()
    go.set()
    raw.join()
    assert seen.strangers == ["thread 'by-hand' was started by hand"]


async def test_a_thread_that_the_threading_module_does_not_know_is_named() -> None:
    go, ended = threading.Event(), threading.Event()

    def work() -> None:
        go.wait()
        ended.set()

    number = _thread.start_new_thread(work, ())
    seen = await until(lambda: seen if (seen := look()).strangers else None)
    go.set()
    ended.wait()
    assert seen.strangers == [f"thread {number} was started by hand"]


async def test_a_raw_thread_that_waits_for_a_future_brings_nothing() -> None:
    waited_for: Future[None] = Future()
    raw = threading.Thread(target=waited_for.result, name="by-hand")
    raw.start()
    seen = await until(lambda: seen if (seen := look()).resting else None)
    waited_for.set_result(None)
    raw.join()
    assert seen.strangers == []


def test_the_main_thread_is_no_stranger_to_a_loop_of_its_own() -> None:
    thread = LoopThread(real)

    async def look_from_there() -> list[str]:
        return (await look_when_still()).strangers

    found = thread.post(look_from_there())
    while not found.done():
        pass  # at work in a file of the user's, while the loop looks
    thread.stop()
    assert found.result() == []


async def test_a_timer_of_the_test_runners_is_no_concern() -> None:
    from execnet.gateway_base import trace  # stands for any function of theirs

    timer = threading.Timer(60, trace)
    timer.start()
    seen = await look_when_still()
    timer.cancel()
    timer.join()
    assert seen.strangers == []


@pytest.fixture
def watcher(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function of a library whose threads look after themselves."""
    folder = f"{sysconfig.get_path('purelib')}{os.sep}tqdm"
    module: Any = types.ModuleType("tqdm")
    module.__path__ = [folder]
    monkeypatch.setitem(sys.modules, "tqdm", module)
    source = "def watch(call): call()"
    return made_of(source, f"{folder}{os.sep}_monitor{id(module)}.py")["watch"]


async def test_a_thread_of_a_library_that_looks_after_itself_is_no_concern(
    watcher: Any,
) -> None:
    go = threading.Event()
    thread = threading.Thread(target=watcher, args=(go.wait,))
    thread.start()
    seen = await look_when_still()
    go.set()
    thread.join()
    assert seen.strangers == []


async def test_a_librarys_thread_in_code_of_the_users_is_a_stranger(
    watcher: Any,
) -> None:
    go, there = threading.Event(), threading.Event()

    def users() -> None:
        there.set()
        go.wait()

    thread = threading.Thread(target=watcher, args=(users,), name="monitor")
    thread.start()
    there.wait()
    seen = await look_when_still()
    go.set()
    thread.join()
    assert seen.strangers == ["thread 'monitor' was started by hand"]


async def test_where_a_thread_is_at_work_is_told_with_file_and_line() -> None:
    go, begun = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go.wait()

    raw = threading.Thread(target=work, name="by-hand")
    raw.start()
    begun.wait()
    number = raw.ident or 0
    place = f"{__file__}:{line_of(work, 'go.wait()')} in {work.__qualname__}"
    told = await until(lambda: [p for p in places_of({number}) if place in p])
    go.set()
    raw.join()
    assert told == [f"'by-hand' at {place}"]
    assert places_of({number}) == []


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
            found = survey(runner.get_loop(), ())
        assert found.strangers == []
    finally:
        listener.stop()
