"""Idleness as a fact: when has a loop nothing left to do?

Inside ``selector.select(timeout)`` an asyncio loop tells all it knows: a
timeout of 0 means that something is ready, a positive one is the time to the
next timer, and None means that only the outside world can wake it. What a
selector cannot see is found out in ``_jobs`` and ``_threads``.

An :class:`Idleness` sits in a loop's selector. A loop of ours is built with it;
a stock loop gets it attached from outside; a loop without a selector (uvloop)
has none, and callers fall back to waiting.
"""

import asyncio
import selectors
import sys
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from asgilab.engine._clock import LabClock, least
from asgilab.engine._jobs import Jobs
from asgilab.engine._passes import Passes
from asgilab.engine._quiet import Quiet
from asgilab.engine._threads import Survey, places_of, survey
from asgilab.engine._thrift import thrifty

_Ready = list[tuple[selectors.SelectorKey, int]]

_LOOK_AGAIN: Final = 0.001
"""Seconds until a second look at a thread that was between two states."""
_LOOKS: Final = 100
"""Looks after which such a thread counts as one that nobody knows."""
_REPORT: Final = 0.002
"""Seconds in which a thread that was given work may report before it is looked at."""
_UNTIMED: Final = 16
"""Passes of a busy loop between two looks at the time that is left to answer."""
_WATCH: Final = 0.05
"""Seconds between two looks at threads at work, should one end without a sound."""
PATIENCE: Final = 10.0
"""Seconds for which threads may be at work before whoever waits is told of them."""
_STALL: Final = 0.5
"""Seconds after which a virtual clock gives up waiting for threads that all wait."""


_AT_WORK: Final = "worker thread(s) still at work"


class _Question:
    """Somebody waits for the loop to be quiet.

    Args:
        answer: Gets the answer.
        until: Moment of the loop's clock that the question reaches to, or None
            for the first rest.
        limit: Real seconds after which the answer comes in any case, or None.
    """

    __slots__ = ("answer", "limit", "until")

    def __init__(
        self,
        answer: "asyncio.Future[Quiet | None]",
        until: float | None,
        limit: float | None,
    ) -> None:
        self.answer = answer
        self.until = until
        self.limit = None if limit is None else time.monotonic() + limit

    def accepts(self, quiet: Quiet, now: float, *, stands: bool) -> bool:
        """Tell whether a quiet loop is an answer, at this moment of its clock."""
        if self.until is None:
            return not quiet.threads
        if not quiet.certain:
            return False
        if stands or quiet.next_timer is None:
            return True
        return now + quiet.next_timer > self.until


