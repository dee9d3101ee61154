"""The time of a lab's loop: real, by hand, or jumping when nothing is left to do.

Time is frozen while somebody holds it (a closed gate does), and a virtual clock
also stands still while a thread works. Wall-clock time is not touched here.
"""

import time
from typing import Final, Literal

Mode = Literal["real", "manual", "virtual"]

_STALL: Final = 0.5
"""Seconds after which a thread that still works counts as waiting for time itself."""


class LabClock:
    """The clock of one loop.

    Args:
        mode: ``"real"`` runs with the wall; ``"manual"`` moves only by
            :meth:`advance`; ``"virtual"`` jumps to the next timer whenever
            the loop is idle.
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
        self._target: float | None = None
        self._stalled_since: float | None = None

    def time(self) -> float:
        """Return the time in seconds; a real clock starts where the system's stands."""
        if self.mode != "real":
            return self._moved
        return self._held_at if self._holders else time.monotonic() - self._lost

    @property
    def frozen(self) -> bool:
        """Whether somebody holds the clock."""
        return self._holders > 0

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

    def travel_to(self, moment: float | None) -> None:
        """Let a manual clock jump from timer to timer until a moment is reached."""
        self._target = moment

    def set(self, moment: float) -> None:
        """Put a manual or virtual clock to a moment."""
        self._moved = max(self._moved, moment)

    def rest(self, timeout: float | None, *, jump: bool) -> tuple[bool, float | None]:
        """Decide what an idle loop does; see ``Clock`` in ``_idleness``.

        Args:
            timeout: Seconds until the next timer, or None.
            jump: False while a thread works or a foreign socket is open.
        """
        if self.mode == "real":
            return False, None if self._holders else timeout
        if timeout is None or self._holders:
            return False, None
        if not jump and not self._stalled():
            return False, _STALL
        self._stalled_since = None
        return self._jump(timeout)

    def _stalled(self) -> bool:
        now = time.monotonic()
        if self._stalled_since is None:
            self._stalled_since = now
        return now - self._stalled_since >= _STALL

    def _jump(self, timeout: float) -> tuple[bool, float | None]:
        moment = self._moved + timeout
        if self.mode == "manual" and (self._target is None or moment > self._target):
            return False, None
        self._moved = moment
        return True, None
