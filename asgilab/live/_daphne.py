"""Serving with Daphne on sockets that are bound already, again and again.

Only this module touches Daphne and Twisted. Twisted wants one reactor for the
life of a process and installs it by import; so each server here gets a reactor
of its own, and what was imported before is put back. The thread around it
lives in ``_thread``.

Second choice to uvicorn: an exception of the application is answered only at
Daphne's tick, once a second, and one that comes after the response has begun
stops that tick for the rest of the server's life.
"""

import asyncio
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Final

from asgilab.engine import settle
from asgilab.live._loop import ServerLoop
from asgilab.types import Application

_MODULES: Final = ("twisted.internet.reactor", "daphne.server")
_DISCONNECT_SECONDS: Final = 3.0
_SERVICE_RESTART: Final = 1012


class DaphneBackend:
    """Serves one application until it is told to stop.

    Args:
        application: What to serve.
        options: More arguments for ``daphne.server.Server``.

    Raises:
        ImportError: Daphne is not installed.
    """

    def __init__(self, application: Application, options: Mapping[str, Any]) -> None:
        try:
            import_module("daphne")
        except ImportError as error:
            msg = (
                'server="daphne" needs Daphne, which is not installed. '
                "Run: python -m pip install daphne"
            )
            raise ImportError(msg) from error
        self._application = application
        self._options = dict(options)
        self._server: Any = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(
        self,
        sockets: list[socket.socket],
        ready: Callable[[asyncio.AbstractEventLoop], None],
    ) -> None:
        """Serve; call ``ready(loop)`` once connections are answered."""
        with asyncio.Runner(loop_factory=ServerLoop) as runner:
            loop = runner.get_loop()
            with _reactor_on(loop) as reactor:
                self._server = self._make(reactor, sockets)
                self._loop = loop
                reactor.callWhenRunning(ready, loop)
                self._server.run()
                reactor.removeAll()

    def stop(self) -> None:
        """Stop serving, from any thread; clients are told, handlers run."""
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(self._shut_down(), self._loop)

    def _make(self, reactor: Any, sockets: list[socket.socket]) -> Any:
        module: Any = import_module("daphne.server")
        # Importing it makes a loop that only its own reactor would have used.
        module.twisted_loop.close()
        # Else Python's warnings would go to Twisted's log, and that to nowhere.
        module.globalLogBeginner = _NoLogging()
        server = module.Server(
            self._application,
            endpoints=["the sockets below"],
            signal_handlers=False,
            **self._options,
        )
        server.endpoints = []

        def adopt() -> None:
            for one in sockets:
                one.setblocking(False)
                reactor.adoptStreamPort(one.fileno(), one.family, server.http_factory)

        server.ready_callable = adopt
        return server

    async def _shut_down(self) -> None:
        """Close the websockets, give their handlers time, and end the reactor."""
        server = self._server
        for protocol in list(server.connections):
            if hasattr(protocol, "sendCloseFrame"):
                protocol.closeHandshakeTimeout = _DISCONNECT_SECONDS  # Else 1 s.
                protocol.sendCloseFrame(code=_SERVICE_RESTART)
        await self._applications_end()
        await settle()  # A thread would go on after its task was cancelled.
        server.stop()

    async def _applications_end(self) -> None:
        """Wait for the applications that still run, as long as handlers may take."""
        instances = [
            details["application_instance"]
            for details in self._server.connections.values()
            if "application_instance" in details
        ]
        if instances:
            await asyncio.wait(instances, timeout=_DISCONNECT_SECONDS)


class _NoLogging:
    """Stands in for Twisted's ``globalLogBeginner`` and leaves logging as it is."""

    def beginLoggingTo(self, *_arguments: Any, **_options: Any) -> None:
        """Begin nothing."""


@contextmanager
def _reactor_on(loop: asyncio.AbstractEventLoop) -> Iterator[Any]:
    """Install a reactor on a loop for a while, as the one that imports find."""
    asyncio.set_event_loop(loop)
    internet: Any = import_module("twisted.internet")
    saved: dict[str, Any] = {name: sys.modules.pop(name, None) for name in _MODULES}
    import_module("twisted.internet.asyncioreactor").install(loop)
    # Autobahn's timers ask txaio, which remembers the first reactor it met.
    timers: Any = import_module("txaio.tx").config
    saved_loop, timers.loop = timers.loop, internet.reactor
    try:
        yield internet.reactor
    finally:
        timers.loop = saved_loop
        for name, module in saved.items():
            _put_back(name, module)
        asyncio.set_event_loop(None)


def _put_back(name: str, module: Any) -> None:
    """Make importing a name find what it found before, or nothing yet."""
    package, _, attribute = name.rpartition(".")
    if module is not None:
        sys.modules[name] = module
        setattr(sys.modules[package], attribute, module)
    elif sys.modules.pop(name, None) is not None:
        delattr(sys.modules[package], attribute)
