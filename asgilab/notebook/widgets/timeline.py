"""The timeline of a session as a widget; what it looks like stands in timeline.js.

Only the wiring is here: a session, a thread that talks to the browser, and the
static renderings for places that have no kernel.
"""

import contextvars
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import anywidget
import traitlets
from IPython.display import display

from asgilab.notebook.widgets._feed import Feed
from asgilab.notebook.widgets._modules import compose
from asgilab.notebook.widgets._publisher import Controls, Publisher
from asgilab.notebook.widgets._static import StaticTimeline
from asgilab.sessions import Session

if TYPE_CHECKING:
    from collections.abc import Callable

_BETWEEN_TABLES: Final = 2.0
"""Seconds between two tables at least, while no cell runs."""

_LAST_NEWS: Final = 2.0
"""Seconds to wait at most for the last news of a session to be told."""


class TimelineWidget(anywidget.AnyWidget):
    """The events of a session, live, in a notebook.

    The widget reads the session and never changes it. No recorded event is
    kept in the notebook's widget state; where there is no kernel, the static
    table that is saved beside the widget shows the last events.

    Args:
        session: The session to show. It may go on growing.
        controls: What the buttons Step, Continue and Pause do, and which gates
            are closed. Without it, the timeline has no such buttons.

    Example::

        from asgilab import load
        from asgilab.notebook.widgets import TimelineWidget

        TimelineWidget(load("lobby.asgilab.jsonl"))
    """

    _esm = compose("timeline.js")
    _css = Path(__file__).with_name("timeline.css")
    _mark = traitlets.Unicode().tag(sync=True)

    def __init__(self, session: Session, *, controls: Controls | None = None) -> None:
        super().__init__()
        self._session = session
        self._context = contextvars.copy_context()
        self._resting = False
        self._one_by_one = threading.Lock()
        self._static_timeline = StaticTimeline(session)
        self._refreshed = 0.0
        self._mark = self._static_timeline.mark
        self._publisher = Publisher(session, controls, self._transmit)
        self._feed = Feed(self._update)
        self._watches: list[Callable[[], None]] = [session.watch(self._feed.touch)]
        if controls is not None:
            self._watches.append(controls.watch(self._feed.touch))
        self.on_msg(self._heard)
        self._feed.start()

    def rest(self) -> None:
        """End the thread: the lab has ended, and nothing more will happen.

        The timeline stays in the page, and answers when it is scrolled or filtered.
        """
        if not self._resting:
            self._resting = True
            self._let_go()
            self._refreshed = -_BETWEEN_TABLES
            self._feed.finish()
            self._feed.join(_LAST_NEWS)

    def close(self) -> None:
        """Take the timeline out of the page and let go of the lab.

        Its thread ends, and neither the session nor the lab calls it any more.
        """
        if hasattr(self, "_feed"):
            self._let_go()
            self._feed.stop()
            self._publisher.forget()
        super().close()
        # ipywidgets hides the method on the instance; a closed timeline can
        # still be shown as text and as a table.
        self.__dict__.pop("_repr_mimebundle_", None)

    def _let_go(self) -> None:
        """Have neither the session nor the lab call any more."""
        watches, self._watches = self._watches, []
        for stop in watches:
            stop()

    def __repr__(self) -> str:
        return f"<TimelineWidget of {self._session!r}>"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        widget, metadata = self._view()
        return widget | self._static_timeline.bundle(), metadata

    def _ipython_display_(self) -> None:
        """Show the widget, and beside it the table that a saved notebook shows."""
        widget, metadata = self._view()
        if widget:
            text = {"text/plain": "A timeline, live while its kernel runs; as saved:"}
            display(widget | text, raw=True, metadata=metadata)
        self._static_timeline.show()

    def refresh(self) -> None:
        """Write the table of the saved notebook anew, if anything has happened."""
        self._static_timeline.refresh()

    def _view(self) -> tuple[dict[str, Any], dict[str, Any]]:
        shown = super()._repr_mimebundle_() if self.comm is not None else None
        return shown or ({}, {})

    def _update(self) -> bool:
        """Tell the browser what is new; return whether there is more to do."""
        more = self._publisher.update()
        late = time.monotonic() - self._refreshed > _BETWEEN_TABLES
        if late:
            self._refreshed = time.monotonic()
            self._context.run(self.refresh)
        return more or self._static_timeline.stale

    def _heard(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Take a message of the browser; called on whatever thread Jupyter likes."""
        context = contextvars.copy_context()

        def answer() -> None:
            # ipykernel sends what the browser asks next to the subshell that
            # answered last. Answering in the context of the question keeps that
            # subshell, so that the timeline answers while a cell is running.
            self._context = context
            self._publisher.answer(content)
            self._feed.touch()

        if self._resting:
            with self._one_by_one:
                answer()
                while self._publisher.update():
                    pass
        else:
            self._feed.post(answer)

    def _transmit(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        self._context.run(self.send, content, buffers)
