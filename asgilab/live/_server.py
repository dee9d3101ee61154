"""The live server as tests see it: an address, a way in, and what went wrong.

How it is run lives in ``_thread`` and ``_process``, what serves it in
``_uvicorn`` and ``_daphne``.
"""

import socket
import ssl
from collections.abc import Callable, Coroutine, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Protocol, Self

from asgilab.errors import UsageError
from asgilab.live._certificate import Certificate
from asgilab.live._child import Order
from asgilab.live._collecting import Collecting
from asgilab.live._failures import OnError, note_on, report
from asgilab.live._process import ServerProcess, pickled
from asgilab.live._sockets import close, listen, listen_on_path
from asgilab.live._thread import Backend, ServerThread
from asgilab.types import Application

Server = Literal["uvicorn", "daphne", "process"]
"""What serves: uvicorn or Daphne in a thread, or uvicorn in a process of its own."""

_SERVERS: Final = ("uvicorn", "daphne", "process")


class Running(Protocol):
    """A server that can be started, reached and stopped, wherever it runs."""

    @property
    def errors(self) -> list[Exception]: ...

    def start(self, timeout: float) -> None: ...

    def stop(self, timeout: float) -> None: ...

    def call(
        self,
        function: Callable[..., Coroutine[Any, Any, Any]],
        arguments: tuple[Any, ...],
        timeout: float | None,
    ) -> Any: ...

    def settle(self, timeout: float) -> bool: ...


@dataclass(frozen=True)
class MadeElsewhere:
    """An application that is made in the process that serves it.

    Attributes:
        factory: Returns the application. It has to be picklable.
        prepare: Called over there before the factory is even unpickled, or None:
            what importing the modules of the application relies on.
    """

    factory: Callable[[], Application]
    prepare: Callable[[], Any] | None = None


