"""One thread, jobs in order, updates at a bounded rate, and an end."""

import threading
import time
from functools import partial
from itertools import pairwise

import pytest

from asgilab.notebook.widgets._feed import Feed

SOON = 5.0


def nothing() -> bool:
    return False


def test_jobs_run_in_order_on_one_thread_of_their_own() -> None:
    ran: list[tuple[int, str]] = []

    def note(number: int) -> None:
        ran.append((number, threading.current_thread().name))

    done = threading.Event()
    feed = Feed(nothing)
    feed.start()
    for number in range(3):
        feed.post(partial(note, number))
    feed.post(done.set)

    assert done.wait(SOON)
    feed.stop()
    assert ran == [(n, "asgilab timeline") for n in range(3)]


def test_many_touches_make_few_updates_and_the_last_is_seen() -> None:
    updates, touched = 0, 0
    caught_up = threading.Event()

    def update() -> bool:
        nonlocal updates
        updates += 1
        if touched == 20_000:
            caught_up.set()
        return False

    feed = Feed(update, interval=0.01)
    feed.start()
    for _ in range(20_000):
        touched += 1
        feed.touch()

    assert caught_up.wait(SOON)
    feed.stop()
    feed.join(SOON)
    assert updates < 2000


def test_updates_keep_their_distance() -> None:
    times: list[float] = []
    done = threading.Event()

    def update() -> bool:
        times.append(time.monotonic())
        if len(times) == 4:
            done.set()
        return len(times) < 4

    feed = Feed(update, interval=0.02)
    feed.start()
    feed.touch()

    assert done.wait(SOON)
    feed.stop()
    assert all(later - earlier >= 0.02 for earlier, later in pairwise(times))


def test_a_touch_that_comes_during_an_update_is_not_lost() -> None:
    updates = 0
    twice = threading.Event()

    def update() -> bool:
        nonlocal updates
        updates += 1
        if updates == 1:
            feed.touch()
        else:
            twice.set()
        return False

    feed = Feed(update, interval=0.001)
    feed.start()
    feed.touch()

    assert twice.wait(SOON)
    feed.stop()


def test_an_update_that_has_more_to_do_is_called_again_without_a_touch() -> None:
    left = 3
    done = threading.Event()

    def update() -> bool:
        nonlocal left
        left -= 1
        if not left:
            done.set()
        return left > 0

    feed = Feed(update, interval=0.001)
    feed.start()
    feed.touch()

    assert done.wait(SOON)
    feed.stop()
    feed.join(SOON)
    assert left == 0


def test_a_job_that_fails_is_logged_and_the_feed_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done = threading.Event()
    feed = Feed(nothing)
    feed.start()
    feed.post(lambda: 1 / 0)
    feed.post(done.set)

    assert done.wait(SOON)
    feed.stop()
    assert "ZeroDivisionError" in caplog.text


def test_stopping_ends_the_thread_even_when_it_is_idle() -> None:
    feed = Feed(nothing)
    states = [feed.alive]
    feed.start()
    states.append(feed.alive)
    feed.stop()
    feed.join(SOON)
    states.append(feed.alive)
    assert states == [False, True, False]


def test_a_feed_that_is_finished_does_what_is_still_to_do() -> None:
    left = [True, True, False]
    done: list[str] = []
    feed = Feed(lambda: left.pop(0))
    feed.start()
    feed.post(lambda: done.append("job"))
    feed.finish()
    feed.join(SOON)
    assert (feed.alive, left, done) == (False, [], ["job"])
