"""What the threads of the process do, seen from one loop.

Jobs that went through ``run_in_executor`` are counted in ``_jobs``. All other
threads are told apart here, by where they stand: Python shows the frames of
every thread. Nothing is patched for it.
"""

import asyncio
import functools
import os
import queue
import sys
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import IntEnum, auto
from types import FrameType
from typing import Any, Final

from asgilab.engine._at_once import frames_of_threads, outwards
from asgilab.engine._awaiters import heirs_of
from asgilab.engine._frames import is_user_code, line_elsewhere
from asgilab.engine._idle_workers import IdleWorkers
from asgilab.engine._locals import locals_of

_SURROUNDINGS: Final = (
    *("ipykernel", "IPython", "zmq"),  # a notebook's kernel
    *("debugpy", "_pydevd_bundle", "_pydev_bundle"),  # debuggers
    *("execnet", "xdist", "_pytest", "pytest_timeout"),  # what runs tests
    *("psycopg_pool", "pymongo", "sentry_sdk", "tqdm"),  # what looks after itself
)
"""Packages whose threads surround an application and never wake it.

Ours do neither. What counts is where a thread began: one of the user's may pass
through such code, with a log record for example, and one of theirs may call the
user's.
"""


class _Place(IntEnum):
    """What a source file says about a thread that stands in it.

    Numbers, because sets of them are made for every thread, and Python 3.11 takes
    the hash of any other member with a call.
    """

    POOL = auto()
    FUTURE = auto()
    ANYIO = auto()
    ASGIREF = auto()
    THREADING = auto()
    QUEUE = auto()
    SURROUNDINGS = auto()
    OURS = auto()
    LOGGING = auto()
    ELSEWHERE = auto()


_PLACES: Final = {
    "/concurrent/futures/thread.py": _Place.POOL,
    "/concurrent/futures/_base.py": _Place.FUTURE,
    "/anyio/_backends/_asyncio.py": _Place.ANYIO,
    "/asgiref/sync.py": _Place.ASGIREF,
}


_WAITING: Final = (_Place.THREADING, _Place.QUEUE)
_IN_BETWEEN: Final = (*_WAITING, _Place.FUTURE, _Place.POOL)


@functools.lru_cache(maxsize=4096)
def _place_of(filename: str) -> _Place:
    if filename == threading.__file__:
        return _Place.THREADING
    if filename == queue.__file__:
        return _Place.QUEUE
    for ending, place in _PLACES.items():
        if filename.replace(os.sep, "/").endswith(ending):
            return place
    if _is_of(filename, "asgilab"):
        return _Place.OURS
    if any(_is_of(filename, package) for package in _SURROUNDINGS):
        return _Place.SURROUNDINGS
    if _is_of(filename, "logging"):
        return _Place.LOGGING
    return _Place.ELSEWHERE


def _is_of(filename: str, package: str) -> bool:
    module = sys.modules.get(package)
    if filename == getattr(module, "__file__", None):
        return True
    folders = getattr(module, "__path__", ())
    return any(filename.startswith(folder + os.sep) for folder in folders)


@dataclass(slots=True)
class Survey:
    """What was seen of the threads.

    Attributes:
        working: Threads of pools and of anyio whose result goes to the loop and
            that are counted nowhere else.
        resting: Numbers of the threads that wait for a future: somebody else is
            at work, or nobody.
        blocked: Numbers of the threads that wait for a lock, a queue or an event.
        moving: Whether a thread is between two states, so that it is worth a
            second look: it starts, or is about to take a job.
        strangers: A clause for each thread at work of which nobody knows for whom.
        busy: Numbers of the threads that ``working`` counts.
    """

    working: int = 0
    busy: set[int] = field(default_factory=set)
    resting: set[int] = field(default_factory=set)
    blocked: set[int] = field(default_factory=set)
    moving: bool = False
    strangers: list[str] = field(default_factory=list)
    _idle: IdleWorkers = field(default_factory=IdleWorkers)

    def note_busy(self, number: int) -> None:
        """Take note of a thread that works for the loop and is counted nowhere else."""
        self.working += 1
        self.busy.add(number)

    def note_stranger(self, thread: threading.Thread, *, starting: bool) -> None:
        """Take note of a thread that belongs to nobody, or has yet to show to whom."""
        if starting:
            self.moving = True
        else:
            self.strangers.append(f"thread {thread.name!r} was started by hand")

    def note_nameless(self, number: int, stack: "_Stack") -> None:
        """Take note of a thread that the module ``threading`` has not made.

        One that stands in that module alone is just starting, or about to end.
        """
        if not stack.surroundings and stack.places != {_Place.THREADING}:
            self.strangers.append(f"thread {number} was started by hand")

    def note_idle(self, names: dict[str, Any]) -> None:
        """Take note of a worker that waits for its pool's next job, or seems to."""
        queued, executor = names.get("work_queue"), names.get("executor_reference")
        self.moving = self.moving or bool(queued is not None and queued.qsize())
        self._idle.add(None if executor is None else executor())

    def compare_idle(self, looks: int) -> None:
        """See whether a worker that looks idle may have a job; see :func:`survey`."""
        self.moving = self.moving or self._idle.may_have_a_job(looks)


