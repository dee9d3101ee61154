"""Idleness as a fact: when has a loop nothing left to do?

Inside ``selector.select(timeout)`` an asyncio loop tells all it knows: a
timeout of 0 means that something is ready, a positive one is the time to the
next timer, and None means that only the outside world can wake it. What a
selector cannot see is counted here: jobs in threads.

An :class:`Idleness` sits in a loop's selector. A loop of ours is built with it;
a stock loop gets it attached from outside; a loop without a selector (uvloop)
has none, and callers fall back to waiting.
"""

import asyncio
import selectors
import sys
import threading
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, Protocol

from asgilab.engine._quiet import Quiet
from asgilab.engine._threads import anyio_workers, strangers, threads_waiting_for

_Ready = list[tuple[selectors.SelectorKey, int]]
_Select = Callable[[float | None], _Ready]


class Clock(Protocol):
    """What a loop's clock decides when the loop is idle."""

    def rest(self, timeout: float | None, *, jump: bool) -> tuple[bool, float | None]:
        """Return whether time was moved, and else how long to sleep in the selector."""




class _Question:
    """Somebody waits for the loop to be quiet, until a moment of its clock."""

    __slots__ = ("answer", "until")

    def __init__(self, answer: asyncio.Future[Quiet], until: float | None) -> None:
        self.answer = answer
        self.until = until

    def accepts(self, quiet: Quiet, now: float) -> bool:
        if self.until is None:
            return True
        if not quiet.certain:
            return False
        return quiet.next_timer is None or now + quiet.next_timer >= self.until

    def answer_from(self, quiet: Quiet) -> Quiet:
        """Leave out a timer that is later than what was asked about."""
        return quiet if self.until is None else replace(quiet, next_timer=None)


class _Job:
    """A function on its way through a thread pool."""

    __slots__ = ("_func", "returned", "told")

    def __init__(self, func: Callable[..., Any]) -> None:
        self._func = func
        self.returned = False
        self.told = False

    def __call__(self, *args: Any) -> Any:
        try:
            return self._func(*args)
        finally:
            self.returned = True


