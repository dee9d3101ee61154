"""An application that sends what another one sends, but for one mistake.

It stands in the place of the application that a test imports. Which mistake it
makes is told before each run of the test.
"""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from asgilab.proof._mutants import Message, Mutant, Sent

Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]


class Mutated(Exception):
    """Raised by a mutant that lets the application raise."""


class StandIn:
    """Takes the place of an application, and makes one mistake.

    Args:
        application: An ASGI application, or a Channels consumer class.

    Attributes:
        sent: What the application itself has sent since :meth:`begin`.
    """

    def __init__(self, application: Any) -> None:
        # asgiref is imported late: only the process that runs mutants needs it.
        from asgiref.compatibility import guarantee_single_callable

        if inspect.isclass(application) and hasattr(application, "as_asgi"):
            application = application.as_asgi()
        self._application = guarantee_single_callable(application)
        self._connections = 0
        self._mutant: Mutant | None = None
        self.sent: list[Sent] = []

    def begin(self, mutant: Mutant | None) -> None:
        """Begin anew, with another mistake; without one for None."""
        self._mutant, self._connections = mutant, 0
        self.sent = []

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Run the application; what it sends passes through the mutant."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        connection = _Connection(self._connections, self._mutant, send, self.sent)
        self._connections += 1

        async def receives() -> Message:
            message = await receive()
            connection.moment += 1
            return message

        await self._application(scope, receives, connection.sends)


class _Connection:
    """One connection of an application, on its way out."""

    def __init__(
        self, number: int, mutant: Mutant | None, send: Send, sent: list[Sent]
    ) -> None:
        mine = mutant is not None and mutant.connection == number
        self._number = number
        self._mutant = mutant if mine else None
        self._send = send
        self._sent = sent
        self._count = 0
        self._held: Message | None = None
        self.moment = 0

    async def sends(self, message: Message) -> None:
        place, self._count = self._count, self._count + 1
        self._sent.append(Sent(self._number, place, self.moment, dict(message)))
        if self._held is not None:
            held, self._held = self._held, None
            await self._send(message)
            message = held
        for each in self._mistaken(place, message):
            await self._send(each)

    def _mistaken(self, place: int, message: Message) -> list[Message]:
        mutant = self._mutant
        if mutant is None:
            return [message]
        if mutant.place != place:
            return [_without_length(message, mutant)]
        if mutant.kind == "raise":
            raise Mutated
        if mutant.kind == "swap":
            self._held = message
        if mutant.kind in ("drop", "swap"):
            return []
        if mutant.kind == "duplicate":
            return [message, message]
        return [mutant.altered(_without_length(message, mutant))]


def _without_length(message: Message, mutant: Mutant) -> Message:
    """Return the start of a response whose body is altered: its length is another."""
    if mutant.path[:1] != ("body",) or "headers" not in message:
        return message
    pairs = [p for p in message["headers"] if bytes(p[0]).lower() != b"content-length"]
    return {**message, "headers": pairs}
