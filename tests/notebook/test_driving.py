"""Waiting for a magic: awaited or blocking, interrupted or late."""

import asyncio
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from asgilab.engine import LabLoop, LoopThread
from asgilab.errors import WrongLoop
from asgilab.notebook._driving import Overdue, cross, drive_awaited, drive_blocking
from asgilab.notebook._interrupts import Interrupts


@pytest.fixture
def thread() -> Iterator[LoopThread]:
    thread = LoopThread(LabLoop)
    yield thread
    thread.stop()


async def where() -> tuple[asyncio.AbstractEventLoop, threading.Thread]:
    await asyncio.sleep(0)
    return asyncio.get_running_loop(), threading.current_thread()


async def fail() -> None:
    await asyncio.sleep(0)
    msg = "from the lab"
    raise LookupError(msg)


async def visit(loop: asyncio.AbstractEventLoop) -> tuple[Any, threading.Thread]:
    there, _ = await cross(where(), loop)
    return there, threading.current_thread()


async def recover(loop: asyncio.AbstractEventLoop) -> str:
    try:
        await cross(fail(), loop)
    except LookupError as error:
        return f"recovered {error}"
    return "nothing came"


def test_a_blocking_magic_works_here_and_its_errand_on_the_labs_loop(
    thread: LoopThread,
) -> None:
    result = drive_blocking(visit(thread.loop), Interrupts())
    assert result == (thread.loop, threading.current_thread())


async def test_an_awaited_magic_works_here_and_its_errand_on_the_labs_loop(
    thread: LoopThread,
) -> None:
    result = await drive_awaited(visit(thread.loop), Interrupts())
    assert result == (thread.loop, threading.current_thread())


async def test_a_blocking_magic_works_while_a_loop_runs_here(
    thread: LoopThread,
) -> None:
    assert drive_blocking(visit(thread.loop), Interrupts())[0] is thread.loop


async def test_the_kernels_loop_goes_on_while_a_magic_is_awaited(
    thread: LoopThread,
) -> None:
    arrived, go = asyncio.Event(), asyncio.Event()
    here = asyncio.get_running_loop()

    async def errand() -> None:
        here.call_soon_threadsafe(arrived.set)
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(go.wait(), here))

    async def body() -> None:
        await cross(errand(), thread.loop)

    driven = asyncio.ensure_future(drive_awaited(body(), Interrupts()))
    await arrived.wait()
    assert not driven.done()
    go.set()
    await driven


def test_an_error_of_the_errand_reaches_the_body_that_sent_it(
    thread: LoopThread,
) -> None:
    assert (
        drive_blocking(recover(thread.loop), Interrupts()) == "recovered from the lab"
    )
    with pytest.raises(LookupError, match="from the lab"):
        drive_blocking(_only(fail(), thread.loop), Interrupts())


async def test_an_error_reaches_the_awaited_body_as_well(thread: LoopThread) -> None:
    recovered = await drive_awaited(recover(thread.loop), Interrupts())
    assert recovered == "recovered from the lab"
    with pytest.raises(LookupError, match="from the lab"):
        await drive_awaited(_only(fail(), thread.loop), Interrupts())


async def _only(work: Any, loop: asyncio.AbstractEventLoop) -> Any:
    return await cross(work, loop)


async def _timed(work: Any, loop: asyncio.AbstractEventLoop) -> Any:
    return await cross(work, loop, 0.01)


def test_a_time_limit_runs_by_the_wall_although_the_labs_clock_stands_still(
    thread: LoopThread,
) -> None:
    assert isinstance(thread.loop, LabLoop)
    thread.loop.clock.freeze()
    gone = threading.Event()
    with pytest.raises(Overdue):
        drive_blocking(_timed(_tell_when_cancelled(gone), thread.loop), Interrupts())
    assert gone.wait(5)


async def test_a_time_limit_holds_for_an_awaited_magic_too(thread: LoopThread) -> None:
    assert isinstance(thread.loop, LabLoop)
    thread.loop.clock.freeze()
    gone = threading.Event()
    work = _timed(_tell_when_cancelled(gone), thread.loop)
    with pytest.raises(Overdue):
        await drive_awaited(work, Interrupts())
    assert gone.wait(5)


async def test_a_time_out_of_the_errand_itself_is_told_apart(
    thread: LoopThread,
) -> None:
    async def errand() -> None:
        msg = "its own"
        raise TimeoutError(msg)

    with pytest.raises(TimeoutError, match="its own") as caught:
        await drive_awaited(_timed(errand(), thread.loop), Interrupts())
    assert type(caught.value) is TimeoutError


async def _tell_when_cancelled(gone: threading.Event) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        gone.set()


