"""Workers of a pool that look idle, and how many of them the pool takes for idle.

A job may be in nobody's hands that show: taken from the queue, given to a worker, and
that one not awake yet. The pool's own count of its idle workers knows of it, as long
as it is right. How a worker is found lives in ``_threads``.
"""

import time
from concurrent.futures import thread as standard
from typing import Any, Final
from weakref import WeakKeyDictionary

MISCOUNTS: Final = "get_nowait" in standard._worker.__code__.co_names
"""Whether pools lose count, as they do on Python 3.12.

There a worker tries to take a job before it counts itself as idle. If that one had been
given out already, to another who was counted out for it, nobody counts that other in
again: from then on the pool takes one worker fewer for idle than there are.
"""
_STEADY: Final = 0.08
"""Seconds that a surplus has to last to be a mistake of the pool's, and no job."""
_APART: Final = 0.02
"""Seconds between two looks from which on it may have been another in between."""


class _Surplus:
    """By how many more workers look idle than their pool takes for idle.

    Attributes:
        known: How many of them are the pool's mistake.
    """

    def __init__(self) -> None:
        self.known = 0
        self._last = 0
        self._since = self._looked = 0.0

    def tells_of_a_job(self, surplus: int, now: float) -> bool:
        """Tell whether a worker may have a job that it does not show yet.

        A worker that has been given one wakes up within a moment: a surplus that is
        the same in each look for much longer is a mistake. One that shrinks was none.
        """
        self.known = min(self.known, max(surplus, 0))
        looked, self._looked = self._looked, now
        if surplus != self._last or now - looked > _APART:
            self._last, self._since = surplus, now
        elif MISCOUNTS and now - self._since >= _STEADY:
            self.known = max(self.known, surplus)
        return surplus > self.known


_SURPLUSES: Final["WeakKeyDictionary[Any, _Surplus]"] = WeakKeyDictionary()


class IdleWorkers:
    """The workers of all pools that look idle in one look at the threads."""

    def __init__(self) -> None:
        self._pools: dict[int, Any] = {}
        self._looking: dict[int, int] = {}

    def add(self, pool: Any) -> None:
        """Count one more; ``pool`` is whose it is."""
        self._pools[id(pool)] = pool
        self._looking[id(pool)] = self._looking.get(id(pool), 0) + 1

    def tell_of_a_job(self) -> bool:
        """Tell whether one of them may have been given a job and not be awake yet."""
        now = time.monotonic()
        return any([self._in_doubt(pool, now) for pool in self._pools.values()])

    def _in_doubt(self, pool: Any, now: float) -> bool:
        # The name is the standard library's; a test of ours guards it.
        free = getattr(getattr(pool, "_idle_semaphore", None), "_value", None)
        if free is None:
            return False
        surplus = _SURPLUSES.get(pool)
        if surplus is None:
            surplus = _SURPLUSES[pool] = _Surplus()
        return surplus.tells_of_a_job(self._looking[id(pool)] - free, now)
