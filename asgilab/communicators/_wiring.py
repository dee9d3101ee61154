"""What a communicator is plugged into: a session, gates, a judge.

A communicator on its own gets a private session and no gates; a lab hands all
its communicators the same ones.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Literal
from weakref import WeakValueDictionary

from asgilab.engine import Gates
from asgilab.sessions import Session

Validation = Literal["off", "record", "spec", "strict"]
"""What becomes of a breach of the ASGI rules.

``"off"``: nobody looks. ``"record"``: kept in ``findings``. ``"spec"``: an error
is raised out of ``send()`` as a server would raise it, and again from the next
call of the test; a warning is kept. ``"strict"``: warnings are raised as well,
and the test's own deliveries are judged too.
"""

_LIVE: Final[WeakValueDictionary[int, Session]] = WeakValueDictionary()


def live_sessions() -> list[Session]:
    """Return the sessions that communicators were plugged into, oldest first.

    Only those that somebody still holds: they are not kept alive for this.
    """
    # One call makes the list of references, so no other thread can disturb it.
    found = (reference() for reference in _LIVE.valuerefs())
    return [session for session in found if session is not None]


@dataclass(slots=True)
class Wiring:
    """What one communicator is plugged into.

    Attributes:
        session: Where its events are recorded, or None for no recording.
        name: Name of the connection in that session.
        gates: Where its events may be held, or None.
        zero: Moment of the loop's clock at which the session began, or None
            to begin it with the application.
        isolate_threads: Give the application's synchronous code a thread of
            its own, so that a paused one holds up nobody else.
        validate: What becomes of a breach of the ASGI rules.
        strict: Whether leaving ``async with`` looks for leftovers.
        create_users: Make a user that is named and does not exist.
        opened: Called once the application has been started.
        before: Awaited before the application is called, or None.
    """

    session: Session | None = field(default_factory=Session)
    name: str = ""
    gates: Gates | None = None
    zero: float | None = None
    isolate_threads: bool = False
    validate: Validation = "spec"
    strict: bool = False
    create_users: bool = False
    opened: Callable[[], None] | None = None
    before: Callable[[], Awaitable[None]] | None = None

    def __post_init__(self) -> None:
        if self.session is not None:
            _LIVE[id(self.session)] = self.session

    async def prepared(self) -> None:
        """Wait for what has to come before the application, if anything has."""
        if self.before is not None:
            await self.before()
