"""The time of a lab's loop: real, by hand, or jumping when nothing is left to do.

Time is frozen while somebody holds it (a closed gate does), and a virtual clock
also stands still while a thread works. Wall-clock time is not touched here.
"""

import asyncio
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Literal

Mode = Literal["real", "manual", "virtual"]

Select = Callable[[float | None], list[Any]]
"""Waits at most that many seconds, and returns what is ready."""

_GRACE: Final = 0.02
"""Seconds in which an open socket may answer before a clock moved by hand jumps."""
_RESOLUTION: Final = 1e-9
"""Asyncio runs a timer that is due within this; see ``BaseEventLoop._run_once``."""


class LabClock:
    """The clock of one loop.

    Args:
        mode: ``"real"`` runs with the wall; ``"manual"`` moves only by
            :meth:`travel`; ``"virtual"`` jumps to the next timer whenever the
            loop is idle.

    Attributes:
        companions: Told of each move of the clock, in seconds.

    Raises:
        ValueError: There is no such mode.
    """

    def __init__(self, mode: Mode = "real") -> None:
        if mode not in ("real", "manual", "virtual"):
            msg = f"Unknown clock {mode!r}; expected 'real', 'manual' or 'virtual'."
            raise ValueError(msg)
        self.mode: Mode = mode
        self._moved = 0.0
        self._lost = 0.0
        self._holders = 0
        self._held_at = 0.0
        self._targets: list[float] = []
        self.companions: list[Callable[[float], None]] = []

    def time(self) -> float:
        """Return the time in seconds; a real clock starts where the system's stands."""
        if self.mode != "real":
            return self._moved
        return self._held_at if self._holders else time.monotonic() - self._lost

    def switch(self, mode: Mode) -> None:
        """Go on from the time that it is in another mode.

        Raises:
            ValueError: There is no such mode.
        """
        now, other = self.time(), LabClock(mode)
        self.mode = other.mode
        self._moved = self._held_at = now
        self._lost = time.monotonic() - now

    @property
    def frozen(self) -> bool:
        """Whether somebody holds the clock."""
        return self._holders > 0

    @property
    def runs(self) -> bool:
        """Whether the clock runs with the wall, held by nobody."""
        return self.mode == "real" and not self._holders

    @property
    def stands(self) -> bool:
        """Whether no timer can fall due before somebody lets the clock go on."""
        if self._holders:
            return True
        return self.mode == "manual" and not self._targets

    def freeze(self) -> None:
        """Hold the clock; each call wants its own :meth:`thaw`."""
        if not self._holders:
            self._held_at = self.time()
        self._holders += 1

    def thaw(self) -> None:
        """Let the clock go on from where it was held."""
        self._holders -= 1
        if not self._holders and self.mode == "real":
            self._lost = time.monotonic() - self._held_at

    @contextmanager
    def travel(self, moment: float) -> Iterator[None]:
        """Let the clock jump from timer to timer, up to a moment, while inside."""
        self._targets.append(moment)
        try:
            yield
        finally:
            self._targets.remove(moment)

    def rest(
        self,
        select: Select,
        timeout: float | None,
        bound: float | None,
        *,
        busy: bool,
        sockets: bool,
    ) -> list[Any]:
        """Spend an idle loop's time: wait in the selector, or move the clock.

        Args:
            select: Waits at most some real seconds and returns what is ready.
            timeout: Seconds until the next timer by this clock, or None.
            bound: Real seconds to wait at most, or None.
            busy: Whether a thread works.
            sockets: Whether a socket is open to the outside.
        """
        if self.mode == "real":
            return select(least(None if self._holders else timeout, bound))
        if timeout is None or busy or self._holders:
            return select(bound)
        if self._targets:
            ready = select(_GRACE) if sockets else []
            return ready or self._jump(select, timeout, bound)
        if self.mode == "manual":
            return select(bound)
        if sockets:
            return self._keep_step(select, timeout, bound)
        return self._jump(select, timeout, bound)

    def _jump(self, select: Select, timeout: float, bound: float | None) -> list[Any]:
        moment = self._moved + timeout
        if self.mode == "manual" and moment > max(self._targets):
            return select(bound)
        if moment + _RESOLUTION == moment:
            # After some months the resolution is lost in the rounding, and a timer
            # that is due this very moment would never run.
            moment = math.nextafter(moment, math.inf)
        self._move_to(moment)
        return []

    def _keep_step(
        self, select: Select, timeout: float, bound: float | None
    ) -> list[Any]:
        """Let time pass as it does outside: a socket may answer at any moment."""
        began = time.monotonic()
        ready = select(least(timeout, bound))
        self._move_to(self._moved + min(time.monotonic() - began, timeout))
        return ready

    def _move_to(self, moment: float) -> None:
        seconds, self._moved = moment - self._moved, moment
        for take_along in self.companions:
            take_along(seconds)


def clock_of(loop: asyncio.AbstractEventLoop) -> Callable[[], float]:
    """Return the clock of a loop, in seconds; of a stock loop without a detour."""
    plain = type(loop).time is asyncio.BaseEventLoop.time
    return time.monotonic if plain else loop.time


def least(*values: float | None) -> float | None:
    """Return the smallest of some values that may be None, which is endless."""
    return min((value for value in values if value is not None), default=None)
