"""Lets an interrupt land while a cell waits, and tells that it was one.

The kernel turns the signal into the cancellation of the cell, but from the
signal handler it cannot wake a loop that sleeps in its selector: the interrupt
would wait for the next thing that happens. Here the loop gets woken at once.
"""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

Catch = Callable[[int, FrameType | None], Any]


class Interrupts:
    """The interrupts of the cells of one shell.

    Example::

        interrupts = Interrupts()
        interrupts.watch(get_ipython())
    """

    def __init__(self) -> None:
        self.landed = False
        """Whether the cell that runs now has been interrupted."""
        self.pending = False
        """Whether that is still to be told to the cell, because its loop is blocked."""
        self._open: list[contextlib.ExitStack] = []

    def watch(self, shell: InteractiveShell) -> None:
        """Look after every cell of a shell from now on."""
        shell.events.register("pre_execute", self._before)
        shell.events.register("post_execute", self._after)

    def unwatch(self, shell: InteractiveShell) -> None:
        """Undo :meth:`watch`."""
        shell.events.unregister("pre_execute", self._before)
        shell.events.unregister("post_execute", self._after)
        while self._open:
            self._open.pop().close()

    def _before(self) -> None:
        if not _in_main_thread():
            return
        self.landed = self.pending = False
        self._open.append(contextlib.ExitStack())
        usual = signal.getsignal(signal.SIGINT)
        # Python's own handler raises at once: nothing has to be woken.
        if callable(usual) and usual is not signal.default_int_handler:
            self._open[-1].enter_context(on_interrupt(self._waking(usual)))

    def _after(self) -> None:
        if _in_main_thread() and self._open:
            self._open.pop().close()

    def _waking(self, usual: Catch) -> Catch:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            loop = None

        def wake(number: int, frame: FrameType | None) -> None:
            self.landed = self.pending = True
            if loop is not None:
                # Being called is what wakes the loop.
                loop.call_soon_threadsafe(self._delivered)
            usual(number, frame)

        return wake

    def _delivered(self) -> None:
        self.pending = False


@contextlib.contextmanager
def on_interrupt(catch: Catch) -> Iterator[None]:
    """Call ``catch`` for an interrupt; only a main thread ever gets one."""
    if not _in_main_thread():
        yield
        return
    usual = signal.signal(signal.SIGINT, catch)
    try:
        yield
    finally:
        # None stands for a handler that was not set from Python.
        signal.signal(signal.SIGINT, usual or signal.SIG_DFL)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
