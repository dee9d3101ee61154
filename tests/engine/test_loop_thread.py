"""A loop in its own thread, and the ways to reach it."""

import asyncio
import gc
import signal
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from asgilab.engine import LabLoop, LoopThread, _loop_thread
from asgilab.errors import WrongLoop
from tests.engine.loops import manual, real, run_on, stock


@pytest.fixture
def thread() -> Iterator[LoopThread]:
    thread = LoopThread(LabLoop)
    yield thread
    thread.stop()


async def where() -> threading.Thread:
    await asyncio.sleep(0)
    return threading.current_thread()


async def fail() -> None:
    msg = "from the lab"
    raise LookupError(msg)


async def stop_it(thread: LoopThread) -> None:
    thread.stop()


def test_a_coroutine_is_called_on_the_loop_and_its_result_comes_back(
    thread: LoopThread,
) -> None:
    assert thread.call(where()).name == "asgilab"
    assert thread.call(where()) is not threading.current_thread()


def test_an_exception_comes_back_as_it_was_raised(thread: LoopThread) -> None:
    with pytest.raises(LookupError, match="from the lab") as caught:
        thread.call(fail())
    assert caught.traceback[-1].name == "fail"


def test_a_coroutine_is_awaited_from_any_other_loop(thread: LoopThread) -> None:
    assert run_on(stock, thread.run(where())).name == "asgilab"


def test_on_its_own_loop_run_simply_awaits(thread: LoopThread) -> None:
    async def there() -> threading.Thread:
        return await thread.run(where())

    assert thread.call(there()).name == "asgilab"


def test_a_post_gives_a_future_whose_cancelling_cancels_that_coroutine_only(
    thread: LoopThread,
) -> None:
    cancelled: list[str] = []

    async def wait_for_ever(name: str) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(name)
            raise

    first, _ = thread.post(wait_for_ever("first")), thread.post(wait_for_ever("other"))
    thread.call(where())
    first.cancel()
    while not cancelled:
        thread.call(where())
    assert cancelled == ["first"]


def test_a_call_that_takes_too_long_is_given_up_and_cancelled(
    thread: LoopThread,
) -> None:
    ended = threading.Event()

    async def linger() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(TimeoutError):
        thread.call(linger(), timeout=0.01)
    assert ended.wait(10)
    assert thread.alive


