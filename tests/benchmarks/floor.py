"""The leanest harness that asyncio allows: a queue and a future for each side.

It records nothing, checks nothing and ends badly; it is here to be compared with.
"""

import asyncio
from collections import deque
from typing import Any


class Floor:
    """Drives an application with as little as possible.

    With ``bounded`` its ``send()`` waits until the event before has been taken, so
    that a large response takes no more memory than a piece of it.
    """

    __slots__ = (
        "_bounded",
        "_getter",
        "_inbox",
        "_loop",
        "_outbox",
        "_sender",
        "_taker",
        "task",
    )

    def __init__(
        self, application: Any, scope: dict[str, Any], *, bounded: bool = False
    ) -> None:
        self._bounded = bounded
        self._sender: asyncio.Future[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._inbox: deque[Any] = deque()
        self._outbox: deque[Any] = deque()
        self._taker: asyncio.Future[None] | None = None
        self._getter: asyncio.Future[None] | None = None
        self.task = self._loop.create_task(
            application(scope, self._receive, self._send)
        )

    def put(self, event: Any) -> None:
        """Hand the application an event."""
        self._inbox.append(event)
        taker, self._taker = self._taker, None
        if taker is not None:
            taker.set_result(None)

    async def get(self) -> Any:
        """Wait for an event of the application."""
        if not self._outbox:
            self._getter = self._loop.create_future()
            await self._getter
        event = self._outbox.popleft()
        if self._sender is not None:
            sender, self._sender = self._sender, None
            sender.set_result(None)
        return event

    async def _receive(self) -> Any:
        if not self._inbox:
            self._taker = self._loop.create_future()
            await self._taker
        return self._inbox.popleft()

    async def _send(self, event: Any) -> None:
        while self._bounded and self._outbox:
            self._sender = self._loop.create_future()
            await self._sender
        self._outbox.append(event)
        getter, self._getter = self._getter, None
        if getter is not None:
            getter.set_result(None)
