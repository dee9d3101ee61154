"""The events that pass the filter of a timeline, found little by little."""

import time
from typing import Any, Final

from asgilab.notebook.widgets._filtering import Matcher
from asgilab.sessions import Session

_SLICE: Final = 200


class Matches:
    """Scans a session with a filter, and knows what has been told of the result.

    Args:
        session: The session to scan; it may grow.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._matcher: Matcher | None = None
        self._text = ""
        self._found: list[int] = []
        self._scanned = 0
        self._told = (0, 0)

    @property
    def text(self) -> str:
        """The text of the filter."""
        return self._text

    def restart(self, text: str, matcher: Matcher | None) -> None:
        """Begin anew with another filter; a matcher that is None lets all through."""
        self._text, self._matcher = text, matcher
        self._found, self._scanned, self._told = [], 0, (0, 0)

    def scan(self, budget: float) -> bool:
        """Scan for about ``budget`` seconds; tell whether all has been scanned."""
        if self._matcher is None:
            return True
        until = time.monotonic() + budget
        while self._scanned < len(self._session):
            some = self._session[self._scanned : self._scanned + _SLICE]
            # As they are shown: what a filter finds would tell what a secret holds.
            shown = map(self._session.shown, some)
            self._found += [event.index for event in shown if self._matcher(event)]
            self._scanned += len(some)
            if time.monotonic() > until:
                break
        return self._scanned >= len(self._session)

    def everything(self) -> dict[str, Any]:
        """Return the filter and all that has been found so far."""
        self._told = (len(self._found), self._scanned)
        return {
            "text": self._text,
            "active": self._matcher is not None,
            "hits": self._found,
            "scanned": self._scanned,
            "anew": True,
        }

    def news(self) -> dict[str, Any] | None:
        """Return what was found since this was last asked, or None."""
        found, scanned = len(self._found), self._scanned
        if self._told == (found, scanned):
            return None
        hits = self._found[self._told[0] :]
        self._told = (found, scanned)
        return {"hits": hits, "scanned": scanned}
