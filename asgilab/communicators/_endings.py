"""What ``receive()`` gives once a connection is over, and what ``send()`` does.

A server tells the application of the end by itself (HTTP-03, WS-06, WS-07), and many
tell it again to one that goes on asking (HTTP-04, WS-08). The line asks; this answers.
"""

from collections.abc import Mapping
from typing import Final

from asgilab.communicators._queue import EventQueue
from asgilab.communicators._wiring import Wiring
from asgilab.protocol import (
    Conversation,
    Ending,
    Finding,
    ServerHabits,
    announced_version,
)
from asgilab.sessions import BY_SERVER
from asgilab.types import Message, Scope

FAREWELLS: Final = frozenset({"http.disconnect", "websocket.disconnect"})
"""The events that tell an application that its connection is over."""

_AGAIN: Final = f"{BY_SERVER}, again"
"""The note of a disconnect that the application had been given before."""

_PLAIN: Final = ServerHabits(name="asgilab")
"""The habits of no server: those that the rules name as the default."""

_MOST_REPEATS: Final = 8
"""How often a disconnect is given again. An application that does not listen to it
would ask for ever, and the loop would never be at rest: after that it waits."""

_ENDINGS: Final[Mapping[str, Ending]] = {
    "closed": Ending.APPLICATION,
    "rejected": Ending.REJECTED,
    "denied": Ending.REJECTED,
}


class Endings:
    """The end of one connection, from the moment at which it is over.

    Args:
        conversation: The conversation that is over.
        habits: The server's habits, or None for those of no server.
        findings: Where to put what the conversation says of a second disconnect.
        last: The event that ended it.

    Attributes:
        farewell: The disconnect that the application was told first, or None.
    """

    __slots__ = (
        "_conversation",
        "_findings",
        "_habits",
        "_last",
        "_latest",
        "_note",
        "_times",
        "farewell",
    )

    def __init__(
        self,
        conversation: Conversation,
        habits: ServerHabits | None,
        findings: list[Finding],
        last: Message,
    ) -> None:
        self._conversation = conversation
        self._habits = habits
        self._findings = findings
        self._last = last
        self._latest: Message | None = None
        self._note = ""
        self._times = 0
        self.farewell: Message | None = None

    def tell(self, inbox: EventQueue) -> bool:
        """Queue what one more ``receive()`` gets; False where it blocks."""
        if self._times > _MOST_REPEATS:
            return False
        if self.farewell is None:
            message, self._note = self._first(), BY_SERVER
        else:
            message = (self._habits or _PLAIN).again(self.farewell)
            self._note = _AGAIN
        if message is None:
            return False
        self._findings.extend(self._conversation.deliver(message, forced=True))
        self.note(message)
        self._latest = message
        inbox.put_nowait(message)
        return True

    def note(self, message: Message) -> None:
        """Note that the application is told of the end with this event."""
        self.farewell = self.farewell or message
        self._times += 1

    def note_of(self, message: Message) -> str:
        """Return the note for an event of the queue: none, if a test delivered it."""
        return self._note if message is self._latest else ""

    def forget(self) -> None:
        """What the application was told was taken away from it: tell it no more."""
        self._times = _MOST_REPEATS + 1

    def _first(self) -> Message | None:
        state = self._conversation.state
        if state == "finished":
            return {"type": "http.disconnect"}
        if state not in _ENDINGS:
            return None
        ending, last = _ENDINGS[state], self._last
        event: Message = {"type": "websocket.disconnect"}
        event["code"] = last.get("code", 1000)
        if self._habits or announced_version(self._conversation.scope) >= (2, 5):
            rejected = ending is Ending.REJECTED
            event["reason"] = "" if rejected else last.get("reason") or ""
        return (self._habits or _PLAIN).deliver(event, ending)


def raises_when_gone(scope: Scope, wiring: Wiring) -> bool:
    """Tell whether ``send()`` raises once the client has gone (HTTP-33, WS-40).

    Unless the test or a server's habits say more, it does where the scope announces
    2.4 or later: Starlette goes by that, and would not learn of it otherwise.
    """
    if wiring.raise_on_gone is not None:
        return wiring.raise_on_gone
    if wiring.habits is not None:
        return scope.get("type") in wiring.habits.raises_when_gone
    return announced_version(scope) >= (2, 4)
