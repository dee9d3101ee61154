"""Frames of threads that go on running, taken in one piece.

Each step here is one call of C, in which no other thread can have its turn, and
no Python code runs. That is what makes it safe to look at a frame that its own
thread is about to leave. What is to be made of the frames is said elsewhere.
"""

import gc
import operator
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from itertools import accumulate, repeat, takewhile
from types import FrameType
from typing import Any, Final, TypeVar

COLLECTS_ANYWHERE: Final = sys.version_info < (3, 12)
"""Whether garbage may be collected wherever an object is made.

From Python 3.12 on it is collected between two instructions of Python code only
(https://github.com/python/cpython/issues/97922).
"""
_is_there: Final = partial(operator.is_not, None)
_Result = TypeVar("_Result")


def at_once(step: Callable[[], _Result]) -> _Result:
    """Do one step while no other thread moves and no garbage is collected.

    To look at a frame makes a frame object. Before Python 3.12 that may begin a
    collection, whose finalizers let other threads run. The frame may be gone when
    its object is made, and the object then shows another frame, or memory that is
    nobody's. To switch the collection off and on again around the step would leave
    moments in which somebody else can switch it on; so all of it is one call.

    Args:
        step: A function of C that calls no Python code, such as a ``getattr`` of a
            frame's attribute.

    Returns:
        What the step returned.
    """
    if not COLLECTS_ANYWHERE:
        return step()
    last = gc.enable if gc.isenabled() else gc.disable
    turns: tuple[Callable[[], Any], ...] = (gc.isenabled, gc.disable, step, last)
    try:
        was, _, found, _ = tuple(map(operator.call, turns))
    except BaseException:
        last()  # the step failed, and the last turn did not come
        raise
    if was is not (last is gc.enable):
        (gc.enable if was else gc.disable)()  # somebody switched it after we asked
    result: _Result = found
    return result


def frames_of_threads() -> dict[int, FrameType]:
    """Return the innermost frame of every other thread, by the thread's number.

    Our own is left out: held by one of its own variables it would be a circle, and
    keep what the loop is about to forget.
    """
    frames = at_once(sys._current_frames)
    del frames[threading.get_ident()]
    return frames


def outwards(frame: FrameType | None) -> list[FrameType]:
    """Return a frame and those that called it, innermost first.

    Args:
        frame: Of any thread; None gives an empty list.
    """
    if frame is None:
        return []
    if not COLLECTS_ANYWHERE:
        return list(_steps(frame))
    steps = accumulate(repeat("f_back"), getattr, initial=frame)
    return at_once(partial(list, takewhile(_is_there, steps)))


def _steps(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def frame_in(owner: Any, name: str) -> FrameType | None:
    """Return the frame of a coroutine or generator, be it running elsewhere.

    Args:
        owner: The coroutine or generator.
        name: ``"cr_frame"``, ``"gi_frame"`` or ``"ag_frame"``.
    """
    frame: FrameType | None = at_once(partial(getattr, owner, name))
    return frame
