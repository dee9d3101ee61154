"""The outermost ASGI wrapper: what the application raises is kept for the test.

It stands between server and application, knows which connections are at work,
and gives each one a thread of its own for its synchronous code. How failures
are told to somebody lives in ``_failures``.
"""

import asyncio
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final

from asgiref.sync import SyncToAsync, ThreadSensitiveContext, sync_to_async

from asgilab.engine import settle
from asgilab.errors import LifespanFailed
from asgilab.types import Application, Message, Receive, Scope, Send

_serving: ContextVar["Collecting | None"] = ContextVar("asgilab_serving", default=None)

_UNANSWERED_SECONDS: Final = 1.0
_POLL_SECONDS: Final = 0.005


class Connection:
    """One connection while the application serves it.

    Args:
        scope: Its scope.
        receive: The server's ``receive``.
        send: The server's ``send``.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.what = f"{scope.get('method', scope['type'])} {scope.get('path', '')}"
        self._websocket = scope["type"] == "websocket"
        self._receive = receive
        self._send = send
        self._waiting = 0
        self._streaming = False
        self._gone: list[OSError] = []

    @property
    def busy(self) -> bool:
        """Whether the application owes something: an answer, or its return.

        A websocket consumer that waits for its client owes nothing, nor does a
        response that is streamed for as long as its client listens.
        """
        return not self._waiting if self._websocket else not self._streaming

    async def receive(self) -> Message:
        self._waiting += 1
        try:
            return await self._receive()
        finally:
            self._waiting -= 1

    async def send(self, message: Message) -> None:
        try:
            await self._send(message)
        except OSError as error:
            self._gone.append(error)
            raise
        if str(message.get("type", "")).startswith("http.response."):
            more = message["type"] == "http.response.start" or message.get("more_body")
            self._streaming = bool(more)

    def fault(self, error: Exception) -> Exception | None:
        """Return what is the application's own fault in an error, if anything.

        ASGI lets a server raise an OSError out of ``send()`` once the client
        has gone; that it comes out of the application again is no fault.
        """
        if isinstance(error, ExceptionGroup):
            return error.split(lambda one: one in self._gone)[1]
        return None if error in self._gone else error


class Collecting:
    """An ASGI application that keeps what the one inside raises, and re-raises it.

    Each connection gets a thread of its own for thread-sensitive code. In
    asgiref's one thread for the process a test that blocks it, while it waits
    for the server, would wait for ever.

    Args:
        application: The application to serve.
        at_end: Called in that thread when a connection has ended, if the
            connection has used it: to close what is bound to the thread.

    Attributes:
        errors: What the application raised and nobody took yet, in order.
            Whoever has dealt with an error removes it.
        start_failure: Why the lifespan did not start, or None.
    """

    def __init__(
        self, application: Application, at_end: Callable[[], Any] | None = None
    ) -> None:
        self.errors: list[Exception] = []
        self.start_failure: Exception | None = None
        self._application = application
        self._at_end = at_end
        self._connections: set[Connection] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _serving.set(self)
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        connection = Connection(scope, receive, send)
        self._connections.add(connection)
        try:
            await self._in_own_thread(scope, connection.receive, connection.send)
        except Exception as error:
            if (fault := connection.fault(error)) is not None:
                self.collect(fault, connection.what)
            raise
        finally:
            self._connections.discard(connection)

    def collect(self, error: Exception, what: str) -> None:
        """Keep an error, with a note of where it happened.

        Args:
            error: The application's exception.
            what: The connection, such as ``"GET /rooms/"``.
        """
        note = f"Raised by the application that the live server runs, on {what}."
        if note not in getattr(error, "__notes__", ()):
            error.add_note(note)
        if error not in self.errors:
            self.errors.append(error)

    async def settle(self, timeout: float) -> bool:
        """Wait until the application rests; see :meth:`LiveServer.settle`."""
        started = time.monotonic()
        while (spent := time.monotonic() - started) < timeout:
            try:
                await asyncio.wait_for(settle(), timeout - spent)
            except TimeoutError:
                return False
            busy = any(connection.busy for connection in self._connections)
            if not busy or time.monotonic() - started > _UNANSWERED_SECONDS:
                return True
            await asyncio.sleep(_POLL_SECONDS)
        return True

    async def _in_own_thread(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with ThreadSensitiveContext() as context:
            try:
                await self._application(scope, receive, send)
            finally:
                used = context in SyncToAsync.context_to_thread_executor
                if self._at_end is not None and used:
                    await sync_to_async(self._at_end)()

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the lifespan, and remember why it failed: servers only log that."""
        started = False

        async def listening(message: Message) -> None:
            nonlocal started
            if message["type"] == "lifespan.startup.complete":
                started = True
            elif message["type"] == "lifespan.startup.failed":
                self.start_failure = LifespanFailed(message.get("message", ""))
            elif message["type"] == "lifespan.shutdown.failed":
                failure = LifespanFailed(message.get("message", ""))
                self.collect(failure, "lifespan shutdown")
            await send(message)

        try:
            await self._in_own_thread(scope, receive, listening)
        except Exception as error:
            if started:
                self.collect(error, "lifespan")
            elif self.start_failure is None:
                self.start_failure = error
            raise


def serving() -> Collecting | None:
    """Return what serves the connection that this code runs for, in any thread.

    None outside of a live server. A framework that answers exceptions itself
    is asked for them this way.
    """
    return _serving.get()
