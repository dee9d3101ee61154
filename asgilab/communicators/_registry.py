"""The sessions that communicators record into, for whoever wants to look on.

They are known by weak references only: nothing here keeps a session alive, and
what a session holds is the affair of ``asgilab.sessions``.
"""

from typing import Final
from weakref import ref

from asgilab.sessions import Session

# In the order in which they came; a WeakValueDictionary costs three times as much.
_LIVE: Final[dict[ref[Session], None]] = {}
_forget: Final = _LIVE.pop


def register(session: Session) -> None:
    """Remember a session for as long as somebody else holds it."""
    _LIVE[ref(session, _forget)] = None


def live_sessions() -> list[Session]:
    """Return the sessions of communicators that somebody still holds, oldest first."""
    # One call makes the list of references, so no other thread can disturb it.
    found = (reference() for reference in list(_LIVE))
    return [session for session in found if session is not None]
