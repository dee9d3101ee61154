"""Gates: where an application can be held at each ``receive()`` and ``send()``.

Several may be closed at once, because an application may have several sends
under way. What passes through a gate is not looked into: this floor knows no
protocol.
"""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Literal

from asgilab.engine._frames import FrameText, stack_here
from asgilab.errors import UsageError

Direction = Literal["receive", "send"]
ANYONE = "*"
"""Stands for every connection, those that are yet to come included."""


@dataclass(frozen=True, slots=True)
class Stop:
    """An event that is held at a closed gate.

    Attributes:
        id: Number of the stop, counted up over the life of the gates.
        connection: Name of the connection.
        direction: ``"receive"``: the application is about to get the event;
            ``"send"``: it is about to send it.
        message: The event itself.
        frames: The user's frames, innermost first; empty when no line of the
            user's is waiting (a Channels consumer idle in its dispatcher).
        at: When it was stopped, in seconds of the loop's clock.
    """

    id: int
    connection: str
    direction: Direction
    message: Any
    frames: tuple[FrameText, ...]
    at: float
    _passage: "asyncio.Future[list[Any]]" = field(repr=False, compare=False)


class Gates:
    """The gates of all connections of one lab.

    Every method must be called on the lab's loop.
    """

    def __init__(self) -> None:
        self._paused: dict[str, frozenset[Direction]] = {}
        self._stops: dict[int, Stop] = {}
        self._numbers = itertools.count(1)
        self._watchers: tuple[Callable[[], None], ...] = ()

    def holds(self, connection: str, direction: Direction) -> bool:
        """Whether the gate of a connection is closed in a direction."""
        paused = self._paused
        if not paused:
            return False
        directions = paused.get(connection, paused.get(ANYONE, frozenset()))
        return direction in directions

    def paused(self, connection: str) -> bool:
        """Whether any gate of a connection is closed."""
        return self.holds(connection, "receive") or self.holds(connection, "send")

    def pause(
        self, connection: str, directions: tuple[Direction, ...] = ("receive", "send")
    ) -> None:
        """Close the gates of a connection: each event stops there from now on."""
        self._paused[connection] = frozenset(directions)
        self._changed()

    def resume(self, connection: str | None = None) -> None:
        """Open the gates of a connection, or of all, and let go what is held."""
        if connection is None:
            self._paused.clear()
        else:
            self._paused.pop(connection, None)
            if ANYONE in self._paused:
                self._paused[connection] = frozenset()
        for stop in self.stops(connection):
            if stop.id in self._stops:  # a watcher may have let it go meanwhile
                self.release(stop)
        self._changed()

    def step(self, connection: str) -> Stop | None:
        """Let one held event of a connection through and keep its gates closed.

        A connection that runs freely is paused instead, so that it stops at
        its next event.

        Returns:
            The stop that was let through, or None if nothing was held.
        """
        if not self.paused(connection):
            self.pause(connection)
        held = self.stops(connection)
        if not held:
            return None
        self.release(held[0])
        return held[0]

    def stops(self, connection: str | None = None) -> list[Stop]:
        """Return what is held now, oldest first."""
        return [
            stop
            for stop in tuple(self._stops.values())
            if connection is None or stop.connection == connection
        ]

    def release(self, stop: Stop, *messages: Any) -> None:
        """Let an event through: as it is, or these messages in its place."""
        self._let_go(stop, list(messages) or [stop.message])

    def drop(self, stop: Stop) -> None:
        """Let nothing through: the event is lost."""
        self._let_go(stop, [])

    def fail(self, stop: Stop, error: BaseException) -> None:
        """Raise an exception into the application where it is held."""
        self._take(stop)
        if not stop._passage.done():
            stop._passage.set_exception(error)
        self._changed()

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call ``watcher()`` after each change; return the way to stop."""
        self._watchers = (*self._watchers, watcher)

        def stop() -> None:
            self._watchers = tuple(w for w in self._watchers if w is not watcher)

        return stop

    async def hold(
        self,
        connection: str,
        direction: Direction,
        message: Any,
        frame: FrameType | None,
    ) -> list[Any]:
        """Hold an event at its gate until it is let go; return what goes on.

        The clock of a lab's loop stands still meanwhile.
        """
        loop = asyncio.get_running_loop()
        stop = Stop(
            next(self._numbers),
            connection,
            direction,
            message,
            stack_here(frame),
            loop.time(),
            loop.create_future(),
        )
        clock = getattr(loop, "clock", None)
        self._stops[stop.id] = stop
        if clock is not None:
            clock.freeze()
        try:
            self._changed()
            return await stop._passage
        finally:
            if clock is not None:
                clock.thaw()
            if self._stops.pop(stop.id, None) is not None:
                self._changed()

    def _let_go(self, stop: Stop, messages: list[Any]) -> None:
        self._take(stop)
        if not stop._passage.done():  # it is when the application was cancelled
            stop._passage.set_result(messages)
        self._changed()

    def _take(self, stop: Stop) -> None:
        if self._stops.pop(stop.id, None) is None:
            msg = f"Stop {stop.id} of {stop.connection!r} has been let go already."
            raise UsageError(msg)

    def _changed(self) -> None:
        for watcher in self._watchers:
            watcher()
