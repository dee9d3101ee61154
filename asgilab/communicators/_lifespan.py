"""The communicator for an application's lifespan: startup, then shutdown.

Everything that holds for any application is in ``_application``.
"""

from typing import Any, Unpack

from asgilab.communicators._application import ApplicationCommunicator
from asgilab.communicators._context import ContextChoice
from asgilab.communicators._wiring import Wiring, WiringOptions
from asgilab.errors import IllegalDelivery, LifespanFailed, UnexpectedEvent, UsageError
from asgilab.protocol import lifespan_scope


class LifespanCommunicator(ApplicationCommunicator):
    """Starts an application up and shuts it down, as a server does around all else.

    Args:
        application: An ASGI application.
        state: The namespace that connections get a shallow copy of. Default: empty.
        context: See :class:`ApplicationCommunicator`.
        wiring: See :class:`ApplicationCommunicator`.
        options: ``validate``, ``strict`` and ``served_by``, as
            :class:`WebsocketCommunicator` tells them.

    Raises:
        UsageError: The server that is asked for runs no lifespan.

    Attributes:
        state: What the application put into its lifespan state.

    Example::

        async with LifespanCommunicator(application) as lifespan:
            HttpCommunicator(application, "GET", "/", state=dict(lifespan.state))
    """

    def __init__(
        self,
        application: Any,
        *,
        state: dict[str, Any] | None = None,
        context: ContextChoice = "blank",
        wiring: Wiring | None = None,
        **options: Unpack[WiringOptions],
    ) -> None:
        self.state: dict[str, Any] = {} if state is None else state
        scope = lifespan_scope(state=self.state)
        super().__init__(application, scope, context=context, wiring=wiring, **options)
        habits = self._wiring.habits
        if habits is not None and not habits.lifespan:
            msg = f"{habits.name} runs no lifespan (LIFE-12)."
            raise UsageError(msg)

    async def startup(self, timeout: float = 10) -> None:
        """Send ``lifespan.startup`` and wait for its completion.

        Raises:
            LifespanFailed: The application answered that it failed.
            ApplicationEnded: It returned without an answer.
            Exception: It raised; by the specification that means that it has
                no lifespan, and a server goes on without.
        """
        await self._ask("startup", timeout)

    async def shutdown(self, timeout: float = 10) -> None:
        """Send ``lifespan.shutdown`` and wait for its completion and the end.

        Raises:
            IllegalDelivery: It has not been started up, or has been shut down.
            LifespanFailed: The application answered that it failed.
            NoOutput: It did not answer, or did not return, in time.
        """
        await self._ask("shutdown", timeout)
        await self.wait(timeout)

    async def _ask(self, phase: str, timeout: float) -> None:
        self._check_order(f"lifespan.{phase}")
        await self.send_input({"type": f"lifespan.{phase}"})
        answer = await self.receive_output(timeout)
        kind = answer["type"]
        if kind == f"lifespan.{phase}.failed":
            raise self._noted(LifespanFailed(answer.get("message", "")))
        if kind != f"lifespan.{phase}.complete":
            msg = f"Expected type 'lifespan.{phase}.complete', but was {kind!r}"
            raise self._noted(UnexpectedEvent(msg))

    def _check_order(self, kind: str) -> None:
        """Refuse what no server would deliver now."""
        task, line = self._running(), self._line
        if task.done() or line.state == "unknown" or kind in line.deliverable:
            return
        due = " or ".join(line.deliverable) or "nothing more"
        text = f"{kind} in state {line.state}; expected {due}"
        raise self._noted(IllegalDelivery("LIFE-01", text))

    async def _enter(self) -> None:
        await self.startup()

    async def _leave(self) -> None:
        # A startup that has failed is not followed by a shutdown (LIFE-06).
        started = self._task is not None and not self._task.done()
        if started and self._line.state in ("running", "unknown"):
            await self.shutdown()
        await super()._leave()