def test_an_interrupt_cancels_the_errand_and_nothing_else(thread: LoopThread) -> None:
    gone = threading.Event()
    neighbour = thread.post(asyncio.Event().wait())

    async def errand() -> None:
        signal.raise_signal(signal.SIGINT)
        await _tell_when_cancelled(gone)

    with pytest.raises(KeyboardInterrupt):
        drive_blocking(_only(errand(), thread.loop), Interrupts())
    assert gone.wait(5)
    assert not neighbour.done()
    neighbour.cancel()


async def test_an_interrupt_lands_although_the_cell_only_posts_it_to_this_loop(
    thread: LoopThread,
) -> None:
    def post(*_: object) -> None:
        """Stand for the kernel's handler: the loop that it posts to is blocked."""

    async def errand() -> None:
        while signal.getsignal(signal.SIGINT) is post:  # noqa: ASYNC110  # a signal's state has no event
            await asyncio.sleep(0)
        signal.raise_signal(signal.SIGINT)
        await asyncio.Event().wait()

    usual = signal.signal(signal.SIGINT, post)
    try:
        with pytest.raises(KeyboardInterrupt):
            drive_blocking(_only(errand(), thread.loop), Interrupts())
        assert signal.getsignal(signal.SIGINT) is post
    finally:
        signal.signal(signal.SIGINT, usual)


def test_an_interrupt_that_came_just_before_is_not_lost(thread: LoopThread) -> None:
    interrupts = Interrupts()
    interrupts.pending = True
    with pytest.raises(KeyboardInterrupt):
        drive_blocking(_only(asyncio.Event().wait(), thread.loop), interrupts)


async def test_a_cancelled_task_that_no_cell_runs_stays_cancelled(
    thread: LoopThread,
) -> None:
    interrupts = Interrupts()
    interrupts.landed = True
    here, arrived = asyncio.get_running_loop(), asyncio.Event()

    async def errand() -> None:
        here.call_soon_threadsafe(arrived.set)
        await asyncio.Event().wait()

    body = _only(errand(), thread.loop)
    task = asyncio.ensure_future(drive_awaited(body, interrupts))
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("landed", [True, False])
async def test_only_an_interrupt_turns_the_cancelled_cell_into_a_keyboard_interrupt(
    thread: LoopThread, shell: InteractiveShell, landed: bool
) -> None:
    interrupts = Interrupts()
    here, arrived = asyncio.get_running_loop(), asyncio.Event()

    async def errand() -> None:
        here.call_soon_threadsafe(arrived.set)
        await asyncio.Event().wait()

    shell.user_ns["magic"] = lambda: drive_awaited(
        _only(errand(), thread.loop), interrupts
    )
    cell = "await magic()"
    run = asyncio.ensure_future(shell.run_cell_async(cell, transformed_cell=cell))
    arriving = asyncio.ensure_future(arrived.wait())
    await asyncio.wait([run, arriving], return_when=asyncio.FIRST_COMPLETED)
    assert not run.done(), run.result()
    interrupts.landed = landed
    run.cancel()
    result = await run
    expected = KeyboardInterrupt if landed else asyncio.CancelledError
    assert isinstance(result.error_in_exec, expected)


def test_blocking_the_labs_own_loop_is_refused(thread: LoopThread) -> None:
    async def on_the_loop() -> None:
        drive_blocking(_only(where(), thread.loop), Interrupts())

    with pytest.raises(WrongLoop, match="use await there"):
        thread.call(on_the_loop())


def test_a_stopped_loop_is_named(thread: LoopThread) -> None:
    thread.stop()
    with pytest.raises(WrongLoop, match="%asgi_app starts a new one"):
        drive_blocking(_only(where(), thread.loop), Interrupts())


def test_a_loop_that_stands_still_is_run() -> None:
    loop = asyncio.new_event_loop()
    try:
        assert drive_blocking(visit(loop), Interrupts())[0] is loop
        with pytest.raises(Overdue):
            drive_blocking(_timed(asyncio.Event().wait(), loop), Interrupts())
    finally:
        loop.close()


def test_an_interrupt_of_a_loop_that_stood_still_spares_its_other_tasks() -> None:
    loop = asyncio.new_event_loop()

    async def errand() -> None:
        signal.raise_signal(signal.SIGINT)
        await asyncio.Event().wait()

    try:
        neighbour = loop.create_task(asyncio.Event().wait())
        with pytest.raises(KeyboardInterrupt):
            drive_blocking(_only(errand(), loop), Interrupts())
        assert not neighbour.done()
        neighbour.cancel()
        loop.run_until_complete(asyncio.wait([neighbour]))
    finally:
        loop.close()


def test_importing_the_notebook_does_not_touch_asyncio() -> None:
    import subprocess

    code = (
        "import asyncio, sys; before = asyncio.run, asyncio.Task\n"
        "import asgilab.notebook\n"
        "assert (asyncio.run, asyncio.Task) == before\n"
        "assert 'nest_asyncio2' not in sys.modules\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=False)
    assert ran.returncode == 0