class LiveServer:
    """Serves an ASGI application on a real socket while a test runs.

    Args:
        application: The ASGI application, or with ``server="process"`` a
            :class:`MadeElsewhere` that makes it over there.
        host: Name or address to listen on; IPv6 without brackets. The default
            listens on IPv4 and IPv6.
        port: The port; 0 takes any free one.
        server: ``"uvicorn"`` (the default) or ``"daphne"`` in a thread of this
            process, or ``"process"``: uvicorn in a new process, for which the
            application must be picklable.
        tls: Serve https and wss with a throw-away certificate.
        unix_socket: Listen on this path and not on a port.
        lifespan: ``"auto"``, ``"on"`` or ``"off"``; Daphne has none.
        on_error: What leaving the ``with`` does about exceptions of the
            application that are still in ``errors``: ``"raise"`` them,
            ``"warn"`` of them, or ``"keep"`` silent. When the body of the
            ``with`` fails itself, they become notes of its exception.
        at_connection_end: Called after a connection, in the thread that its
            synchronous code ran in.
        options: More arguments for ``uvicorn.Config`` or Daphne's ``Server``.
        timeout: How long starting and stopping may take, in seconds.

    Raises:
        UsageError: The server is unknown, or cannot do what is asked of it.
        ImportError: The server is not installed; the message says how to.

    Example::

        with LiveServer(application) as server:
            with websockets.sync.client.connect(server.ws_url + "/ws/") as alice:
                alice.send("hi")
    """

    def __init__(
        self,
        application: Application | MadeElsewhere,
        host: str = "localhost",
        port: int = 0,
        server: Server = "uvicorn",
        *,
        tls: bool = False,
        unix_socket: str | Path | None = None,
        lifespan: Literal["auto", "on", "off"] = "auto",
        on_error: OnError = "raise",
        at_connection_end: Callable[[], Any] | None = None,
        options: Mapping[str, Any] | None = None,
        timeout: float = 10.0,
    ) -> None:
        _check(server, tls)
        self.host = host
        self.port = port
        self._application = application
        self._server = server
        self._tls = tls
        self._unix_socket = None if unix_socket is None else Path(unix_socket)
        self._lifespan = lifespan
        self._on_error = on_error
        self._at_connection_end = at_connection_end
        self._options = dict(options or {})
        self._timeout = timeout
        self._certificate: Certificate | None = None
        self._running: Running | None = None
        self._after = ExitStack()

    @property
    def url(self) -> str:
        """The address for HTTP, such as ``"http://localhost:40123"``."""
        return self._address("http")

    @property
    def ws_url(self) -> str:
        """The address for websockets, such as ``"ws://localhost:40123"``."""
        return self._address("ws")

    @property
    def errors(self) -> list[Exception]:
        """What the application raised and nobody has dealt with yet, in order.

        Remove an error (``server.errors.pop()``) to say that it was expected.
        An exception that means that the client has left is not kept.
        """
        return [] if self._running is None else self._running.errors

    @property
    def certificate(self) -> Path | None:
        """PEM file of the authority that clients have to trust, with ``tls``."""
        return None if self._certificate is None else self._certificate.authority

    def client_context(self) -> ssl.SSLContext | None:
        """Return what a Python client needs to trust this server, with ``tls``."""
        return None if self._certificate is None else self._certificate.client_context()

    def start(self) -> Self:
        """Start serving; return when connections are answered.

        Raises:
            OSError: The host or port is not to be had; a note says which.
            LifespanFailed: The application answered ``lifespan.startup.failed``.
            TimeoutError: The server was not up in time.
            Exception: What the application raised in its lifespan, or the
                server at its start, with its traceback.
        """
        if self._running is not None:
            msg = f"A live server starts once, and this one did, on {self.url}."
            raise UsageError(msg)
        with ExitStack() as undo:
            sockets = self._listen()
            undo.callback(close, sockets)
            if self._unix_socket is not None:
                undo.callback(self._unix_socket.unlink, missing_ok=True)
            if self._tls:
                self._certificate = Certificate(self.host)
                undo.callback(self._certificate.remove)
            running = self._make(sockets)
            running.start(self._timeout)
            self._running = running
            self._after = undo.pop_all()
        return self

    def stop(self) -> None:
        """Stop serving: clients are disconnected, their handlers run, then lifespan.

        Raises:
            UncleanExit: The application was still at work after ``timeout``.
        """
        if self._running is None:
            return
        with self._after:
            self._running.stop(self._timeout)

    def call(
        self,
        function: Callable[..., Coroutine[Any, Any, Any]],
        *arguments: Any,
        timeout: float | None = None,
    ) -> Any:
        """Run a coroutine function on the server's event loop and wait for it.

        Args:
            function: Called with the arguments, on this thread; what it returns
                is awaited on the loop. With ``server="process"`` all of it has
                to be picklable and happens in that process.
            *arguments: Its arguments.
            timeout: Seconds to wait. Default: as long as it takes.

        Raises:
            TimeoutError: It took longer; it has been cancelled.

        Example::

            server.call(get_channel_layer().group_send, "room", {"type": "tell"})
        """
        if self._running is None:
            msg = (
                "The live server does not run: call() needs it between start and stop."
            )
            raise UsageError(msg)
        return self._running.call(function, arguments, timeout)

    def settle(self, timeout: float = 10.0) -> bool:
        """Wait until the application rests: nothing at work in any of its threads.

        Connections may stay open, and timers may be set. A request without an
        answer, and an event that is being handled, get up to one second to
        finish when they wait for something else than a thread.

        Args:
            timeout: Seconds to wait.

        Returns:
            False when a thread was still at work at the end of that time.
        """
        return True if self._running is None else self._running.settle(timeout)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self.stop()
        finally:
            if error is not None and self._on_error != "keep":
                note_on(error, self.errors)
        if error is None:
            report(self.errors, self._on_error)

    def _listen(self) -> list[socket.socket]:
        if self._unix_socket is not None:
            return listen_on_path(self._unix_socket)
        sockets = listen(self.host, self.port)
        self.port = int(sockets[0].getsockname()[1])
        return sockets

    def _make(self, sockets: list[socket.socket]) -> Running:
        if self._server == "process":
            return ServerProcess(self._order(), sockets)
        application = self._application
        if isinstance(application, MadeElsewhere):
            application = application.factory()
        collecting = Collecting(application, self._at_connection_end)
        return ServerThread(self._backend(collecting), collecting, sockets)

    def _backend(self, application: Application) -> Backend:
        if self._server == "daphne":
            from asgilab.live._daphne import DaphneBackend

            return DaphneBackend(application, self._options)
        from asgilab.live._uvicorn import UvicornBackend

        return UvicornBackend(application, self._lifespan, self._chain, self._options)

    def _order(self) -> Order:
        made = self._application
        if not isinstance(made, MadeElsewhere):
            made = MadeElsewhere(partial(_same, made))
        return Order(
            prepare=None if made.prepare is None else pickled(made.prepare),
            factory=pickled(made.factory),
            at_connection_end=pickled(self._at_connection_end),
            lifespan=self._lifespan,
            chain=self._chain,
            options=self._options,
            timeout=self._timeout,
        )

    @property
    def _chain(self) -> Path | None:
        return None if self._certificate is None else self._certificate.chain

    def _address(self, scheme: str) -> str:
        scheme = f"{scheme}s" if self._tls else scheme
        if self._unix_socket is not None:
            return f"{scheme}://localhost"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"


def _same(application: Application) -> Application:
    return application


def _check(server: str, tls: bool) -> None:
    if server not in _SERVERS:
        msg = f"No live server is called {server!r}; expected {', '.join(_SERVERS)}."
        raise UsageError(msg)
    if tls and server == "daphne":
        msg = 'Daphne cannot take TLS on a given socket; use server="uvicorn".'
        raise UsageError(msg)
