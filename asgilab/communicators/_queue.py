"""The queue between a test and its application.

It has the calls of ``asyncio.Queue`` that tests use, and is lighter: the hot
path of a communicator works on ``events`` directly. It is unbounded and belongs
to one event loop.
"""

import asyncio
from collections import deque
from typing import Any


class EventQueue:
    """Events in order, and whoever waits for the next one.

    Attributes:
        events: What is queued, oldest first.
        waiters: Futures of those who wait; all of them are woken by an event.
    """

    __slots__ = ("events", "waiters")

    def __init__(self) -> None:
        self.events: deque[Any] = deque()
        self.waiters: list[asyncio.Future[Any]] = []

    def put_nowait(self, event: Any) -> None:
        """Append an event and wake those who wait."""
        self.events.append(event)
        if self.waiters:
            self.wake()

    def wake(self) -> None:
        """Wake everybody who waits, whether there is an event or not."""
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_result(None)
        self.waiters.clear()

    async def put(self, event: Any) -> None:
        """Append an event; it never has to wait."""
        self.put_nowait(event)

    def get_nowait(self) -> Any:
        """Return the oldest event.

        Raises:
            asyncio.QueueEmpty: There is none.
        """
        if not self.events:
            raise asyncio.QueueEmpty
        return self.events.popleft()

    async def get(self) -> Any:
        """Wait for the oldest event and return it."""
        while not self.events:
            await self.wait()
        return self.events.popleft()

    async def wait(self) -> None:
        """Wait until somebody wakes the queue; an event may be there or not."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiters.append(waiter)
        try:
            await waiter
        except BaseException:
            self.forget(waiter)
            raise

    def forget(self, waiter: "asyncio.Future[Any]") -> None:
        """Wake somebody no more; whoever was woken is forgotten already."""
        if waiter in self.waiters:
            self.waiters.remove(waiter)

    def empty(self) -> bool:
        """Whether nothing is queued."""
        return not self.events

    def full(self) -> bool:
        """Never: the queue has no bound."""
        return False

    def qsize(self) -> int:
        """Return how many events are queued."""
        return len(self.events)

    def __repr__(self) -> str:
        return f"<EventQueue of {len(self.events)}>"
