"""What ``receive()`` gives once a connection is over: values, asked for by the line.

A server tells the application of the end by itself (HTTP-03, WS-06, WS-07), and many
tell it again to one that goes on asking (HTTP-04, WS-08).
"""

from collections.abc import Mapping
from typing import Final

from asgilab.protocol import Ending, ServerHabits, announced_version
from asgilab.types import Message, Scope

PLAIN: Final = ServerHabits(name="asgilab")
"""The habits of no server: those that the rules name as the default."""

FAREWELLS: Final = frozenset({"http.disconnect", "websocket.disconnect"})
"""The events that tell an application that its connection is over."""

DUE: Final = "by the server"
"""The note of a disconnect that nobody asked for: the connection was over."""

AGAIN: Final = "again"
"""The note of a disconnect that the application had been given before."""

MOST_REPEATS: Final = 8
"""How often a disconnect is given again. An application that does not listen to it
would ask for ever, and the loop would never be at rest; so then ``receive()`` blocks."""

_ENDINGS: Final[Mapping[str, Ending]] = {
    "closed": Ending.APPLICATION,
    "rejected": Ending.REJECTED,
    "denied": Ending.REJECTED,
}


def due(
    state: str, last: Message, scope: Scope, habits: ServerHabits | None
) -> Message | None:
    """Return the disconnect that is due in a state, or None.

    Args:
        state: State of the conversation, such as ``"closed"``.
        last: The event with which the application ended it.
        scope: The scope of the connection.
        habits: The server's habits, or None for those of no server.
    """
    if state == "finished":
        return {"type": "http.disconnect"}
    if state not in _ENDINGS:
        return None
    ending = _ENDINGS[state]
    event: Message = {"type": "websocket.disconnect", "code": last.get("code", 1000)}
    if habits is not None or announced_version(scope) >= (2, 5):
        rejected = ending is Ending.REJECTED
        event["reason"] = "" if rejected else last.get("reason") or ""
    return (habits or PLAIN).deliver(event, ending)
