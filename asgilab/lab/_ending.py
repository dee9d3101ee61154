"""How the connections of a lab end, and what is left to tell then.

A connection that nobody closed is closed, and cancelled where that is ignored;
what its application raised is not lost. Beginning is in ``_opening``.
"""

import warnings
from collections.abc import Iterable, Mapping
from types import TracebackType

from asgilab.communicators import ApplicationCommunicator, LifespanCommunicator
from asgilab.errors import AsgilabWarning, NoOutput, UncleanExit


async def end(
    connections: Iterable[ApplicationCommunicator],
    lifespan: LifespanCommunicator | None,
    unseen: list[Exception],
) -> None:
    """End all connections, then the lifespan, as a server that stops does.

    Args:
        connections: The connections.
        lifespan: The lifespan, or None where there is none.
        unseen: Gets what the application raised and nobody has seen.

    Raises:
        LifespanFailed: The application answered that its shutdown failed.
        Exception: What it raised in its shutdown instead.
    """
    for communicator in connections:
        unseen += await hang_up(communicator)
    if lifespan is None:
        return
    if lifespan.future.done():
        unseen += unseen_of(lifespan)
    else:
        await lifespan.shutdown()


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
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AsgilabWarning)
            await communicator._leave()
    except (NoOutput, UncleanExit):
        communicator.stop(exceptions=False)
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
