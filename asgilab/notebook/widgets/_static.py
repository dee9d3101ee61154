"""What a saved notebook shows of a timeline: a table beside it, kept current.

What stands beside a widget in its own output is written once, when it is shown,
and that is before most of what it shows has happened. So the table is an output
of its own, which can be written anew; while the widget is alive, it hides it.
"""

import uuid
from typing import Any

from IPython.display import DisplayHandle, display

from asgilab.rendering import to_html, to_text
from asgilab.sessions import Session

LAST_IN_TEXT = 100
"""Events that are told where not even a table can be shown."""


class StaticTimeline:
    """The tables of one timeline, one for each time it was shown.

    Args:
        session: The session that they show.

    Attributes:
        mark: The value of ``data-asgilab-static`` by which the widget finds them.
    """

    def __init__(self, session: Session) -> None:
        self.mark = uuid.uuid4().hex
        self._session = session
        self._handles: list[DisplayHandle] = []
        self._events = -1

    @property
    def stale(self) -> bool:
        """Whether a table is shown, and something has happened since."""
        return bool(self._handles) and self._events != len(self._session)

    def bundle(self) -> dict[str, str]:
        """Return the session as it is now, as HTML and as text."""
        table = f'<div data-asgilab-static="{self.mark}">{to_html(self._session)}</div>'
        text = to_text(self._session, last=LAST_IN_TEXT)
        return {"text/plain": text, "text/html": table}

    def show(self) -> None:
        """Write a table into the cell that is running."""
        self._events = len(self._session)
        handle: Any = display(self.bundle(), raw=True, display_id=True)
        self._handles.append(handle)

    def refresh(self) -> None:
        """Write the tables anew, if anything has happened since."""
        if self.stale:
            self._events = len(self._session)
            bundle = self.bundle()
            for handle in self._handles:
                handle.update(bundle, raw=True)
