"""Prints what ``asgilab record`` writes, by reading the file that grows.

So it is the same with one process that serves and with many.
"""

import threading
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from rich.console import Console

from asgilab.errors import AsgilabError
from asgilab.live import Tail
from asgilab.rendering import RunningTimeline, visible

_LOOK_SECONDS: Final = 0.1
_AT_ONCE: Final = 200
"""Events that are printed of one look; a person reads no faster."""


class Printing:
    """Prints a recording while it is made, and at the end what it amounts to.

    Args:
        console: Where to print.
        path: The first file of the recording.
        quiet: Print the end alone.
    """

    def __init__(self, console: Console, path: Path, *, quiet: bool) -> None:
        self._console = console
        self._quiet = quiet
        self._tail = Tail(path)
        self._timeline = RunningTimeline(console)
        self._count = 0
        self._before = 0
        """How many events were read before the file that is read now."""
        self._over = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name="asgilab-record", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        if error is None:
            self._sum_up()

    def _run(self) -> None:
        try:
            while not self._over.wait(_LOOK_SECONDS):
                self._look()
            while self._look():  # What was written at the very end.
                pass
        except (AsgilabError, OSError) as error:
            told = visible(str(error))
            self._console.print(f"The timeline ends: {told}", markup=False)
        finally:
            self._tail.close()

    def _look(self) -> bool:
        """Print what came; return whether anything did."""
        path = self._tail.path
        session, passed_over = self._tail.read(_AT_ONCE)
        if session is None:
            return False
        if self._tail.path != path:
            self._before = self._count
        first = self._count - self._before + passed_over
        self._count += len(session) + passed_over
        if self._quiet:
            return True
        if passed_over:
            self._timeline.leave_out(passed_over)
        self._timeline.print(session, first)
        return True

    def _sum_up(self) -> None:
        path = visible(str(self._tail.path))
        if not self._count:
            text = "Nothing was recorded."
        else:
            events = "1 event" if self._count == 1 else f"{self._count} events"
            text = (
                f"{events} in {path}\n"
                f"asgilab show {path} prints them, "
                f"%asgi_load {path} opens them in a notebook."
            )
        self._console.print(text, markup=False, soft_wrap=True)
