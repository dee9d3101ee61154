"""The jobs that a loop has handed to threads: counted, from start to end.

``asyncio.to_thread`` and asgiref's ``sync_to_async`` both come through
``run_in_executor``, so both are seen here. What threads do apart from that is
found out in ``_threads``.
"""

import asyncio
import threading
import weakref
from collections.abc import Callable, Collection
from contextvars import ContextVar
from typing import Any, Final

from asgilab.engine._threads import Survey, threads_waiting_for

_CARRIED: Final[list[ContextVar[Any]]] = []


def carry(variable: ContextVar[Any]) -> None:
    """Let what runs in a thread for a loop see the value that its caller sees.

    ``run_in_executor`` alone hands on no context: that is as it should be for an
    application, and not for what the lab itself keeps in one.

    Args:
        variable: A variable that has a default.
    """
    if variable not in _CARRIED:
        _CARRIED.append(variable)


class _Job:
    """A function on its way through a thread pool."""

    __slots__ = ("_carried", "_func", "_jobs", "future", "returned", "thread")

    def __init__(self, func: Callable[..., Any], jobs: "Jobs") -> None:
        self._func = func
        self._jobs = jobs
        self._carried = [(variable, variable.get()) for variable in _CARRIED]
        self.future: asyncio.Future[Any] | None = None
        self.thread = 0
        self.returned = False

    def __call__(self, *args: Any) -> Any:
        self.thread = threading.get_ident()
        tokens = [(one, one.set(value)) for one, value in self._carried]
        try:
            return self._func(*args)
        finally:
            for variable, token in tokens:
                variable.reset(token)
            self.returned = True
            if self.future is not None and self.future.cancelled():
                self._jobs.strike(self)  # nobody else tells the loop

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process as the function alone."""
        return _itself, (self._func,)


def _itself(func: Any) -> Any:
    return func


class Jobs:
    """The jobs of one loop that are under way.

    Args:
        loop: The loop that hands them out.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = weakref.ref(loop)
        self._jobs: set[_Job] = set()

    def run(
        self, submit: Callable[..., Any], executor: Any, func: Any, *args: Any
    ) -> Any:
        """Hand a job to an executor through ``submit`` and count it until its end.

        The end is when its function has returned *and* the loop has been told:
        a cancelled future does not end a thread that has begun.
        """
        job = _Job(func, self)
        job.future = future = submit(executor, job, *args)
        self._jobs.add(job)
        future.add_done_callback(lambda _: self._told(job))
        return future

    def _told(self, job: _Job) -> None:
        begun = job.thread != 0
        cancelled = job.future is not None and job.future.cancelled()
        if job.returned or not begun or not cancelled:
            self._jobs.discard(job)

    def strike(self, job: _Job) -> None:
        """Stop counting a job, from any thread, and make the loop look again."""
        loop = self._loop()
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._jobs.discard, job)

    def futures(self) -> Collection["asyncio.Future[Any]"]:
        """Return the futures of the jobs that are under way."""
        return {job.future for job in self._jobs if job.future is not None}

    def surely_at_work(self) -> bool:
        """Tell whether a thread has a job and does not wait for the loop in it.

        One that waits for something else is taken for one at work.
        """
        loop = self._loop()
        if loop is None or all(job.returned for job in self._jobs):
            return False
        return not threads_waiting_for(asyncio.all_tasks(loop))

    def at_work(self, seen: Survey) -> int:
        """Count the threads that work on one of these jobs.

        A thread does not work that waits for a future which is not done yet, or
        that waits in ``async_to_sync`` for the loop.
        """
        if not self._jobs:
            return 0
        count = sum(job.thread not in seen.resting for job in self._jobs)
        loop = self._loop()
        waiting = 0 if loop is None else threads_waiting_for(asyncio.all_tasks(loop))
        return max(count - waiting, 0)

    def threads(self, seen: Survey) -> set[int]:
        """Return the numbers of the threads that have begun one of these jobs."""
        return {job.thread for job in self._jobs if job.thread} - seen.resting

    def blocked(self, seen: Survey) -> bool:
        """Whether every job under way waits for a lock, a queue or an event."""
        return all(job.thread in seen.blocked for job in self._jobs)
