"""A pool that has lost count of its idle workers is no sign of a job; a job is one."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from asgilab.engine import _idle_workers
from asgilab.engine._idle_workers import IdleWorkers


class Pool:
    """As much of a pool as is asked: how many of its workers it takes for idle."""

    class _Count:
        _value = 1

    def __init__(self) -> None:
        self._idle_semaphore = self._Count()


@pytest.fixture
def pool() -> Pool:
    return Pool()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time in seconds, which is the last of these."""
    moments = [100.0]
    monkeypatch.setattr(
        "asgilab.engine._idle_workers.time.monotonic", lambda: moments[-1]
    )
    monkeypatch.setattr(_idle_workers, "MISCOUNTS", True)
    return moments


def look(pool: object, workers: int) -> bool:
    idle = IdleWorkers()
    for _ in range(workers):
        idle.add(pool)
    return idle.tell_of_a_job()


def look_on(now: list[float], pool: object, workers: int, seconds: float) -> list[bool]:
    """Look every millisecond; return what the looks told, each once, in order."""
    told: list[bool] = []
    for _ in range(round(seconds * 1000)):
        now.append(now[-1] + 0.001)
        told.append(look(pool, workers))
    return list(dict.fromkeys(told))


def test_as_many_as_the_pool_takes_for_idle_are_no_job(pool: Pool) -> None:
    assert not look(pool, 1)


def test_one_more_than_the_pool_takes_for_idle_may_have_a_job(
    pool: Pool, now: list[float]
) -> None:
    assert look_on(now, pool, 2, 0.07) == [True]


def test_one_more_that_stays_one_more_is_a_mistake_of_the_pools(
    pool: Pool, now: list[float]
) -> None:
    assert look_on(now, pool, 2, 0.1) == [True, False]
    assert not look(pool, 2)
    now.append(200.0)
    assert not look(pool, 2)
    assert look(pool, 3)


def test_a_mistake_is_forgotten_when_the_pool_counts_right_again(
    pool: Pool, now: list[float]
) -> None:
    assert look_on(now, pool, 2, 0.1) == [True, False]
    assert not look(pool, 1)
    assert look(pool, 2)


def test_looks_far_apart_do_not_show_that_it_stayed(
    pool: Pool, now: list[float]
) -> None:
    for _ in range(5):
        assert look(pool, 2)
        now.append(now[-1] + 10)


def test_pools_that_count_right_have_no_mistakes(
    pool: Pool, now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_idle_workers, "MISCOUNTS", False)
    assert look_on(now, pool, 2, 0.2) == [True]


def test_one_pools_mistake_is_not_anothers(pool: Pool, now: list[float]) -> None:
    assert look_on(now, pool, 2, 0.1) == [True, False]
    assert look(Pool(), 2)


def test_a_pool_of_the_standard_librarys_tells_how_many_are_idle() -> None:
    with ThreadPoolExecutor(2) as pool:
        pool.submit(time.monotonic).result()
        assert hasattr(pool, "_idle_semaphore")
        assert look(pool, 2)


def test_a_pool_that_does_not_tell_is_taken_at_its_word() -> None:
    class Other:
        pass

    assert not look(Other(), 3)