class Idleness:
    """Knows when one loop is idle, and answers those who asked.

    Args:
        loop: The loop that is watched.
        select: The selector's own ``select``.
        descriptors: Returns how many file descriptors the selector watches.
        clock: What to do with the time when nobody is ready.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        select: _Select,
        descriptors: Callable[[], int],
        clock: Clock | None = None,
    ) -> None:
        self._loop = weakref.ref(loop)
        self._select = select
        self._descriptors = descriptors
        self._own_descriptors = descriptors()
        self._clock = clock
        self._known = frozenset(threading.enumerate())
        self._questions: list[_Question] = []
        self._jobs: set[_Job] = set()

    async def settle(self) -> Quiet:
        """Wait until the loop has nothing to do but wait, whatever for.

        Timers may still be set: ``next_timer`` of the answer tells.
        """
        return await self.ask(None)

    def ask(self, until: float | None) -> asyncio.Future[Quiet]:
        """Return a future that gets its answer once the loop is quiet.

        Args:
            until: With a moment of the loop's clock, the answer comes only
                when it is certain that nothing happens before that moment; it
                may never come, so race it against a timer. With None, the
                answer comes at the first rest, certain or not.
        """
        loop = self._loop()
        if loop is None:
            msg = "The event loop of this idleness is gone."
            raise RuntimeError(msg)
        answer: asyncio.Future[Quiet] = loop.create_future()
        self._questions.append(_Question(answer, until))
        return answer

    def run_in_executor(
        self, submit: Callable[..., Any], executor: Any, func: Any, *args: Any
    ) -> Any:
        """Run a job in a thread through ``submit`` and count it while it is under way.

        It counts until its function has returned *and* the loop has been told:
        a cancelled future does not end a thread.
        """
        job = _Job(func)
        self._jobs.add(job)
        future = submit(executor, job, *args)
        future.add_done_callback(lambda _: self._told(job))
        return future

    def _told(self, job: "_Job") -> None:
        job.told = True
        if job.returned:
            self._jobs.discard(job)

    def select(self, timeout: float | None = None) -> _Ready:
        """Stand in for the selector's ``select``; see the top of this file."""
        if timeout is not None and timeout <= 0:
            return self._select(timeout)
        if not self._questions and self._clock is None:
            return self._select(timeout)
        ready = self._select(0)
        return ready or self._rest(timeout)

    def observe(self, next_timer: float | None) -> Quiet:
        """Return how quiet the loop is now, assuming that nothing is ready."""
        threads = self._threads_at_work()
        sockets = max(self._descriptors() - self._own_descriptors, 0)
        reasons = [f"thread {name!r} was started by hand" for name in self._strangers()]
        if threads:
            reasons.append(f"{threads} worker thread(s) still at work")
        if sockets:
            reasons.append(f"{sockets} socket(s) or pipe(s) open to the outside")
        return Quiet(not reasons, next_timer, threads, sockets, tuple(reasons))

    def _rest(self, timeout: float | None) -> _Ready:
        quiet = self.observe(timeout)
        if quiet.threads:
            # Time stands still for a virtual clock while a thread works.
            moved, timeout = self._wait(timeout, jump=False)
            return [] if moved else self._select(timeout)
        # A thread may have reported between the first poll and the count.
        ready = self._select(0)
        if ready or self._answer(quiet):
            return ready
        moved, timeout = self._wait(timeout, jump=quiet.sockets == 0)
        return [] if moved else self._select(timeout)

    def _wait(
        self, timeout: float | None, *, jump: bool
    ) -> tuple[bool, float | None]:
        if self._clock is None:
            return False, timeout
        return self._clock.rest(timeout, jump=jump)

    def _answer(self, quiet: Quiet) -> bool:
        loop = self._loop()
        now = 0.0 if loop is None else loop.time()
        waiting: list[_Question] = []
        answered = False
        for question in self._questions:
            if question.answer.done():
                continue
            if question.accepts(quiet, now):
                question.answer.set_result(question.answer_from(quiet))
                answered = True
            else:
                waiting.append(question)
        self._questions = waiting
        return answered

    def _threads_at_work(self) -> int:
        loop = self._loop()
        if loop is None:
            return 0
        if self._jobs:
            self._jobs -= {job for job in self._jobs if job.returned and job.told}
        if not self._jobs and "anyio" not in sys.modules:
            return 0
        tasks = asyncio.all_tasks(loop)
        jobs = max(len(self._jobs) - threads_waiting_for(tasks), 0)
        return jobs + anyio_workers(tasks)

    def _strangers(self) -> list[str]:
        return strangers(self._known)


_ATTACHED: Final[weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Idleness]] = (
    weakref.WeakKeyDictionary()
)


def idleness_of(loop: asyncio.AbstractEventLoop) -> Idleness | None:
    """Return the idleness of a loop, attaching one to a stock loop if need be.

    A stock loop has its selector in ``_selector``: a private name, so a loop
    without it simply has no idleness, and None comes back.
    """
    own = getattr(loop, "idleness", None)
    if isinstance(own, Idleness):
        return own
    known = _ATTACHED.get(loop)
    if known is None:
        known = _attach(loop)
        if known is not None:
            _ATTACHED[loop] = known
    return known


def _attach(loop: asyncio.AbstractEventLoop) -> Idleness | None:
    selector = getattr(loop, "_selector", None)
    if not isinstance(selector, selectors.BaseSelector):
        return None
    idleness = Idleness(loop, selector.select, lambda: len(selector.get_map()))
    run_in_executor = loop.run_in_executor

    def counted(executor: Any, func: Any, *args: Any) -> Any:
        return idleness.run_in_executor(run_in_executor, executor, func, *args)

    selector.select = idleness.select  # type: ignore[method-assign, assignment]
    loop.run_in_executor = counted  # type: ignore[method-assign]
    return idleness


async def settle() -> Quiet:
    """Wait until the running loop is at rest.

    On a loop without a selector the answer comes after some passes of the loop
    and is never certain.
    """
    idleness = idleness_of(asyncio.get_running_loop())
    if idleness is not None:
        return await idleness.settle()
    for _ in range(_PASSES):
        await asyncio.sleep(0)
    reason = "this event loop does not tell whether it is idle"
    return Quiet(False, None, 0, 0, (reason,))


_PASSES: Final = 30
"""How often a loop without idleness is let run before it counts as settled."""
