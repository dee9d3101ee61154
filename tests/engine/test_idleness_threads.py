"""Idleness while threads work: what is waited for, and what is named."""

import asyncio
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from inspect import signature
from typing import Any

import pytest

from asgilab.engine import Quiet, idleness_of, settle
from asgilab.engine._idleness import PATIENCE
from asgilab.engine._threads import survey
from tests.engine.consumers import WORK
from tests.engine.loops import KNOWING, Factory, real, run_on, stock, until
from tests.engine.test_frames import line_of


def test_settle_waits_for_a_thread_and_gives_up_only_when_told_to() -> None:
    async def main() -> tuple[Quiet, Quiet, bool]:
        go = threading.Event()
        job = asyncio.ensure_future(asyncio.to_thread(go.wait))
        limited = await settle(limit=0.01)
        asyncio.get_running_loop().call_later(WORK, go.set)
        patient = await settle()
        done = job.done()
        await job
        return limited, patient, done

    limited, patient, done = run_on(real, main())
    assert limited.threads == 1
    assert not limited.certain
    (reason,) = limited.reasons
    assert reason.startswith("1 worker thread(s) still at work: 'asyncio_0' at ")
    assert done
    assert patient.final


@pytest.mark.parametrize("factory", KNOWING)
def test_a_cancelled_job_counts_until_its_thread_has_ended(factory: Factory) -> None:
    async def main() -> tuple[bool, Quiet]:
        begun, ended = threading.Event(), threading.Event()

        def work() -> None:
            begun.set()
            time.sleep(WORK)
            ended.set()

        job = asyncio.ensure_future(asyncio.to_thread(work))
        idleness_of(asyncio.get_running_loop())
        await until(begun.is_set)
        job.cancel()
        quiet = await settle()
        return ended.is_set(), quiet

    ended, quiet = run_on(factory, main())
    assert ended
    assert quiet.certain


def test_a_job_that_is_cancelled_before_it_begins_is_forgotten() -> None:
    async def main() -> Quiet:
        loop = asyncio.get_running_loop()
        idleness_of(loop)
        with ThreadPoolExecutor(1) as pool:
            go = threading.Event()
            first = loop.run_in_executor(pool, go.wait)
            second = loop.run_in_executor(pool, go.wait)
            await asyncio.sleep(0)
            second.cancel()
            go.set()
            await first
            return await settle(limit=30)

    assert run_on(stock, main()).final


def test_a_job_that_no_pool_takes_is_forgotten() -> None:
    async def main() -> Quiet:
        loop = asyncio.get_running_loop()
        idleness_of(loop)
        pool = ThreadPoolExecutor(1)
        pool.shutdown()
        with pytest.raises(RuntimeError, match="after shutdown"):
            loop.run_in_executor(pool, print)
        return await settle(limit=30)

    assert run_on(stock, main()).final


def test_a_job_in_another_process_is_waited_for() -> None:
    async def main() -> tuple[int, Quiet]:
        loop = asyncio.get_running_loop()
        idleness_of(loop)
        with ProcessPoolExecutor(1) as pool:
            job = loop.run_in_executor(pool, abs, -7)
            quiet = await settle(limit=60)
            return await job, quiet

    result, quiet = run_on(stock, main())
    assert result == 7
    assert quiet.threads == 0


@pytest.mark.parametrize("factory", KNOWING)
def test_a_raw_thread_that_was_there_before_anybody_looked_is_named(
    factory: Factory,
) -> None:
    async def main() -> tuple[Quiet, bool]:
        loop, answered = asyncio.get_running_loop(), asyncio.Event()
        go = threading.Event()

        def work() -> None:
            go.wait()
            loop.call_soon_threadsafe(answered.set)

        thread = threading.Thread(target=work, name="broker")
        thread.start()
        quiet = await settle()  # attaches itself only now, to a stock loop
        early = not answered.is_set()
        go.set()
        await answered.wait()
        thread.join()
        return quiet, early

    quiet, early = run_on(factory, main())
    assert early
    assert not quiet.certain
    assert quiet.reasons == ("thread 'broker' was started by hand",)


def test_a_raw_thread_that_is_older_than_the_loop_is_named() -> None:
    go = threading.Event()
    thread = threading.Thread(target=go.wait, name="broker")
    thread.start()
    quiet = run_on(real, settle())
    go.set()
    thread.join()
    assert quiet.reasons == ("thread 'broker' was started by hand",)


def test_a_stuck_thread_is_told_of_instead_of_waited_for_for_ever() -> None:
    default = signature(settle).parameters["limit"].default
    assert default == PATIENCE == 10
    stuck, begun = threading.Event(), threading.Event()

    def sticks() -> None:
        begun.set()
        stuck.wait()

    async def main() -> Quiet:
        job = asyncio.ensure_future(asyncio.to_thread(sticks))
        await until(begun.is_set)
        quiet = await settle(limit=0.1)
        stuck.set()
        await job
        return quiet

    quiet = run_on(real, main())
    place = f"{__file__}:{line_of(sticks, 'stuck.wait()')} in {sticks.__qualname__}"
    told = f"1 worker thread(s) still at work: 'asyncio_0' at {place}"
    assert quiet.reasons == (told,)
    assert quiet.threads == 1


def test_a_job_for_another_loop_is_no_concern() -> None:
    go = threading.Event()
    with ThreadPoolExecutor(1) as pool:

        async def theirs() -> None:
            job = asyncio.wrap_future(pool.submit(go.wait))
            busy.set()
            await job

        busy = threading.Event()
        other = threading.Thread(target=asyncio.run, args=(theirs(),))
        other.start()
        busy.wait()
        quiet = run_on(stock, settle())
        go.set()
        other.join()
    assert quiet.threads == 0
    # It is a thread started by hand, and may know this loop as well as its own.
    assert quiet.reasons == (f"thread {other.name!r} was started by hand",)


@pytest.mark.parametrize("factory", KNOWING)
def test_no_thread_is_looked_at_while_one_that_reports_soon_is_at_work(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[bool] = []

    def looking(*arguments: Any) -> Any:
        looked.append(bool(working))
        return survey(*arguments)

    async def main() -> Quiet:
        loop = asyncio.get_running_loop()
        idleness_of(loop)

        async def hop() -> None:
            working.append(1)
            await loop.run_in_executor(None, int)
            working.clear()

        task = asyncio.ensure_future(hop())
        quiet = await settle()
        assert task.done()
        return quiet

    working: list[int] = []
    monkeypatch.setattr("asgilab.engine._idleness.survey", looking)
    monkeypatch.setattr("asgilab.engine._idleness._REPORT", 60.0)
    assert run_on(factory, main()).certain
    assert looked
    assert not any(looked)


def test_a_thread_that_does_not_report_soon_is_looked_at() -> None:
    async def main() -> Quiet:
        go = threading.Event()
        job = asyncio.ensure_future(asyncio.to_thread(go.wait))
        quiet = await settle(limit=0.05)
        go.set()
        await job
        return quiet

    assert run_on(real, main()).threads == 1
