"""How far an application may be ahead of its reader: backpressure, as a server has it.

Events are counted, not bytes. Who reads them is no concern of this file.
"""

import asyncio

from asgilab.communicators._queue import EventQueue


class Window:
    """Lets the application's ``send()`` wait while too many events are unread.

    Args:
        size: How many events may be unread.
        outbox: Where they are.
    """

    __slots__ = ("_lifted", "_outbox", "_senders", "size")

    def __init__(self, size: int, outbox: EventQueue) -> None:
        self.size = size
        self._outbox = outbox
        self._senders: list[asyncio.Future[None]] = []
        self._lifted = False

    @property
    def full(self) -> bool:
        """Whether one more event has to wait."""
        return len(self._outbox.events) >= self.size and not self._lifted

    @property
    def held(self) -> int:
        """How many calls of ``send()`` wait."""
        return sum(not sender.done() for sender in self._senders)

    async def wait_for_room(self) -> None:
        """Wait until one more event may be sent."""
        while self.full:
            sender: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._senders.append(sender)
            await sender

    def make_room(self) -> None:
        """Let those who wait look again: an event has been read."""
        if self._senders:
            senders, self._senders = self._senders, []
            for sender in senders:
                if not sender.done():
                    sender.set_result(None)

    def lift(self) -> None:
        """Let everybody through from now on."""
        self._lifted = True
        self.make_room()
