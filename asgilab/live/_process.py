"""A server in a process of its own: isolation, at the price of mocks and speed.

The process is a fresh Python, whatever start method multiprocessing is set to:
nothing is inherited that a fork would leave half alive, and worker processes
of a parallel test run may start it, too. What it runs lives in ``_child``.
"""

import multiprocessing
import os
import pickle
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Final

from asgilab.errors import ApplicationFault, UncleanExit, UsageError
from asgilab.live._child import Order
from asgilab.live._python import python_running

_GRACE_SECONDS: Final = 5.0
_IMPORT_SECONDS: Final = 60.0
"""Seconds for a process that lives to import its application, on a busy machine too;
one that dies is told at once."""


class ServerProcess:
    """Runs uvicorn in a new process and talks to it through a pipe.

    Args:
        order: What it is to serve.
        sockets: What to listen on, handed over to the process.

    Raises:
        UsageError: The system has no way to hand over sockets.
    """

    def __init__(self, order: Order, sockets: list[socket.socket]) -> None:
        if os.name != "posix":
            msg = f'server="process" needs a POSIX system; this one is {os.name!r}.'
            raise UsageError(msg)
        self._order = order
        self._sockets = sockets
        self._errors: list[Exception] = []
        self._lock = threading.Lock()
        self._pipe, self._other_end = multiprocessing.Pipe()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def errors(self) -> list[Exception]:
        """What the application raised and nobody took yet."""
        if self._process is not None and self._process.poll() is None:
            self._errors += self._ask("errors", None)
        return self._errors

    def start(self, timeout: float) -> None:
        """Start the process and wait until it serves.

        Raises:
            ApplicationFault: The process ended at once.
            TimeoutError: It was not up ``timeout`` seconds after its application was
                imported, which may take a minute.
            BaseException: What failed over there; a note has its traceback.
        """
        inherited = [self._other_end.fileno(), *(one.fileno() for one in self._sockets)]
        environment = dict(os.environ, PYTHONWARNINGS=",".join(sys.warnoptions))
        self._process = subprocess.Popen(
            python_running("asgilab.live._child", *map(str, inherited)),
            stdin=subprocess.DEVNULL,
            pass_fds=inherited,
            env=environment,
        )
        self._other_end.close()
        try:
            self._pipe.send(self._order)
            # The start itself is timed over there; here, that it answers at all.
            self._receive(timeout + _IMPORT_SECONDS)
        except BaseException:
            self._end()
            raise
        for one in self._sockets:
            if one.family != socket.AF_UNIX:  # Its path is removed at the end.
                one.close()

    def stop(self, timeout: float) -> None:
        """Stop serving and end the process.

        Raises:
            UncleanExit: After ``timeout`` seconds the application still ran; the
                process has been killed.
        """
        if self._process is None or self._process.poll() is not None:
            self._end()
            return
        try:
            self._errors += self._ask("stop", timeout, timeout + _GRACE_SECONDS)
            self._process.wait(_GRACE_SECONDS)
        except (TimeoutError, subprocess.TimeoutExpired):
            msg = f"The live server's process did not end within {timeout:g} s."
            raise UncleanExit(msg) from None
        finally:
            self._end()

    def call(
        self,
        function: Callable[..., Coroutine[Any, Any, Any]],
        arguments: tuple[Any, ...],
        timeout: float | None,
    ) -> Any:
        """Run ``function(*arguments)`` on the server's loop; return its result."""
        return self._ask("call", (pickled((function, arguments)), timeout))

    def settle(self, timeout: float) -> bool:
        """Wait until the application rests; see :meth:`LiveServer.settle`."""
        settled: bool = self._ask("settle", timeout)
        return settled

    def _ask(self, verb: str, arguments: Any, timeout: float | None = None) -> Any:
        with self._lock:
            try:
                self._pipe.send((verb, arguments))
            except OSError:
                raise self._gone() from None
            return self._receive(timeout)

    def _receive(self, timeout: float | None) -> Any:
        try:
            if not self._pipe.poll(timeout):
                msg = f"The live server's process did not answer within {timeout:g} s."
                raise TimeoutError(msg)
            good, answer = self._pipe.recv()
        except (EOFError, ConnectionError):
            raise self._gone() from None
        if not good:
            raise answer
        return answer

    def _gone(self) -> ApplicationFault:
        code = None if self._process is None else self._process.wait(_GRACE_SECONDS)
        msg = f"The live server's process ended by itself, with exit code {code}."
        return ApplicationFault(msg)

    def _end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._pipe.close()
        self._other_end.close()


def pickled(thing: Any) -> bytes:
    """Pickle what is to cross over.

    Raises:
        UsageError: It cannot be found again from another process.
    """
    try:
        return pickle.dumps(thing)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        msg = (
            f'server="process" has to find {thing!r} again in its own process '
            f"({error}). Expected something at the top level of a module."
        )
        raise UsageError(msg) from error
