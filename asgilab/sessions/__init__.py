"""What happened, as values: events, the session that holds them, and its file.

Nothing on this floor drives an application or knows an event loop.
"""

from asgilab.sessions._event import BY_SERVER, Event, Kind, Source
from asgilab.sessions._file import load
from asgilab.sessions._session import Session

__all__ = ["BY_SERVER", "Event", "Kind", "Session", "Source", "load"]
