"""Frames of threads that go on running: looking at them is sound."""

import asyncio
import gc
import json
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from asgilab.engine._at_once import at_once, frame_in, frames_of_threads, outwards

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=[True, False], ids=["collecting", "not collecting"])
def collecting(request: pytest.FixtureRequest) -> Iterator[bool]:
    was = gc.isenabled()
    wanted: bool = request.param
    (gc.enable if wanted else gc.disable)()
    yield wanted
    (gc.enable if was else gc.disable)()


def test_garbage_is_collected_afterwards_as_it_was_before(collecting: bool) -> None:
    assert at_once(partial(max, 1, 2)) == 2
    assert gc.isenabled() is collecting


def test_a_step_that_fails_leaves_the_collection_as_it_was(collecting: bool) -> None:
    with pytest.raises(AttributeError):
        at_once(partial(getattr, object(), "nothing"))
    assert gc.isenabled() is collecting


def test_nothing_is_collected_during_the_step(collecting: bool) -> None:
    # From Python 3.12 on nothing is collected inside a function of C anyway.
    may_stay_on = sys.version_info >= (3, 12)
    assert at_once(gc.isenabled) is (collecting and may_stay_on)


def test_the_frames_lead_from_the_innermost_outwards() -> None:
    frame = sys._getframe()
    assert outwards(frame)[:2] == [frame, frame.f_back]
    assert outwards(None) == []


def test_the_threads_are_all_but_the_one_that_looks() -> None:
    go, there = threading.Event(), threading.Event()

    def wait() -> None:
        there.set()
        go.wait()

    other = threading.Thread(target=wait)
    other.start()
    there.wait()
    frames = frames_of_threads()
    codes = [frame.f_code for frame in outwards(frames[other.ident or 0])]
    go.set()
    other.join()
    assert wait.__code__ in codes
    assert threading.get_ident() not in frames


def test_looking_keeps_nothing_of_the_one_that_looks() -> None:
    class Row:
        """Stands for something that must not be kept alive."""

    def look() -> weakref.ref[Row]:
        row = Row()
        frames = frames_of_threads()
        assert frames is not None
        return weakref.ref(row)

    assert look()() is None


def test_the_frame_of_a_coroutine_is_its_own() -> None:
    async def wait() -> None:
        await asyncio.sleep(0)

    coroutine = wait()
    frame = frame_in(coroutine, "cr_frame")
    coroutine.close()
    assert frame is not None
    assert frame.f_code is wait.__code__
    assert frame_in(coroutine, "cr_frame") is None


def looked(seconds: float) -> tuple[int, str]:
    """Run the program that looks at busy threads; return what became of it."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.engine.looking", str(seconds)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout or done.stderr


@pytest.mark.timeout(120)
def test_looking_at_busy_threads_while_garbage_is_collected_is_sound() -> None:
    """Where it is not, the program crashes, hangs, or shows what cannot be."""
    code, told = looked(2)
    assert code == 0, told
    outcome = json.loads(told)
    assert outcome["looks"] > 0
    assert outcome["odd"] == {}


@pytest.mark.long
@pytest.mark.timeout(300)
def test_the_same_for_longer() -> None:
    code, told = looked(20)
    assert code == 0, told
    assert json.loads(told)["odd"] == {}
