"""What a loop says of itself when it has nothing to do.

A value, made by ``_idleness``; how it is found out stands there.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quiet:
    """A loop at rest, and what could end the rest.

    Attributes:
        certain: True when nothing can happen before ``next_timer`` unless a
            new event is delivered. False when something outside of the loop's
            sight (a socket, a raw thread) may wake it at any moment.
        next_timer: Seconds until the next timer by the loop's clock, or None.
        threads: Worker threads that still work for this loop.
        sockets: Sockets and pipes that are registered beside the loop's own.
        reasons: One sentence for each thing that keeps the answer uncertain.
    """

    certain: bool
    next_timer: float | None
    threads: int
    sockets: int
    reasons: tuple[str, ...] = ()

    @property
    def final(self) -> bool:
        """True when only a new event can make anything happen at all."""
        return self.certain and self.next_timer is None

    def __bool__(self) -> bool:
        return self.certain
