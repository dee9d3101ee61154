"""The sessions that communicators record into, for whoever wants to look on.

They are known by weak references only: nothing here keeps a session alive, and
what a session holds is the affair of ``asgilab.sessions``.
"""

from typing import Final
from weakref import WeakValueDictionary

from asgilab.sessions import Session

_LIVE: Final[WeakValueDictionary[int, Session]] = WeakValueDictionary()


def register(session: Session) -> None:
    """Remember a session for as long as somebody else holds it."""
    _LIVE[id(session)] = session


def live_sessions() -> list[Session]:
    """Return the sessions of communicators that somebody still holds, oldest first."""
    # One call makes the list of references, so no other thread can disturb it.
    found = (reference() for reference in _LIVE.valuerefs())
    return [session for session in found if session is not None]
