"""What is known of a session beyond its rows, kept up as it grows.

Reading a hundred thousand events takes a while, so it is done in slices. This
file looks at events only; what the lab knows besides (which connection is
paused) comes from the controls.
"""

import heapq
import time
from dataclasses import dataclass
from typing import Final

from asgilab.sessions import UNSUPPORTED, Event, Kind, Session

_ENDINGS: Final = {
    "returned": "closed",
    "raised": "raised",
    "cancelled": "closed",
    UNSUPPORTED: "closed",
}
_SLICE: Final = 500


@dataclass(slots=True)
class Lane:
    """One connection as the timeline draws it.

    Attributes:
        name: Name of the connection.
        order: Number of the connection, counted from 0: gives it its colour.
        column: Column that its line is drawn in; free again once it has ended.
        protocol: ``"websocket"``, ``"http"``, ``"lifespan"`` or "".
        first: Index of its first event.
        last: Index of its end, or None while it is open.
        status: ``"open"``, ``"closed"`` or ``"raised"``.
    """

    name: str
    order: int
    column: int
    protocol: str
    first: int
    last: int | None = None
    status: str = "open"


class Digest:
    """The lanes of a session, and which event led to which.

    Args:
        session: The session to read.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._free: list[int] = []
        self._columns = 0
        self.lanes: dict[str, Lane] = {}
        self.effects: dict[int, list[int]] = {}
        self.read = 0
        """Number of events that have been read."""

    def catch_up(self, budget: float) -> bool:
        """Read on for about ``budget`` seconds; tell whether all has been read."""
        until = time.monotonic() + budget
        while self.read < len(self._session):
            for event in self._session[self.read : self.read + _SLICE]:
                self._take(event)
            if time.monotonic() > until:
                break
        return self.read >= len(self._session)

    def _take(self, event: Event) -> None:
        self.read = event.index + 1
        if event.cause is not None:
            self.effects.setdefault(event.cause, []).append(event.index)
        lane = self.lanes.get(event.connection)
        if lane is None:
            lane = self._open(event)
        if event.kind is Kind.OPEN:
            lane.protocol = str(event.message.get("type", ""))
        elif event.kind is Kind.END and lane.last is None:
            lane.last = event.index
            lane.status = _ENDINGS.get(event.type, "closed")
            heapq.heappush(self._free, lane.column)

    def _open(self, event: Event) -> Lane:
        order = len(self.lanes)
        if self._free:
            column = heapq.heappop(self._free)
        else:
            column = self._columns
            self._columns += 1
        lane = Lane(event.connection, order, column, "", event.index)
        self.lanes[event.connection] = lane
        return lane
