"""The wall clock, made to travel with a lab's: for who asks, and with time-machine.

A lab's clock is that of its loop. ``time.time()`` and ``datetime.now()`` know nothing
of it, unless they are taken along.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from asgilab.engine._clock import LabClock
from asgilab.errors import UsageError


@contextmanager
def joint_travel(clock: LabClock) -> Iterator[None]:
    """Let the time of the whole process stand, and move, with a lab's clock.

    Whoever asks for the time of day gets that of the moment at which this began,
    and as many seconds more as the lab's clock has moved: sessions and tokens
    expire, and messages of a channel layer grow old. ``time.monotonic()`` stays.

    Args:
        clock: A manual or virtual clock, as ``lab.loop.clock``.

    Raises:
        UsageError: The clock is real, or time-machine is not installed.

    Example::

        with joint_travel(lab.loop.clock):
            await lab.advance(3600)      # and an hour later it is everywhere
    """
    if clock.mode == "real":
        msg = "A real clock takes no time along; expected a manual or virtual one."
        raise UsageError(msg)
    try:
        import time_machine
    except ModuleNotFoundError:
        msg = "Joint travel needs time-machine: pip install time-machine"
        raise UsageError(msg) from None
    with time_machine.travel(time.time(), tick=False) as traveller:
        clock.companions.append(traveller.shift)
        try:
            yield
        finally:
            clock.companions.remove(traveller.shift)
