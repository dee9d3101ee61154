"""Gates: where an application can be held at each ``receive()`` and ``send()``.

Several may be closed at once, because an application may have several sends
under way. What passes through a gate is not looked into: this floor knows no
protocol. The values that go in and out stand in ``_stops``.
"""

import asyncio
import itertools
from collections.abc import Callable, Collection
from types import FrameType
from typing import Any

from asgilab.engine._frames import stack_here
from asgilab.engine._spawning import spawned_here
from asgilab.engine._stops import (
    ANYONE,
    BOTH,
    DIRECTIONS,
    Breakpoint,
    Direction,
    Stop,
    Verdict,
)
from asgilab.errors import UsageError

_Way = Callable[[Any], None] | None


class Gates:
    """The gates of all connections of one lab.

    Every method must be called on the lab's loop.
    """

    def __init__(self) -> None:
        self._paused: dict[str, frozenset[Direction]] = {}
        self._breakpoints: dict[Breakpoint, None] = {}
        self._postponed: dict[tuple[str, Direction], list[tuple[Any, _Way]]] = {}
        self._ways: dict[int, _Way] = {}
        self._stops: dict[int, Stop] = {}
        self._numbers = itertools.count(1)
        self._watchers: tuple[Callable[[], None], ...] = ()

    # -- closing and opening -----------------------------------------------------

    @property
    def watched(self) -> bool:
        """Whether any event has to be shown to :meth:`pass_through` at all."""
        return bool(self._paused or self._breakpoints or self._postponed)

    @property
    def breakpoints(self) -> tuple[Breakpoint, ...]:
        """The breakpoints that are set, in order."""
        return tuple(self._breakpoints)

    def holds(self, connection: str, direction: Direction) -> bool:
        """Whether the gate of a connection is closed to everything in a direction."""
        paused = self._paused
        if not paused:
            return False
        directions = paused.get(connection, paused.get(ANYONE, frozenset()))
        return direction in directions

    def paused(self, connection: str) -> bool:
        """Whether any gate of a connection is closed, or holds something."""
        return self._closed(connection) or bool(self.stops(connection))

    def pause(self, connection: str, directions: tuple[Direction, ...] = BOTH) -> None:
        """Close the gates of a connection: each event stops there from now on.

        Raises:
            UsageError: There is no such direction.
        """
        _check(directions)
        self._paused[connection] = frozenset(directions)
        self._changed()

    def set(self, breakpoint: Breakpoint) -> None:
        """Set a breakpoint: what it means stops from now on, the rest runs.

        Raises:
            UsageError: It looks in a direction that there is not.
        """
        _check(breakpoint.directions)
        self._breakpoints[breakpoint] = None
        self._changed()

    def clear(self, breakpoint: Breakpoint | None = None) -> None:
        """Take one breakpoint away, or all; what is held already stays held.

        Raises:
            UsageError: It is not set.
        """
        if breakpoint is None:
            self._breakpoints.clear()
        elif breakpoint not in self._breakpoints:
            msg = f"{breakpoint} is not set."
            raise UsageError(msg)
        else:
            del self._breakpoints[breakpoint]
        self._changed()

    def resume(self, connection: str | None = None) -> None:
        """Open the gates of a connection, or of all, and let go what is held.

        What was postponed, and no other event of its gate has passed yet, comes
        now. Breakpoints stay, as in a debugger.
        """
        if connection is None:
            self._paused.clear()
        else:
            self._paused.pop(connection, None)
            if ANYONE in self._paused:
                self._paused[connection] = frozenset()
        held = self.stops(connection)
        for stop in held:
            if stop.id in self._stops:  # a watcher may have let it go meanwhile
                self.release(stop)
        # What is released now passes its gate a little later, and takes them along.
        self._let_come(connection, {(stop.connection, stop.direction) for stop in held})
        self._changed()

    def step(self, connection: str) -> Stop | None:
        """Let one held event of a connection through and keep its gates closed.

        A connection that runs freely is paused instead, so that it stops at
        its next event.

        Returns:
            The stop that was let through, or None if nothing was held.
        """
        if not self._closed(connection):
            self.pause(connection)
        held = self.stops(connection)
        if not held:
            return None
        self.release(held[0])
        return held[0]

    # -- what is held --------------------------------------------------------------

    def stops(self, connection: str | None = None) -> list[Stop]:
        """Return what is held now, oldest first."""
        return [
            stop
            for stop in tuple(self._stops.values())
            if connection is None or stop.connection == connection
        ]

    def release(self, stop: Stop, *messages: Any) -> None:
        """Let an event through: as it is, or these messages in its place."""
        self._let_go(stop, Verdict(_noted(stop, messages or (stop.message,))))

    def drop(self, stop: Stop) -> None:
        """Let nothing through: the event is lost."""
        self._let_go(stop, Verdict((), "dropped"))

    def duplicate(self, stop: Stop, times: int = 2) -> None:
        """Let an event through that many times."""
        if times < 1:
            msg = f"Cannot let an event through {times} times; expected 1 or more."
            raise UsageError(msg)
        self.release(stop, *[stop.message] * times)

    def delay(self, stop: Stop, seconds: float, *messages: Any) -> None:
        """Let an event through when the loop's clock has run for some seconds.

        It is no longer held, so the clock goes on; the call of the application
        that it stands in takes that long.

        Raises:
            UsageError: The time is negative.
        """
        if not seconds >= 0:
            msg = f"Cannot delay an event by {seconds} s; expected 0 or more."
            raise UsageError(msg)
        late = [
            (message, note or "delayed")
            for message, note in _noted(stop, messages or (stop.message,))
        ]
        self._let_go(stop, Verdict(tuple(late), seconds=seconds))

    def postpone(self, stop: Stop) -> None:
        """Let the next event of the same gate pass before this one.

        The application goes on meanwhile. Where no other event comes, this one
        comes when the gates open, or what it was to send when the application ends.
        At the gates of a channel layer it waits for another in any case.
        """
        self._let_go(stop, Verdict((), "postponed"))
        queue = self._postponed.setdefault((stop.connection, stop.direction), [])
        queue.append((stop.message, self._ways.get(stop.id)))

    def over(self, connection: str) -> None:
        """Take note that the application of a connection ends: nothing follows."""
        if self._postponed:
            self._postponed.pop((connection, "receive"), None)
            self._let_come(connection, ())

    def _let_come(
        self, connection: str | None, but: Collection[tuple[str, Direction]]
    ) -> None:
        """Let postponed events come for which there is a way without another."""
        for gate, late in tuple(self._postponed.items()):
            if connection not in (None, gate[0]) or gate in but:
                continue
            del self._postponed[gate]
            for message, way in late:
                if way is None:
                    self._postponed.setdefault(gate, []).append((message, way))
                else:
                    way(message)

    def reorder(self, *stops: Stop) -> None:
        """Let several held events go, in this order instead of their own.

        Raises:
            UsageError: One of them has been let go already, or is given twice.
        """
        for number, stop in enumerate(stops):
            if stop.id not in self._stops or stop in stops[:number]:
                raise _gone(stop)
        for stop in stops:
            self.release(stop)

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

    # -- at the gate -----------------------------------------------------------------

    async def pass_through(
        self,
        connection: str,
        direction: Direction,
        message: Any,
        frame: FrameType | None,
        target: str = "",
        late: _Way = None,
    ) -> Verdict:
        """Bring an event to its gate, and hold it there if that is closed to it.

        Args:
            connection: Name of the connection.
            direction: Which of its gates.
            message: The event.
            frame: The frame of the application's call.
            target: Name of the channel or group, for a channel layer.
            late: Lets an event that was postponed come without another.
        """
        why = "paused" if self.holds(connection, direction) else ""
        for one in () if why else tuple(self._breakpoints):
            why = why or one.why(connection, direction, message)
        if why:
            verdict = await self.hold(
                connection, direction, message, frame, why, target, late
            )
        else:
            verdict = Verdict(((message, ""),))
        if not verdict.messages:
            return verdict
        later = self._postponed.pop((connection, direction), ())
        behind = tuple((each, "postponed") for each, _ in later)
        return verdict._replace(messages=verdict.messages + behind)

    async def hold(
        self,
        connection: str,
        direction: Direction,
        message: Any,
        frame: FrameType | None,
        why: str = "paused",
        target: str = "",
        late: _Way = None,
    ) -> Verdict:
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
            why,
            target,
            spawned_here(),
        )
        # Not in the stop: whoever keeps that would keep the application too.
        self._ways[stop.id] = late
        try:
            verdict = await self._held(stop, loop)
        finally:
            self._ways.pop(stop.id, None)
        if verdict.seconds:
            await asyncio.sleep(verdict.seconds)
        return verdict

    async def _held(self, stop: Stop, loop: asyncio.AbstractEventLoop) -> Verdict:
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

    def _closed(self, connection: str) -> bool:
        return any(self.holds(connection, direction) for direction in DIRECTIONS)

    def _let_go(self, stop: Stop, verdict: Verdict) -> None:
        self._take(stop)
        if not stop._passage.done():  # it is when the application was cancelled
            stop._passage.set_result(verdict)
        self._changed()

    def _take(self, stop: Stop) -> None:
        if self._stops.pop(stop.id, None) is None:
            raise _gone(stop)

    def _changed(self) -> None:
        for watcher in self._watchers:
            watcher()


def _gone(stop: Stop) -> UsageError:
    return UsageError(f"Stop {stop.id} of {stop.connection!r} has been let go already.")


def _noted(stop: Stop, messages: tuple[Any, ...]) -> tuple[tuple[Any, str], ...]:
    """Say of each message what it is beside the event that was held."""
    original = any(each is stop.message for each in messages)
    noted: list[tuple[Any, str]] = []
    for each in messages:
        if each is not stop.message:
            note = "injected" if original else "edited"
        else:
            note = "duplicated" if any(each is other for other, _ in noted) else ""
        noted.append((each, note))
    return tuple(noted)


def _check(directions: tuple[Direction, ...]) -> None:
    for direction in directions:
        if direction not in DIRECTIONS:
            known = ", ".join(map(repr, DIRECTIONS))
            msg = f"There is no gate {direction!r}; expected one of {known}."
            raise UsageError(msg)