class Idleness:
    """Knows when one loop is idle, and answers those who asked.

    Args:
        loop: The loop that is watched.
        select: The selector's own ``select``.
        descriptors: Returns what the selector watches, by file descriptor.
        clock: The loop's clock where it has one of its own, else None.

    Attributes:
        passes: Makes passes of the loop in place.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        select: Callable[[float | None], _Ready],
        descriptors: Callable[[], Mapping[Any, selectors.SelectorKey] | None],
        clock: LabClock | None = None,
    ) -> None:
        self._loop = weakref.ref(loop)
        self._select = select
        self.glance = thrifty(select, descriptors)
        self._descriptors = descriptors
        self._own = _own_descriptors(loop, descriptors() or {})
        self._clock = clock
        self._questions: list[_Question] = []
        self._jobs = Jobs(loop)
        self.passes = Passes(loop)
        self._looks = self._passed = 0
        self._stalled_at: float | None = None
        self._wake_up: Callable[[], None] | None = None
        self._doze: Callable[[], None] | None = None

    def attend_only(
        self, wake_up: Callable[[], None], doze: Callable[[], None]
    ) -> None:
        """Look on only while somebody asks: a loop that nobody asks runs as before.

        Args:
            wake_up: Puts :meth:`select` in the place of the selector's own.
            doze: Takes it out again.
        """
        self._wake_up, self._doze = wake_up, doze

    async def settle(self, limit: float | None = PATIENCE) -> Quiet:
        """Wait until the loop has nothing to do but wait, whatever for.

        Timers may still be set: ``next_timer`` of the answer tells.

        Args:
            limit: Real seconds after which the answer comes although threads
                are still at work; it says where each of them stands. None waits
                for them as long as it takes.
        """
        quiet = await self._ask(None, limit)
        return Quiet(False, None, 0, 0) if quiet is None else quiet

    def ask(self, until: float) -> "asyncio.Future[Quiet | None]":
        """Return a future that tells whether anything can happen until a moment.

        Whoever holds it may give it None, or cancel it: then nobody asks any more.

        Args:
            until: A moment of the loop's clock. The answer is certain, and comes
                as soon as it is so, when nothing can happen before that moment.
                Else it comes at that moment, and is uncertain. While the clock
                stands still, real seconds count instead of its own.
        """
        loop = self._running_loop()
        return self._ask(until, max(until - loop.time(), 0))

    def _ask(
        self, until: float | None, limit: float | None
    ) -> "asyncio.Future[Quiet | None]":
        answer: asyncio.Future[Quiet | None] = self._running_loop().create_future()
        self._questions.append(_Question(answer, until, limit))
        if self._wake_up is not None:
            self._wake_up()
        return answer

    def run_in_executor(
        self, submit: Callable[..., Any], executor: Any, func: Any, *args: Any
    ) -> Any:
        """Run a job in a thread through ``submit``, and count it until its end."""
        return self._jobs.run(submit, executor, func, *args)

    def select(self, timeout: float | None = None) -> _Ready:
        """Stand in for the selector's ``select``; see the top of this file."""
        if self._questions:
            self._questions = [q for q in self._questions if not q.answer.done()]
        if not self._questions and self._doze is not None:
            self._doze()
            return self.glance(timeout)
        if timeout is not None and timeout <= 0:
            if self._questions:
                self._look_at_the_time()
            return self.glance(timeout)
        if not self._questions and (self._clock is None or self._clock.runs):
            return self._select(timeout)
        ready = self._select(0) or self._rest(timeout)
        if ready:
            self._looks, self._stalled_at = 0, None
        return ready

    def observe(self, next_timer: float | None) -> Quiet:
        """Return how quiet the loop is now, assuming that nothing is ready."""
        return self._observe(next_timer)[0]

    def _observe(self, next_timer: float | None) -> tuple[Quiet, Survey]:
        loop = self._running_loop()
        seen = survey(loop, self._jobs.futures(), self._looks)
        threads = self._jobs.at_work(seen) + max(seen.working, 0)
        watched = self._descriptors()
        sockets = 0 if watched is None else len(set(watched) - self._own)
        reasons = list(seen.strangers)
        if seen.moving:
            reasons.append("a thread is about to take up work")
        if threads:
            reasons.append(f"{threads} {_AT_WORK}")
        if sockets:
            reasons.append(f"{sockets} socket(s) or pipe(s) open to the outside")
        return Quiet(not reasons, next_timer, threads, sockets, tuple(reasons)), seen

    def _rest(self, timeout: float | None) -> _Ready:
        ready = self._wait_for_jobs(timeout)
        if ready:
            return ready
        quiet, seen = self._observe(timeout)
        # A thread may have reported between the first poll and the survey.
        ready = self._select(0)
        if ready:
            return ready
        if seen.moving and self._looks < _LOOKS:
            self._looks += 1
            return self._select(_LOOK_AGAIN)
        self._looks = 0
        if not quiet.threads:
            self._stalled_at = None
        if self._answer(quiet) or self._answer_overdue(quiet, seen):
            return []
        return self._wait(timeout, quiet, seen)

    def _wait_for_jobs(self, timeout: float | None) -> _Ready:
        """Wait a moment where a thread was given work: most report within it.

        Then nobody had to look at every thread of the process.
        """
        if any(q.until is not None for q in self._questions):
            return []
        if not self._questions or not self._jobs.surely_at_work():
            return []
        runs = self._clock is None or self._clock.runs
        return self._select(least(timeout if runs else None, _REPORT))

    def _look_at_the_time(self) -> None:
        """Answer whose time is over while the loop is busy.

        A limit of some seconds is looked at every few passes, a moment in each.
        """
        self._passed += 1
        if not self._passed % _UNTIMED or any(
            q.until is not None for q in self._questions
        ):
            self._answer_overdue(None, None)

    def _wait(self, timeout: float | None, quiet: Quiet, seen: Survey) -> _Ready:
        now = self._running_loop().time()
        moments = [q.until - now for q in self._questions if q.until is not None]
        timeout = least(timeout, *(max(moment, 0) for moment in moments))
        bound = _WATCH if quiet.threads else None
        if self._clock is None:
            return self._select(least(timeout, bound))
        if not self._clock.runs:
            limits = [q.limit - time.monotonic() for q in self._questions if q.limit]
            bound = least(bound, *(max(limit, 0) for limit in limits))
        busy = bool(quiet.threads) and not self._stalled(seen)
        return self._clock.rest(
            self._select,
            timeout,
            bound,
            busy=busy,
            sockets=bool(quiet.sockets or seen.strangers),
        )

    def _stalled(self, seen: Survey) -> bool:
        """Tell whether all threads have waited for a while: for the clock, it seems."""
        if seen.working > 0 or not self._jobs.blocked(seen):
            self._stalled_at = None
            return False
        if self._stalled_at is None:
            self._stalled_at = time.monotonic()
        return time.monotonic() - self._stalled_at >= _STALL

    def _answer(self, quiet: Quiet) -> bool:
        """Answer the questions to which a quiet loop is an answer."""
        now = self._running_loop().time()
        stands = self._clock is not None and self._clock.stands
        answered = [q for q in self._questions if q.accepts(quiet, now, stands=stands)]
        return self._give(answered, quiet)

    def _answer_overdue(self, quiet: Quiet | None, seen: Survey | None) -> bool:
        """Answer the questions whose time is over: never with certainty."""
        now, wall = self._running_loop().time(), time.monotonic()
        runs = self._clock is None or self._clock.runs
        overdue = [q for q in self._questions if _overdue(q, now, wall, runs=runs)]
        if not overdue:
            return False
        quiet = Quiet(False, None, 0, 0) if quiet is None else quiet
        reasons = quiet.reasons or ("something fell due meanwhile",)
        if seen is not None and quiet.threads:
            places = places_of(self._jobs.threads(seen) | seen.busy)
            where = f": {', '.join(places)}" if places else ""
            reasons = tuple(r + where if r.endswith(_AT_WORK) else r for r in reasons)
        return self._give(overdue, replace(quiet, certain=False, reasons=reasons))

    def _give(self, questions: list[_Question], quiet: Quiet) -> bool:
        for question in questions:
            if not question.answer.done():
                question.answer.set_result(quiet)
        return bool(questions)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        loop = self._loop()
        if loop is None:
            msg = "The event loop of this idleness is gone."
            raise RuntimeError(msg)
        return loop


