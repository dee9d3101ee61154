"""Which loop a lab lives on, and whether that loop is fit for it.

Only questions to the running loop stand here; what is opened there is not.
"""

import asyncio
from contextlib import AbstractContextManager

from asgilab.engine import LabClock, LabLoop, joint_travel
from asgilab.errors import UsageError, WrongLoop


def check_clock(mode: str) -> None:
    """Make sure that the running loop has the clock that a lab asks for.

    Raises:
        UsageError: It has another one.
    """
    loop = asyncio.get_running_loop()
    found = loop.clock.mode if isinstance(loop, LabLoop) else "real"
    if mode not in ("real", found):
        msg = (
            f"This lab asks for a {mode} clock, and {loop!r} has a {found} one. "
            "Expected a loop of the lab's own: start() makes one, and so does "
            "the pytest marker asgi(clock=...)."
        )
        raise UsageError(msg)


def check_home(home: asyncio.AbstractEventLoop | None) -> None:
    """Make sure that a lab is used on the loop that it was opened on.

    Raises:
        WrongLoop: It was opened on another one.
    """
    loop = asyncio.get_running_loop()
    if home is not loop:
        msg = f"This lab lives on {home!r} and was used on {loop!r}."
        raise WrongLoop(msg)


def check_not_ended(ended: bool) -> None:
    """Make sure that a lab that a connection is about to open has not ended.

    Raises:
        UsageError: It has, and only who ended it can tell whether it is to begin anew.
    """
    if ended:
        msg = "This lab has ended. Expected start() or async with to begin it anew."
        raise UsageError(msg)


async def advance(seconds: float) -> None:
    """Move the clock of the running loop forward.

    Raises:
        UsageError: The loop is none of asgilab's, or its clock cannot be moved.
    """
    loop = asyncio.get_running_loop()
    if not isinstance(loop, LabLoop):
        msg = "The clock of this event loop cannot be moved; expected a lab's own loop."
        raise UsageError(msg)
    await loop.advance(seconds)


def travelling() -> AbstractContextManager[None]:
    """Let the time of the process move with the clock of the running loop.

    Raises:
        UsageError: That clock is real, or time-machine is not installed.
    """
    loop = asyncio.get_running_loop()
    return joint_travel(loop.clock if isinstance(loop, LabLoop) else LabClock())