def survey(
    loop: asyncio.AbstractEventLoop,
    counted: Collection["asyncio.Future[Any]"],
    looks: int = 0,
) -> Survey:
    """Look at every thread of the process but this one.

    Args:
        loop: The loop that asks.
        counted: Futures of the loop whose jobs are counted already.
        looks: How many looks before this one saw a thread between two states, while
            nothing happened.
    """
    found = Survey()
    known = set(threading.enumerate())
    frames = frames_of_threads()
    for thread in threading.enumerate() if frames else ():
        top = frames.pop(thread.ident or 0, None)
        if thread not in known:  # the frames may be those of one with its number
            found.moving = True
        elif top is not None and not _waits_for_a_job(top, found):
            _judge(thread, _Stack(top), found, loop, counted)
    for number, top in frames.items():
        found.note_nameless(number, _Stack(top))
    found.compare_idle(looks)
    return found


def _waits_for_a_job(top: FrameType, found: Survey) -> bool:
    """Take note of a worker that waits for its pool's next job: most threads do."""
    code = top.f_code
    if code.co_name != "_worker" or _place_of(code.co_filename) is not _Place.POOL:
        return False
    names = locals_of(top)
    if names.get("work_item") is not None:
        return False
    found.note_idle(names)
    return True


def places_of(numbers: Collection[int]) -> list[str]:
    """Say where threads are at work: name, file, line and function of each.

    A thread that waits in ``async_to_sync`` for the loop is left out.

    Args:
        numbers: Which threads.
    """
    frames = frames_of_threads()
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return [
        f"{names.get(number, 'unknown')!r} at {place}"
        for number in sorted(numbers)
        if (place := _work_of(frames.get(number)))
    ]


def _work_of(top: FrameType | None) -> str:
    """Return the user's innermost line, or the library's where there is none."""
    for frame in outwards(top):
        file = frame.f_code.co_filename
        if f"{os.sep}asgiref{os.sep}" in file:
            return ""
        if _place_of(file) not in _IN_BETWEEN:
            code, line = line_elsewhere(frame) or (frame.f_code, frame.f_lineno)
            return f"{code.co_filename}:{line} in {code.co_qualname}"
    return ""


class _Stack:
    """Where one thread stands."""

    __slots__ = (
        "_way",
        "anyio",
        "blocked",
        "places",
        "resting",
        "starting",
        "surroundings",
    )

    def __init__(self, top: FrameType) -> None:
        self._way = [
            (_place_of(frame.f_code.co_filename), frame) for frame in outwards(top)
        ]
        way = [place for place, _ in self._way]
        began = [place for place in way if place is not _Place.THREADING][-1:]
        self.places = set(way)
        self.blocked = way[0] in _WAITING
        self.anyio = _Place.ANYIO in self.places
        self.surroundings = began == [_Place.OURS] or (
            # LOGGING: a QueueListener, as Litestar has one.
            began in ([_Place.SURROUNDINGS], [_Place.LOGGING])
            and not any(
                is_user_code(frame.f_code.co_filename) for _, frame in self._way
            )
        )
        self.starting = self.places == {_Place.THREADING} and not any(
            frame.f_code.co_name == "wait" for _, frame in self._way
        )
        self.resting = _Place.FUTURE in self.places and _waits_for_future(self._way)

    def locals_in(self, place: _Place, name: str) -> dict[str, Any] | None:
        """Return the local variables of a function, if the thread stands in it."""
        for found, frame in self._way:
            if found is place and frame.f_code.co_name == name:
                return locals_of(frame)
        return None


def _is_the_users(step: tuple[_Place, FrameType]) -> bool:
    return is_user_code(step[1].f_code.co_filename)


