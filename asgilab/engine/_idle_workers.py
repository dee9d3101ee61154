"""Workers of pools that look idle, against how many their pools take for idle.

How a worker is found lives in ``_threads``.
"""

import sys
from concurrent.futures.thread import _worker
from typing import Any, Final

MISCOUNTS: Final = "get_nowait" in _worker.__code__.co_names
"""Whether pools lose count of their idle workers (Python 3.12 and 3.13.0).

There a worker tries to take a job before it counts itself as idle. If another had been
counted out for that job, nobody counts that other in again: from then on the pool takes
one worker fewer for idle than there are.
"""


ENOUGH: Final = 20 if sys.version_info < (3, 13) else 100
"""Looks, at least a millisecond each, that a surplus has to last to be such a mistake.

Up to Python 3.12 a job stays in the queue until its worker is awake and has all but
taken it in hand; from 3.13 on it is taken out for a worker that has yet to wake up.
"""


class IdleWorkers:
    """The workers of all pools that look idle in one look at the threads.

    A job may be in nobody's hands that show: taken from the queue, and its worker has
    not come to say so. The pool's own count of idle workers knows of it; the name is
    the standard library's, and a test of ours guards it.
    """

    def __init__(self) -> None:
        self._looking: dict[int, int] = {}
        self._counted: dict[int, int] = {}

    def add(self, pool: Any) -> None:
        """Count one more worker; ``pool`` is whose it is."""
        count = self._looking[id(pool)] = self._looking.get(id(pool), 0) + 1
        free = getattr(getattr(pool, "_idle_semaphore", None), "_value", count)
        self._counted[id(pool)] = free

    def may_have_a_job(self, looks: int) -> bool:
        """Tell whether more workers look idle than their pool takes for idle.

        Args:
            looks: How many looks before this one told the same while nothing else
                happened. Where pools lose count, :data:`ENOUGH` of them say that this
                one has. That is not remembered, because the count of such a pool does
                not show its next job.
        """
        if MISCOUNTS and looks >= ENOUGH:
            return False
        return any(count > self._counted[pool] for pool, count in self._looking.items())
