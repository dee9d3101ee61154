"""The communicator that drives any ASGI application, event by event.

What is special to HTTP, WebSocket or lifespan lives in the files of those
names. What happens at the application's end of the line is in ``_line``.
"""

import asyncio
import warnings
from collections.abc import Callable
from typing import Any, Self, TypeVar, Unpack

from asgiref.testing import ApplicationCommunicator as AsgirefCommunicator

from asgilab.communicators._context import ContextChoice
from asgilab.communicators._leftovers import leftovers
from asgilab.communicators._postmortem import Postmortem
from asgilab.communicators._queue import EventQueue
from asgilab.communicators._run import Run
from asgilab.communicators._waiting import (
    give_way,
    running_text,
    silence_text,
    wait_until,
)
from asgilab.communicators._wiring import Wiring, WiringOptions
from asgilab.engine import Quiet, settle
from asgilab.errors import (
    ApplicationEnded,
    AsgilabWarning,
    NoOutput,
    UncleanExit,
)
from asgilab.protocol import Finding
from asgilab.types import Message, Scope

E = TypeVar("E", bound=BaseException)

_running_loop = asyncio.get_running_loop


class ApplicationCommunicator(Run, AsgirefCommunicator):
    """Drives one ASGI application: you are its server and its client.

    The calls are those of ``asgiref.testing.ApplicationCommunicator``. What is
    different: a receive never cancels the application, the application's own
    exception comes out at once and after what it had sent before, and
    :meth:`receive_nothing` answers at once where idleness is a fact.

    Args:
        application: An ASGI application; one of the old two-call style and a
            Channels consumer class are taken too.
        scope: The scope of the connection. The application gets this very dict.
        context: Context variables of the application: ``"blank"`` as asgiref
            does it, ``"inherit"`` for those of the test, or a context. One that is
            entered, as the test's own may be, is given as ``context.copy()``.
        wiring: Where events are recorded, gated and judged. A lab passes its own.
        options: ``validate``, ``strict``, ``served_by``, ``window`` and
            ``raise_on_gone``, as :class:`WebsocketCommunicator` tells them.

    Attributes:
        application: The application as a single callable.
        scope: The scope.
        future: The task of the application; asking for it starts it.
        input_queue: Events on their way to the application.
        output_queue: Events that the application sent and nobody read yet.
        findings: Breaches of the ASGI rules so far, in order.
        quiet: The last answer about idleness, or None.

    Example::

        communicator = ApplicationCommunicator(application, {"type": "http", ...})
        await communicator.send_input({"type": "http.request", "body": b""})
        event = await communicator.receive_output(timeout=1)
    """

    def __init__(
        self,
        application: Any,
        scope: Scope,
        *,
        context: ContextChoice = "blank",
        wiring: Wiring | None = None,
        **options: Unpack[WiringOptions],
    ) -> None:
        if wiring is None:
            wiring = Wiring()
        if options:
            wiring = wiring.altered(**options)
        super().__init__(application, scope, context, wiring)
        self.quiet: Quiet | None = None

    @property
    def input_queue(self) -> EventQueue:
        """Events on their way to the application."""
        return self._line.inbox

    @property
    def output_queue(self) -> EventQueue:
        """Events that the application sent and nobody read yet."""
        return self._line.outbox

    @property
    def findings(self) -> list[Finding]:
        """Breaches of the ASGI rules so far."""
        return self._line.findings

    async def send_input(self, message: Message) -> None:
        """Put one event where the application's next ``receive()`` gets it.

        Raises:
            ApplicationEnded: The application has returned already.
            IllegalDelivery: In strict mode: no server may deliver this here.
            Exception: The application's own, if it has raised.
        """
        task = self._task
        if task is None or self._loop is not _running_loop():
            task = self._running()
        if task.done():
            self._raise_error()
            if not self._line.closed:
                left = f"nobody is there to receive {message.get('type')}"
                raise self._ended(left)
        self._line.deliver(message)

    async def receive_output(self, timeout: float = 1) -> Any:
        """Return the next event that the application sent.

        What was sent before the application ended is returned first.

        Args:
            timeout: Seconds to wait at most, by the loop's clock. Where it is
                certain that nothing will come in that time, the wait is cut short.

        Raises:
            NoOutput: Nothing came; the application goes on running.
            ApplicationEnded: It has returned, and nothing more will come.
            Exception: The application's own, as it was raised.
        """
        loop = _running_loop()
        if self._loop is not loop:
            self._running()
        events = self._line.outbox.events
        made = True
        while made and not events:
            made = self._passes.make(loop)
        if not made:
            await self._wait_for_output(timeout)
        if self._line.window is not None:
            self._line.window.make_room()
        return events.popleft()

    async def receive_nothing(
        self, timeout: float = 0.1, interval: float = 0.01
    ) -> bool:
        """Tell whether the application sends nothing.

        Where the loop shows that nothing can happen within ``timeout``, the
        answer comes at once; else it waits. ``quiet`` tells afterwards which
        of the two it was.

        Args:
            timeout: Seconds of silence that count as nothing.
            interval: Kept for the sake of old calls; there is no polling.

        Raises:
            Exception: The application's own, if it has raised.
        """
        del interval
        self._running()
        self.quiet = await wait_until(self._stirred, self._line.outbox, timeout)
        if self._line.outbox.events:
            return False
        self._raise_error()
        return True

    async def wait(self, timeout: float = 1) -> None:
        """Wait for the application to end by itself.

        Raises:
            NoOutput: It still runs after ``timeout`` seconds, and goes on.
            Exception: The application's own, as it was raised.
        """
        self._running()
        if not await self._wait_for_end(timeout) and self.quiet is not None:
            raise self._noted(NoOutput(running_text(self.quiet, timeout)))
        self._raise_error()

    def stop(self, exceptions: bool = True) -> None:
        """Cancel the application if it runs; else raise what it raised.

        Args:
            exceptions: False leaves an exception of the application alone.
        """
        task = self._task
        if task is None:
            return
        if not task.done():
            task.cancel()
        elif exceptions:
            self._raise_error()

    async def settle(self) -> Quiet:
        """Wait until the loop is at rest, and return what it says of itself."""
        self._running()
        self.quiet = await settle()
        return self.quiet

    def drain(self) -> list[Any]:
        """Take all events that were sent and not read yet, without waiting."""
        events = list(self._line.outbox.events)
        self._line.outbox.events.clear()
        if self._line.window is not None:
            self._line.window.make_room()
        return events

    async def receive_until(
        self, predicate: Callable[[Any], bool], timeout: float = 1
    ) -> list[Any]:
        """Receive events until one satisfies ``predicate``; return them all.

        Args:
            predicate: Called with each event; the last one returned is the one
                for which it was true.
            timeout: Seconds for the whole, by the loop's clock.

        Raises:
            NoOutput: The time was over first; what had come stays unread.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        events: list[Any] = []
        try:
            while not events or not predicate(events[-1]):
                left = max(deadline - loop.time(), 0)
                events.append(await self.receive_output(left))
        except BaseException:
            self._line.outbox.events.extendleft(reversed(events))
            raise
        return events

    def __repr__(self) -> str:
        state = self._line.state if self._task is not None else "not started"
        if self._line.ended:
            state = f"has {self._line.how_it_ended}"
        target = self.scope.get("path", self.scope.get("type"))
        return f"<{type(self).__name__} {self.name} {target} {state}>"

    async def __aenter__(self) -> Self:
        try:
            await self._enter()
        except BaseException as error:  # nobody will leave what was not entered
            await self.__aexit__(type(error), error, None)
            raise
        return self

    async def _enter(self) -> None:
        """Begin; subclasses go on to where their protocol is open."""
        self._running()

    async def __aexit__(self, kind: Any, error: BaseException | None, _: Any) -> None:
        if error is None:
            await self._leave()
            self._check_leftovers()
            return
        try:
            await self._leave()
        except Exception as later:
            error.add_note(f"On the way out there was also {later!r}.")

    async def _leave(self) -> None:
        """Bring the application to its end; subclasses say good-bye first."""
        task = self._task
        if task is not None and not task.done():
            task.cancel()
            await self._wait_for_end(1)

    def _check_leftovers(self) -> None:
        self._raise_unseen()
        if self._line.violation is not None:
            raise self._line.take_violation()
        left = leftovers(self._line, self._task) if self._wiring.strict else ""
        if left:
            raise self._noted(UncleanExit(left))

    # -- waiting ---------------------------------------------------------------

    def _stirred(self) -> bool:
        """Whether there is something to read or to raise."""
        line = self._line
        return bool(line.outbox.events or line.ended or line.violation)

    async def _wait_for_output(self, timeout: float) -> None:
        """Give way, wait for an event in the outbox, or raise why none will come."""
        line = self._line
        await give_way(self._stirred, self._passes)
        self.quiet = await wait_until(self._stirred, line.outbox, timeout)
        if line.outbox.events:
            return
        if self.quiet is None:
            self._raise_error()
            left = "nothing more will come"
            raise self._ended(left)
        raise self._noted(NoOutput(silence_text(self.quiet, timeout)))

    async def _wait_for_end(self, timeout: float) -> bool:
        """Wait until the application has ended; False if it goes on."""
        line = self._line
        self.quiet = await wait_until(lambda: line.ended, line.outbox, timeout)
        return line.ended

    # -- the end as an event ---------------------------------------------------

    def _raise_error(self) -> None:
        """Raise the exception that the application ended with, if it has one."""
        line = self._line
        if self._task is not None and self._task.done():
            line.end(self._task)  # its callback may not have had its turn yet
        error = line.take_error()
        if error is not None:
            raise error
        if line.violation is not None:
            raise line.take_violation()

    def _raise_unseen(self) -> None:
        if self._task is not None and self._task.done():
            self._line.end(self._task)  # as above
        if self._line.unseen:
            self._raise_error()

    def _ended(self, consequence: str) -> ApplicationEnded:
        msg = f"The application has {self._line.how_it_ended}, and {consequence}."
        return self._noted(ApplicationEnded(msg))

    def _noted(self, error: E) -> E:
        Postmortem(self._line, self._task).annotate(error)
        return error

    def _warn(self, text: str) -> None:
        warnings.warn(text, AsgilabWarning, stacklevel=3)
