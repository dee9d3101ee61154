"""One run of an application: its line, its task, and the loop that they live on.

What a test does with it stands in ``_application``; how an application is called, in
``_running``.
"""

import asyncio
from typing import TYPE_CHECKING, Any

from asgilab.communicators._context import ContextChoice, context_for
from asgilab.communicators._line import Line
from asgilab.communicators._running import forsake, launch, single_callable
from asgilab.communicators._tasks import begin
from asgilab.communicators._wiring import Wiring
from asgilab.engine import Passes, passes_of
from asgilab.errors import WrongLoop
from asgilab.types import Application, Message, Scope

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class Run:
    """Starts one application, once, and knows its task.

    Args:
        application: See ``ApplicationCommunicator``, as for all that follows.
        scope: The same.
        context: The same.
        wiring: What it is plugged into.

    Attributes:
        application: The application as a single callable.
        scope: The scope, as the server gives it.
    """

    _task: asyncio.Task[None] | None = None  # not even where ``__init__`` failed

    def __init__(
        self, application: Any, scope: Scope, context: ContextChoice, wiring: Wiring
    ) -> None:
        self.application: Application = single_callable(application)
        self._context = context
        self._wiring = wiring
        self.scope = wiring.scope(scope)
        self._line = Line(self.scope, wiring)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._passes: Passes
        self._prepare: list[Callable[[], Awaitable[None]]] = []

    @property
    def name(self) -> str:
        """Name of the connection in its session."""
        return self._wiring.name

    @property
    def future(self) -> asyncio.Task[None]:
        """The task of the application; the first look at it starts it."""
        return self._task or self._start()

    def __del__(self) -> None:
        task = self._task
        if task is not None and (not self._line.ended or self._line.unseen):
            forsake(task, self._line)

    def _start(self) -> asyncio.Task[None]:
        task = self._launch()
        self._line.attend(task)
        return task

    def _launch(self) -> asyncio.Task[None]:
        """Make the application's task; who calls this takes note of its end."""
        loop = asyncio.get_running_loop()
        self._loop = loop
        self._passes = passes_of(loop)
        self._line.open(loop)
        context = context_for(self._context)
        self._task = task = launch(
            loop, context, self.application, self._line, self._prepare
        )
        begin(task, self._wiring)
        if self._wiring.opened is not None:
            self._wiring.opened()
        return task

    def _begin_with(self, message: Message) -> bool:
        """Start the application, deliver an event, and let the loop make one pass.

        That is what ``send_input()`` and ``receive_output()`` do one after the other.
        But an application that returns in this pass is known to have ended at once:
        it costs no callback.

        Returns:
            What ``Passes.make()`` says.
        """
        task = self._line.root = self._launch()
        try:
            self._line.deliver(message)
            return self._passes.make(task.get_loop())
        finally:
            if task.done():
                self._line.end(task)
            else:
                self._line.attend(task)

    def _running(self) -> asyncio.Task[None]:
        """Return the task of the application, which lives on this very loop.

        Raises:
            WrongLoop: It lives on another one.
        """
        task = self._task or self._start()
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            msg = (
                f"The connection {self.name or self.scope.get('type')!r} lives on "
                f"{self._loop!r} and was used on {loop!r}."
            )
            raise WrongLoop(msg)
        return task