def _judge(
    thread: threading.Thread,
    stack: _Stack,
    found: Survey,
    loop: asyncio.AbstractEventLoop,
    counted: Collection["asyncio.Future[Any]"],
) -> None:
    number = thread.ident or 0
    if stack.blocked:
        found.blocked.add(number)
    if stack.resting:
        found.resting.add(number)
    # ``_worker`` and ``join`` are private names, of the standard library and of
    # asgiref, like those of the variables in them; tests of ours guard them.
    in_pool = stack.locals_in(_Place.POOL, "_worker")
    joining = stack.locals_in(_Place.ASGIREF, "join")
    if in_pool is not None:
        _judge_worker(thread, stack, in_pool, found, loop, counted)
    elif joining is not None:  # the end of a ThreadSensitiveContext
        heirs = heirs_of(joining.get("future"))
        if any(_awaited(heir, loop) for heir in heirs):
            found.note_busy(number)
    elif stack.anyio:
        _judge_anyio(thread, stack, found, loop)
    elif not _is_no_concern(thread, stack):
        found.note_stranger(thread, starting=stack.starting)


def _is_no_concern(thread: threading.Thread, stack: _Stack) -> bool:
    """Tell whether a thread that belongs to no pool cannot wake an application.

    The main thread is where tests and cells run: what it brings is a new event. Who
    waits for a future does nothing until that is done. When a thread was started
    says nothing: one that was there before the application may well know of it.
    """
    if thread is threading.main_thread() or stack.resting or stack.surroundings:
        return True
    # A timer stands in the library until it is time.
    code = getattr(getattr(thread, "function", None), "__code__", None)
    return code is not None and _place_of(code.co_filename) is _Place.SURROUNDINGS


def _judge_worker(
    thread: threading.Thread,
    stack: _Stack,
    names: dict[str, Any],
    found: Survey,
    loop: asyncio.AbstractEventLoop,
    counted: Collection["asyncio.Future[Any]"],
) -> None:
    """Judge a thread of a ``ThreadPoolExecutor``, whoever owns that.

    Its function has the queue of jobs and the job in hand in local variables.
    """
    job = names.get("work_item")
    if job is None:
        found.note_idle(names)
        return
    if stack.resting:
        return
    heirs = list(heirs_of(job.future))
    if any(_awaited(heir, loop) and heir not in counted for heir in heirs):
        found.note_busy(thread.ident or 0)
    elif not heirs and not job.future.done():
        found.strangers.append(f"thread {thread.name!r} works for somebody unknown")


def _awaited(heir: "asyncio.Future[Any]", loop: asyncio.AbstractEventLoop) -> bool:
    return not heir.done() and heir.get_loop() is loop


def _waits_for_future(way: list[tuple[_Place, FrameType]]) -> bool:
    """Tell whether a thread waits for a ``concurrent.futures.Future`` not done yet."""
    for place, frame in way:
        if place is _Place.FUTURE:
            future = locals_of(frame).get("self")
            done = getattr(future, "done", None)
            waits = frame.f_code.co_name in ("result", "exception")
            return waits and done is not None and not done()
        if place is not _Place.THREADING:
            return False
    return False


def threads_waiting_for(tasks: Collection[asyncio.Task[Any]]) -> int:
    """Count the threads that are blocked in ``async_to_sync`` on one of these tasks.

    asgiref runs the awaitable of ``async_to_sync`` in a task of its own, whose
    coroutine is ``AsyncToSync.main_wrap``; as long as it lives, a thread waits
    for it. The name is asgiref's own, so a test of ours guards it.
    """
    return sum(
        getattr(task.get_coro(), "__qualname__", "") == "AsyncToSync.main_wrap"
        for task in tasks
    )


def _judge_anyio(
    thread: threading.Thread,
    stack: _Stack,
    found: Survey,
    loop: asyncio.AbstractEventLoop,
) -> None:
    """Judge one of anyio's worker threads.

    anyio does not go through ``run_in_executor``: each worker has a queue of its own,
    and says that a job is done once it has told the loop the result. ``queue``, and
    ``future`` in ``run``, are anyio's own names; tests of ours guard them.
    """
    if getattr(thread, "loop", loop) is not loop:
        return
    busy = bool(getattr(getattr(thread, "queue", None), "unfinished_tasks", 0))
    names = stack.locals_in(_Place.ANYIO, "run") or {}
    future = names.get("future")
    if busy and future is not None and future.done():
        found.moving = True
        return
    if busy and not stack.resting:
        found.note_busy(thread.ident or 0)
