"""What the buttons of the timeline do, and what it asks about gates.

The widget calls from threads of its own: whatever needs the lab's loop is
posted to it, and what is held is kept here as a list that any thread may read.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from asgilab.engine import Stop
from asgilab.errors import UsageError
from asgilab.lab import Lab
from asgilab.notebook._statuses import Status, Statuses

_EVERYONE: Final = "*"


class LabControls:
    """The controls of one lab, as ``widgets.Controls`` wants them.

    Connections are called by their names in the session here.

    Args:
        lab: The lab, started.
        statuses: How far its connections have come.
        loop: The loop on which the lab lives.
    """

    def __init__(
        self,
        lab: Lab,
        statuses: Statuses,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._gates = lab.gates
        self._statuses = statuses
        self._loop = loop
        self._stops: tuple[Stop, ...] = ()
        self._post(self._take_stock)
        self._gates.watch(self._take_stock)

    def step(self, connection: str | None) -> None:
        """Let one held event of a connection through; None means each of them."""
        self._post(lambda: self._step(connection))

    def resume(self, connection: str | None) -> None:
        """Let a connection run freely; None means all of them."""
        self._post(lambda: self._gates.resume(connection))

    def pause(self, connection: str | None) -> None:
        """Hold a connection at its next event; None means all of them."""
        self._post(lambda: self._gates.pause(connection or _EVERYONE))

    def stops(self) -> tuple[Stop, ...]:
        """Return what is held now."""
        return self._stops

    def statuses(self) -> Mapping[str, str]:
        """Return ``open``, ``paused``, ``closed`` or ``raised`` by connection."""
        return {
            name: self._word(name, status)
            for name, status in self._statuses.all().items()
        }

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback()`` after each change of the gates."""
        return self._gates.watch(callback)

    def _post(self, action: Callable[[], object]) -> None:
        if self._loop.is_closed():
            msg = "The lab of this timeline has been stopped."
            raise UsageError(msg)
        self._loop.call_soon_threadsafe(action)

    def _word(self, name: str, status: Status) -> str:
        if status.word == "raised":
            return "raised"
        if status.ended:
            return "closed"
        return "paused" if self._gates.paused(name) else "open"

    def _step(self, connection: str | None) -> None:
        held = dict.fromkeys(stop.connection for stop in self._gates.stops())
        for name in held if connection is None else (connection,):
            self._gates.step(name)

    def _take_stock(self) -> None:
        self._stops = tuple(self._gates.stops())
