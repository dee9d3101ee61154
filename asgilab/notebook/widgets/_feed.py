"""One thread that does all the talking of a widget, at a bounded rate.

Why a thread of its own, and not the kernel's loop: the application runs on the
lab's thread and goes on while a cell blocks the kernel's, and that is when one
looks at a timeline. Why one lasting thread, and not a timer for each update:
ipykernel opens a socket for every thread that it sees sending. Sending from
here is safe, because ipykernel hands each message to its own output thread.

The thread holds nothing but what it was given, and ends with :meth:`Feed.stop`.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Final

INTERVAL: Final = 0.05
"""Least time between two updates, in seconds: at most 20 a second.

The server of Jupyter drops messages above 1000 a second for all widgets together.
"""

_LAST_UPDATES: Final = 1000
"""Updates at most when a feed is finished: the last ones have no distance."""

_log: Final = logging.getLogger(__name__)


class Feed:
    """Runs jobs in order, and one update after any number of touches.

    Args:
        update: Called on the feed's thread some time after :meth:`touch`, at
            most every ``interval`` seconds. While it returns True, it is
            called again without a touch.
        interval: Least time between two updates, in seconds.
    """

    def __init__(
        self, update: Callable[[], bool], *, interval: float = INTERVAL
    ) -> None:
        self._update = update
        self._interval = interval
        self._inbox: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._touched = False
        self._stopped = False
        self._thread: threading.Thread | None = None

    @property
    def alive(self) -> bool:
        """Whether the thread is running."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Start the thread; it never keeps the process alive."""
        self._thread = threading.Thread(
            target=self._run, name="asgilab timeline", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End the thread soon, whichever thread asks; what is still to do is left."""
        self._stopped = True
        self._inbox.put(None)

    def finish(self) -> None:
        """Do what is still to do, tell the last news, and end the thread."""
        self._inbox.put(self._last)

    def join(self, timeout: float | None = None) -> None:
        """Wait for the thread to end."""
        if self._thread is not None:
            self._thread.join(timeout)

    def post(self, job: Callable[[], object]) -> None:
        """Run a job on the feed's thread, soon; callable from any thread."""
        self._inbox.put(job)

    def touch(self, _index: int = 0) -> None:
        """Ask for an update; callable from any thread, and cheap when repeated.

        The argument is what :meth:`Session.watch` hands to its watchers.
        """
        if not self._touched:
            self._touched = True
            self._inbox.put(_nothing)

    def _last(self) -> None:
        for _ in range(_LAST_UPDATES):
            if not _run_safely(self._update):
                break
        self._stopped = True

    def _run(self) -> None:
        due = 0.0
        more = False
        while not self._stopped:
            waiting = self._touched or more
            timeout = max(0.0, due - time.monotonic()) if waiting else None
            with contextlib.suppress(Empty):
                job = self._inbox.get(timeout=timeout)
                if job is not None:
                    _run_safely(job)
            if (self._touched or more) and time.monotonic() >= due:
                # Before the update reads anything, so that no touch is lost.
                self._touched = False
                more = bool(_run_safely(self._update))
                due = time.monotonic() + self._interval


def _nothing() -> None:
    """Wake the thread."""


def _run_safely(job: Callable[[], object]) -> object:
    """Run a job; one that fails is logged and never ends the thread."""
    try:
        return job()
    except Exception:
        _log.exception("A job of a timeline failed.")
        return None
