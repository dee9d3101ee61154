"""How the connections of a lab end, and what is left to tell then.

A connection that nobody closed is closed, and cancelled where that is ignored;
what its application raised is not lost. Beginning is in ``_opening``.
"""

import asyncio
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Final

from asgilab.communicators import (
    ApplicationCommunicator,
    LifespanCommunicator,
    Wiring,
    tasks_left,
    unread_of,
)
from asgilab.errors import AsgilabWarning, NoOutput, UncleanExit

_TURNS: Final = 10
"""Turns of the loop for a task that is about to end; one on Python 3.11 to be seen."""


async def end(
    connections: Iterable[ApplicationCommunicator],
    lifespan: LifespanCommunicator | None,
    unseen: list[Exception],
    wiring: Wiring,
) -> None:
    """End all connections, then the lifespan, as a server that stops does.

    Tasks that go on after that are a warning, and an error in a strict lab.

    Args:
        connections: The connections.
        lifespan: The lifespan, or None where there is none.
        unseen: Gets what the application raised and nobody has seen.
        wiring: What the connections are plugged into; ``strict`` says whether
            leftovers are errors.

    Raises:
        LifespanFailed: The application answered that its shutdown failed.
        UncleanExit: In a strict lab, something is left over.
        Exception: What it raised in its shutdown instead.
    """
    left: list[str] = []
    for communicator in connections:
        was_open = not communicator._line.ended
        for error in await hang_up(communicator):
            if isinstance(error, UncleanExit):
                left.append(f"{communicator.name!r}: {error}")
            else:
                unseen.append(error)
        if wiring.strict and was_open and (unread := unread_of(communicator._line)):
            left.append(f"{communicator.name!r}: {unread}")
    await _shut_down(lifespan, unseen)
    for _ in range(_TURNS):
        await asyncio.sleep(0)
    if wiring.gates is not None and wiring.strict is not None:
        _tell(left + tasks_left(wiring.gates), strict=wiring.strict)


async def _shut_down(
    lifespan: LifespanCommunicator | None, unseen: list[Exception]
) -> None:
    if lifespan is None:
        return
    if lifespan.future.done():
        unseen += unseen_of(lifespan)
    else:
        await lifespan.shutdown()


def _tell(left: list[str], *, strict: bool) -> None:
    if left and strict:
        raise UncleanExit(" ".join(left))
    if left:
        warnings.warn(" ".join(left), AsgilabWarning, stacklevel=2)


@contextmanager
def second_to(error: BaseException | None) -> Iterator[None]:
    """Let what is left over be a note on an error that came before it, if one did."""
    try:
        yield
    except (UncleanExit, AsgilabWarning) as left:  # where warnings are errors
        if error is None:
            raise
        error.add_note(f"On the way out there was also {left!r}.")


def is_over(communicator: ApplicationCommunicator) -> bool:
    """Tell whether nothing is left of a connection that a lab would have to end."""
    line = communicator._line
    return line.ended and not line.unseen


def still_open(connections: Mapping[str, ApplicationCommunicator]) -> tuple[str, ...]:
    """Return the names of the connections whose application has not ended."""
    return tuple(name for name, each in connections.items() if not each._line.ended)


async def hang_up(communicator: ApplicationCommunicator) -> list[Exception]:
    """End a connection as its client would, or cancel what ignores that.

    Returns:
        What its application raised and nobody has seen: nothing, or one exception.
        Of an application that ignores it in a strict lab, that is said.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AsgilabWarning)
            await communicator._leave()
    except NoOutput:
        communicator.stop(exceptions=False)
    except UncleanExit as left:  # in a strict lab alone
        communicator.stop(exceptions=False)
        return [left]
    except Exception as error:
        communicator.stop(exceptions=False)
        return [_from_the_application(error, communicator._line.traceback)]
    return unseen_of(communicator)


def unseen_of(communicator: ApplicationCommunicator) -> list[Exception]:
    """Return what an application raised and nobody has seen; it counts as seen then."""
    try:
        communicator._raise_unseen()
    except Exception as error:
        return [_from_the_application(error, communicator._line.traceback)]
    return []


def _from_the_application(
    error: Exception, traceback: TracebackType | None
) -> Exception:
    """Return an error with the traceback that it had, less our frames at the top."""
    step = traceback or error.__traceback__
    while step is not None and step.tb_next is not None:
        if not step.tb_frame.f_globals.get("__name__", "").startswith("asgilab."):
            break
        step = step.tb_next
    return error.with_traceback(step)
