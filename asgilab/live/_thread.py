"""A server in a thread of this process: starting it, reaching it, stopping it.

Which server that is, is the backend's affair (``_uvicorn``, ``_daphne``); a
server in a process of its own is in ``_process``.
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from typing import Any, Protocol

from asgilab.engine import frames_of_threads, line_elsewhere
from asgilab.errors import UncleanExit, UsageError
from asgilab.live._collecting import Collecting


class Backend(Protocol):
    """A server that can serve one application on given sockets, once."""

    def run(
        self,
        sockets: list[socket.socket],
        ready: Callable[[asyncio.AbstractEventLoop], None],
    ) -> None:
        """Serve until stopped; call ``ready(loop)`` once connections are answered."""

    def stop(self) -> None:
        """Make ``run()`` return soon. Called from another thread."""


class ServerThread:
    """Runs a backend in a daemon thread.

    Args:
        backend: The server.
        collecting: The application, as the backend serves it.
        sockets: What to listen on; they are closed by whoever bound them.
    """

    def __init__(
        self, backend: Backend, collecting: Collecting, sockets: list[socket.socket]
    ) -> None:
        self._backend = backend
        self._collecting = collecting
        self._sockets = sockets
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(
            target=self._run, name="asgilab-live-server", daemon=True
        )

    @property
    def errors(self) -> list[Exception]:
        """What the application raised and nobody took yet."""
        return self._collecting.errors

    def start(self, timeout: float) -> None:
        """Start serving and wait until it does.

        Raises:
            LifespanFailed: The application answered ``lifespan.startup.failed``.
            TimeoutError: It was not up after ``timeout`` seconds.
            BaseException: Whatever else ended the server, with its traceback.
        """
        self._thread.start()
        if not self._told.wait(timeout):
            self._backend.stop()
            msg = f"The live server was not up after {timeout:g} s{self._standing()}"
            raise TimeoutError(msg)
        if self._loop is not None:
            return
        self._thread.join()
        failure = self._collecting.start_failure or self._error
        if failure is not None:
            raise failure
        msg = "The live server ended before it served anything, and gave no reason."
        raise RuntimeError(msg)

    def stop(self, timeout: float) -> None:
        """Stop serving: clients are disconnected and the application told.

        Raises:
            UncleanExit: After ``timeout`` seconds the application still runs.
        """
        if not self._thread.is_alive():
            return
        self._backend.stop()
        self._thread.join(timeout)
        if self._thread.is_alive():
            msg = f"The live server was not down after {timeout:g} s{self._standing()}"
            raise UncleanExit(msg)

    def call(
        self,
        function: Callable[..., Coroutine[Any, Any, Any]],
        arguments: tuple[Any, ...],
        timeout: float | None,
    ) -> Any:
        """Run ``function(*arguments)`` on the server's loop; return its result."""
        if self._loop is None or not self._thread.is_alive():
            msg = (
                "The live server does not run: call() needs it between start and stop."
            )
            raise UsageError(msg)
        coroutine = function(*arguments)
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result(timeout)
        except CancelledError:
            msg = "The call was cancelled on the live server's loop."
            raise UsageError(msg) from None
        finally:
            future.cancel()

    def settle(self, timeout: float) -> bool:
        """Wait until the application rests; see :meth:`LiveServer.settle`."""
        if self._loop is None or not self._thread.is_alive():
            return True
        settled: bool = self.call(self._collecting.settle, (timeout,), None)
        return settled

    def _run(self) -> None:
        try:
            self._backend.run(self._sockets, self._up)
        except BaseException as error:  # uvicorn exits the thread with SystemExit.
            self._error = error
        finally:
            self._told.set()

    def _up(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._told.set()

    def _standing(self) -> str:
        """Say where threads of the user's code stand, to end a sentence."""
        lines = map(line_elsewhere, frames_of_threads().values())
        places = [f"{code.co_filename}:{line}" for code, line in filter(None, lines)]
        return f"; user code stands at {', '.join(places)}." if places else "."
