"""Waiting for an application: until something happens, or clearly nothing will.

What is waited for, and what is made of it, stands in ``_application``.
"""

import asyncio
import types
from collections.abc import Callable, Generator
from typing import Any, Final

from asgilab.communicators._queue import EventQueue
from asgilab.engine import Passes, Quiet, idleness_of

_UNTOLD: Final = Quiet(
    False, None, 0, 0, ("this event loop does not tell whether it is idle",)
)


_PASSES: Final = 2
"""An application that answers at once does so within two passes of the loop."""


@types.coroutine
def give_way(
    happened: Callable[[], Any], passes: Passes
) -> Generator[None, None, None]:
    """Let the loop make a few passes, one at least, until something has happened.

    Whatever happens, the last thing done is a pass: there a cancellation lands.

    Args:
        happened: Tells whether it has.
        passes: Makes those that need not be the loop's own.
    """
    loop = asyncio.get_running_loop()
    for _ in range(_PASSES):
        yield
        made = True
        while made and not happened():
            made = passes.make(loop)
        if made:
            return
    yield


async def wait_until(
    happened: Callable[[], Any], queue: EventQueue, timeout: float
) -> Quiet | None:
    """Wait until something has happened, but not longer than it can.

    Args:
        happened: Tells whether it has; asked again whenever the queue is woken.
        queue: Is woken by all that may make it so.
        timeout: Seconds to wait at most, by the loop's clock; while that clock
            stands still, real ones.

    Returns:
        None when it has happened. Else what the loop said of itself: certain
        when it is sure that nothing can happen in that time, which is known at
        once, and uncertain when the time had to be waited for.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + timeout
    while not happened():
        answer: asyncio.Future[Any] = _answer(loop, until)
        queue.waiters.append(answer)
        try:
            quiet = await answer
        finally:
            if answer in queue.waiters:
                queue.waiters.remove(answer)
        if quiet is not None:
            return None if happened() else quiet
    return None


def _answer(
    loop: asyncio.AbstractEventLoop, until: float
) -> "asyncio.Future[Quiet | None]":
    """Return a future for the loop's answer, or for None when the queue is woken."""
    idleness = idleness_of(loop)
    if idleness is not None:
        return idleness.ask(until)
    answer: asyncio.Future[Quiet | None] = loop.create_future()
    timer = loop.call_at(until, _tell, answer)
    answer.add_done_callback(lambda _: timer.cancel())
    return answer


def _tell(answer: "asyncio.Future[Quiet | None]") -> None:
    if not answer.done():
        answer.set_result(_UNTOLD)


def silence_text(quiet: Quiet, timeout: float) -> str:
    """Say that nothing was sent, and how sure that is."""
    if not quiet.certain:
        return f"Nothing was sent within {timeout} s."
    known = f"Nothing was sent, and nothing would have been within {timeout} s"
    return f"{known}: the application waits for {_awaited(quiet)}."


def running_text(quiet: Quiet, timeout: float) -> str:
    """Say that the application did not end, and how sure that is."""
    if not quiet.certain:
        return f"The application still runs after {timeout} s."
    known = f"The application still runs, and would after {timeout} s"
    return f"{known}: it waits for {_awaited(quiet)}."


def _awaited(quiet: Quiet) -> str:
    return "its next event" if quiet.next_timer is None else "a later moment"
