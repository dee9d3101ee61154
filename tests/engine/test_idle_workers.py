"""A pool that has lost count of its idle workers, and one that has given out a job."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from asgilab.engine import Quiet, settle
from asgilab.engine._idle_workers import ENOUGH, IdleWorkers
from asgilab.engine._threads import survey
from tests.engine.loops import KNOWING, Factory, run_on, until

SWITCH = "asgilab.engine._idle_workers.MISCOUNTS"


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """A pool with one worker, which waits for a job."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
        while pool._idle_semaphore._value != 1:
            time.sleep(0)
        yield pool


def count_one_out(pool: Any) -> None:
    """Do what :meth:`submit` does for a job that another worker takes."""
    assert pool._idle_semaphore.acquire(timeout=0)


def looking(pool: object, workers: int) -> IdleWorkers:
    idle = IdleWorkers()
    for _ in range(workers):
        idle.add(pool)
    return idle


@pytest.mark.parametrize("miscounts", [False, True])
@pytest.mark.parametrize("looks", [0, ENOUGH - 1, ENOUGH])
def test_more_that_look_idle_than_are_counted_may_have_a_job(
    pool: ThreadPoolExecutor,
    monkeypatch: pytest.MonkeyPatch,
    miscounts: bool,
    looks: int,
) -> None:
    monkeypatch.setattr(SWITCH, miscounts)
    assert not looking(pool, 1).may_have_a_job(looks)
    # Only where pools lose count is a long look enough to say that it is a mistake.
    assert looking(pool, 2).may_have_a_job(looks) is not (miscounts and looks >= ENOUGH)


def test_one_pools_surplus_is_not_made_good_by_another(
    pool: ThreadPoolExecutor,
) -> None:
    with ThreadPoolExecutor(1) as other:
        other._idle_semaphore.release(2)
        idle = looking(pool, 2)
        idle.add(other)
        assert idle.may_have_a_job(0)


def test_a_pool_that_does_not_tell_its_count_is_taken_at_its_word() -> None:
    assert not looking(None, 3).may_have_a_job(0)


@pytest.mark.parametrize("factory", KNOWING)
def test_a_lost_count_is_quiet_in_the_end_and_no_secret_for_the_next_look(
    factory: Factory, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> tuple[Quiet, bool]:
        count_one_out(pool)
        quiet = await settle()
        return quiet, survey(asyncio.get_running_loop(), ()).moving

    monkeypatch.setattr(SWITCH, True)
    quiet, moving = run_on(factory, main())
    assert quiet.certain, quiet.reasons
    # Nothing else would show a job that such a pool has given out.
    assert moving


@pytest.mark.parametrize("factory", KNOWING)
def test_where_pools_count_right_a_surplus_is_never_certainly_quiet(
    factory: Factory, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> Quiet:
        count_one_out(pool)
        return await settle(limit=1)

    monkeypatch.setattr(SWITCH, False)
    quiet = run_on(factory, main())
    assert quiet.reasons == ("a thread is about to take up work",)


@pytest.mark.parametrize("factory", KNOWING)
def test_a_job_for_a_pool_that_has_lost_count_is_waited_for(
    factory: Factory, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> list[bool]:
        told = []
        for _ in range(20):
            count_one_out(pool)
            job = asyncio.wrap_future(pool.submit(time.sleep, 0.001))
            quiet = await settle()
            told.append(quiet.certain and job.done())
            await job
            await until(lambda: pool._idle_semaphore._value == 1)
        return told

    monkeypatch.setattr(SWITCH, True)
    assert run_on(factory, main()) == [True] * 20
