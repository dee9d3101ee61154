"""The end of a shell: its lab is stopped while Python can still run it.

When Python itself ends it is too late: no thread can be started then, and no
pool takes work, so that an application could not even be told to shut down.
What stopping means is not decided here.
"""

import atexit
import contextlib
import warnings
from collections.abc import Callable
from typing import Any

from IPython.core.interactiveshell import InteractiveShell


class Leaving:
    """Does something when a shell is about to end: a kernel, or a terminal.

    Args:
        end: What to do; it may be called more than once.

    Example::

        leaving = Leaving(stop_everything)
        leaving.watch(get_ipython())
    """

    def __init__(self, end: Callable[[], object]) -> None:
        self._end = end
        self._owner: Any = None
        self._name = ""
        self._usual: Any = None

    def watch(self, shell: InteractiveShell) -> None:
        """Look after a shell from now on."""
        kernel = getattr(shell, "kernel", None)
        # A kernel is told by a request, a terminal by its user.
        self._owner, self._name = (
            (shell, "ask_exit") if kernel is None else (kernel, "do_shutdown")
        )
        self._usual = getattr(self._owner, self._name, None)
        if self._usual is not None:
            setattr(self._owner, self._name, self._leave)
        atexit.register(self._at_exit)

    def unwatch(self) -> None:
        """Undo :meth:`watch`."""
        atexit.unregister(self._at_exit)
        if self._usual is not None and vars(self._owner).get(self._name) == self._leave:
            setattr(self._owner, self._name, self._usual)

    def _leave(self, *arguments: Any, **options: Any) -> Any:
        self._at_exit()
        return self._usual(*arguments, **options)

    def _at_exit(self) -> None:
        # Nobody is there to be told.
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._end()
