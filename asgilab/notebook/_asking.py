"""How the body of a magic asks the lab: with a time limit, and about standings.

The lab's own clock stands still while a connection is held at a gate, so that
every wait here has a limit by the wall as well.
"""

from collections.abc import Coroutine
from typing import Any, TypeVar

from asgilab.errors import NoOutput
from asgilab.notebook._driving import Overdue
from asgilab.notebook._laboratory import Laboratory
from asgilab.notebook._standing import Standing, standing, standstill

T = TypeVar("T")


async def within(
    laboratory: Laboratory, work: Coroutine[Any, Any, T], timeout: float
) -> T:
    """Run a coroutine on the lab's loop that keeps its own time by the lab's clock.

    Args:
        laboratory: The laboratory.
        work: The coroutine.
        timeout: Seconds that the coroutine itself waits.

    Raises:
        NoOutput: The wall's time was over and the lab's was not.
    """
    try:
        return await laboratory.on_lab(work, timeout + laboratory.patience)
    except Overdue:
        stops = laboratory.lab.gates.stops()
        held = ", ".join(sorted({stop.connection for stop in stops}))
        reason = f"the lab's clock stands still while {held} is held" if held else ""
        msg = f"No answer came within {timeout:g} s" + (f": {reason}." if held else ".")
        raise NoOutput(msg) from None


async def look(
    laboratory: Laboratory, name: str, passed: frozenset[int] = frozenset()
) -> Standing:
    """Wait a little for a connection to come to rest, and tell where it stands.

    Args:
        laboratory: The laboratory.
        name: Name of the connection.
        passed: Ids of stops that are no news.
    """
    lab, statuses = laboratory.lab, laboratory.statuses
    try:
        return await laboratory.on_lab(
            standstill(lab, statuses, name, passed), laboratory.patience
        )
    except Overdue:
        return await laboratory.on_lab(standing(lab, statuses, name))


def timeout_of(laboratory: Laboratory, given: float | None) -> float:
    """Return the time limit of a magic: as given on the line, or the default."""
    return float(laboratory.settings.timeout if given is None else given)


def open_websockets(laboratory: Laboratory) -> list[str]:
    """Return the names of the WebSocket connections that have not ended."""
    statuses = laboratory.statuses.all()
    return [
        name
        for name, communicator in laboratory.lab.connections.items()
        if (status := statuses.get(communicator.name)) is not None
        and status.protocol == "websocket"
        and not status.ended
    ]