def _overdue(question: _Question, now: float, wall: float, *, runs: bool) -> bool:
    if question.until is not None and now >= question.until:
        return True
    if question.limit is None or wall < question.limit:
        return False
    # Where the clock runs with the wall, a moment is reached by itself.
    return question.until is None or not runs


def _own_descriptors(
    loop: asyncio.AbstractEventLoop, watched: Mapping[Any, selectors.SelectorKey]
) -> frozenset[int]:
    """Return the descriptors that are the loop's own and not an application's.

    That is the pipe by which other threads wake it. Where its private name is
    unknown, and in a notebook's kernel, whose own sockets are there first, all
    that is watched by now is taken for the loop's.
    """
    pipe = getattr(loop, "_ssock", None)
    if pipe is None or _in_a_kernel():
        return frozenset(watched)
    return frozenset({pipe.fileno()})


def _in_a_kernel() -> bool:
    """Tell whether this process is a notebook's kernel: to import one makes none."""
    kernel = getattr(sys.modules.get("ipykernel.kernelapp"), "IPKernelApp", None)
    return kernel is not None and bool(kernel.initialized())


def idleness_of(loop: asyncio.AbstractEventLoop) -> Idleness | None:
    """Return the idleness of a loop, attaching one to a stock loop if need be.

    A stock loop has its selector in ``_selector``: a private name, so a loop
    without it simply has no idleness, and None comes back.
    """
    own = getattr(loop, "idleness", None)
    return own if isinstance(own, Idleness) else _attach(loop)


def passes_of(loop: asyncio.AbstractEventLoop) -> Passes:
    """Return what makes passes of a loop in place, as far as the loop allows it."""
    idleness = idleness_of(loop)
    return Passes(loop) if idleness is None else idleness.passes


def _attach(loop: asyncio.AbstractEventLoop) -> Idleness | None:
    selector = getattr(loop, "_selector", None)
    if not isinstance(selector, selectors.BaseSelector):
        return None
    idleness = Idleness(loop, selector.select, selector.get_map)
    run_in_executor = loop.run_in_executor

    def counted(executor: Any, func: Any, *args: Any) -> Any:
        return idleness.run_in_executor(run_in_executor, executor, func, *args)

    # Set on these two objects alone, not on their classes.
    vars(loop)["run_in_executor"] = counted
    vars(loop)["idleness"] = idleness
    own = vars(selector)
    own["select"] = idleness.glance
    idleness.attend_only(
        lambda: own.__setitem__("select", idleness.select),
        lambda: own.__setitem__("select", idleness.glance),
    )
    return idleness


async def settle(limit: float | None = PATIENCE) -> Quiet:
    """Wait until the running loop is at rest.

    On a loop without a selector the answer comes after some passes of the loop
    and is never certain.

    Args:
        limit: See :meth:`Idleness.settle`.
    """
    idleness = idleness_of(asyncio.get_running_loop())
    if idleness is not None:
        return await idleness.settle(limit)
    for _ in range(_PASSES):
        await asyncio.sleep(0)
    reason = "this event loop does not tell whether it is idle"
    return Quiet(False, None, 0, 0, (reason,))


_PASSES: Final = 30
"""How often a loop without idleness is let run before it counts as settled."""