def test_an_interrupt_of_a_call_cancels_that_coroutine_and_nothing_else(
    thread: LoopThread,
) -> None:
    began, ended, other = threading.Event(), threading.Event(), []

    async def linger() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def go_on() -> None:
        while True:
            await asyncio.sleep(0.001)
            other.append(1)

    going_on = thread.post(go_on())
    main = threading.main_thread().ident
    assert main is not None

    def interrupt() -> None:
        began.wait()
        signal.pthread_kill(main, signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        thread.call(linger())
    assert ended.wait(10)
    so_far = len(other)
    deadline = time.monotonic() + 10
    while len(other) == so_far and time.monotonic() < deadline:
        thread.call(where())
    assert len(other) > so_far
    going_on.cancel()


def test_an_interrupt_that_does_not_wake_the_waiting_thread_is_noticed_all_the_same(
    thread: LoopThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    pending: list[str] = []
    wait = threading.Condition.wait

    def interrupted_before_it_waits(
        self: threading.Condition, timeout: float | None = None
    ) -> bool:
        """Wait as a thread does that a signal reached just before: it sleeps on."""
        if threading.current_thread() is not threading.main_thread():
            return wait(self, timeout)
        wait(self, 10 if timeout is None else timeout)
        pending.append("woken by itself" if timeout is None else "interrupted")
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Condition, "wait", interrupted_before_it_waits)
    with pytest.raises(KeyboardInterrupt):
        thread.call(asyncio.Event().wait())
    monkeypatch.undo()
    assert pending == ["interrupted"]


def test_a_timeout_of_the_coroutine_itself_comes_back_as_it_was_raised(
    thread: LoopThread,
) -> None:
    async def late() -> None:
        msg = "of its own"
        raise TimeoutError(msg)

    with pytest.raises(TimeoutError, match="of its own"):
        thread.call(late(), timeout=10)


def test_a_call_may_last_longer_than_one_look_for_interrupts(
    thread: LoopThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_loop_thread, "_SLICE", 0)

    async def last() -> str:
        for _ in range(100):
            await asyncio.sleep(0)
        return "done"

    assert thread.call(last()) == "done"
    assert thread.call(last(), timeout=10) == "done"


def test_a_coroutine_that_cancels_itself_is_told_as_asyncio_does(
    thread: LoopThread,
) -> None:
    async def give_up() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        thread.call(give_up())


def test_a_call_from_the_loops_own_thread_is_refused(thread: LoopThread) -> None:
    async def there() -> None:
        thread.call(where())

    with pytest.raises(WrongLoop, match="own thread; use await there"):
        thread.call(there())


@pytest.mark.parametrize("way", ["call", "post"])
def test_a_stopped_loop_says_so(way: str) -> None:
    thread = LoopThread(LabLoop)
    thread.stop()
    assert not thread.alive
    with pytest.raises(WrongLoop, match="stopped; start a new lab"):
        getattr(thread, way)(where())
    with pytest.raises(WrongLoop, match="stopped; start a new lab"):
        run_on(stock, thread.run(where()))


def test_it_may_be_stopped_twice_and_from_its_own_thread() -> None:
    thread = LoopThread(LabLoop)
    future = thread.post(stop_it(thread))
    thread._thread.join(10)
    assert future.done()
    thread.stop()
    assert not thread.alive


@pytest.mark.parametrize("factory", [real, manual])
def test_stopping_ends_what_still_runs_even_if_it_is_stubborn(factory: Any) -> None:
    thread, told = LoopThread(factory), threading.Event()
    swallowed: list[int] = []

    async def stubborn() -> None:
        while len(swallowed) < 3:
            try:
                told.set()
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                swallowed.append(1)

    async def obedient() -> None:
        await asyncio.Event().wait()

    thread.post(obedient())
    thread.post(stubborn())
    told.wait(10)
    thread.loop.set_exception_handler(lambda *_: None)
    thread.stop()
    assert not thread.alive
    assert swallowed


def test_whoever_waits_for_a_loop_that_is_stopped_is_told() -> None:
    for _ in range(30):
        thread = LoopThread(stock)
        results: list[object] = []

        def keep_calling(
            thread: LoopThread = thread, results: list[object] = results
        ) -> None:
            try:
                while True:
                    thread.call(where())
            except (WrongLoop, asyncio.CancelledError) as error:
                results.append(error)

        caller = threading.Thread(target=keep_calling, daemon=True)
        caller.start()
        thread.call(where())
        thread.stop()
        caller.join(10)
        assert not caller.is_alive()
        assert len(results) == 1


def test_a_task_that_is_begun_anew_whenever_it_ends_does_not_keep_the_loop() -> None:
    thread = LoopThread(stock)
    kept: set[asyncio.Task[Any]] = set()

    def begin(ended: asyncio.Task[Any] | None = None) -> None:
        task = thread.loop.create_task(asyncio.Event().wait())
        kept.add(task)
        task.add_done_callback(begin)

    async def supervise() -> None:
        begin()

    thread.call(supervise())
    stopping = threading.Thread(target=thread.stop, daemon=True)
    stopping.start()
    stopping.join(60)
    assert not stopping.is_alive()
    for task in kept:
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # it is, here


def test_what_begins_while_the_loop_ends_is_not_left_half_way(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Posted in its last pass: it begins after all tasks were told to end."""
    thread = LoopThread(stock)
    late: list[asyncio.Task[Any]] = []

    async def agen() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            late.append(asyncio.create_task(asyncio.Event().wait()))
            await asyncio.sleep(0)

    async def begin() -> AsyncIterator[int]:
        values = agen()
        await anext(values)
        return values

    values = thread.call(begin())
    thread.stop()
    assert late.pop().cancelled()
    del values
    gc.collect()
    assert "destroyed" not in caplog.text


def test_to_stop_it_again_does_not_disturb_its_end() -> None:
    thread, ended = LoopThread(stock), []

    async def linger() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            threading.Thread(target=thread.stop).start()
            for _ in range(1000):
                await asyncio.sleep(0)
            ended.append(thread.loop.is_running())

    thread.post(linger())
    thread.call(where())
    thread.stop()
    assert ended == [True]


def test_a_loop_that_cannot_be_made_is_reported_to_whoever_wanted_it() -> None:
    def broken() -> asyncio.AbstractEventLoop:
        msg = "no loop today"
        raise OSError(msg)

    with pytest.raises(OSError, match="no loop today"):
        LoopThread(broken)
