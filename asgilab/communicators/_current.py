"""Recording from anywhere in an application, onto the connection that is running.

Taps use this; they know neither lines nor communicators.
"""

from typing import Any

from asgilab.communicators._line import CURRENT
from asgilab.sessions import Kind, Source


def record_here(
    kind: Kind, message: dict[str, Any], source: Source | None = None
) -> bool:
    """Record an event on the connection whose application is running.

    Returns:
        False when no application of a communicator is running here.
    """
    line = CURRENT.get(None)
    if line is None:
        return False
    line.record(kind, message, source)
    return True
