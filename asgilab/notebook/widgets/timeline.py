"""The timeline of a session as a widget; what it looks like stands in timeline.js.

Only the wiring is here: a session, a thread that talks to the browser, and the
static renderings for places that have no kernel.
"""

import contextvars
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import anywidget

from asgilab.notebook.widgets._feed import Feed
from asgilab.notebook.widgets._modules import compose
from asgilab.notebook.widgets._publisher import Controls, Publisher
from asgilab.rendering import to_html, to_text
from asgilab.sessions import Session

if TYPE_CHECKING:
    from collections.abc import Callable

_LAST_IN_TEXT: Final = 100


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

    def __init__(self, session: Session, *, controls: Controls | None = None) -> None:
        super().__init__()
        self._session = session
        self._context = contextvars.copy_context()
        self._publisher = Publisher(session, controls, self._transmit)
        self._feed = Feed(self._publisher.update)
        self._watches: list[Callable[[], None]] = [session.watch(self._feed.touch)]
        if controls is not None:
            self._watches.append(controls.watch(self._feed.touch))
        self.on_msg(self._heard)
        self._feed.start()

    def close(self) -> None:
        """Take the timeline out of the page and let go of the lab.

        Its thread ends, and neither the session nor the lab calls it any more.
        """
        watches, self._watches = getattr(self, "_watches", []), []
        for stop in watches:
            stop()
        if watches:
            self._feed.stop()
            self._publisher.forget()
        super().close()
        # ipywidgets hides the method on the instance; a closed timeline can
        # still be shown as text and as a table.
        self.__dict__.pop("_repr_mimebundle_", None)

    def __repr__(self) -> str:
        return f"<TimelineWidget of {self._session!r}>"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        static = {
            "text/plain": to_text(self._session, last=_LAST_IN_TEXT),
            "text/html": to_html(self._session),
        }
        shown = super()._repr_mimebundle_() if self.comm is not None else None
        widget, metadata = shown or ({}, {})
        return widget | static, metadata

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

        self._feed.post(answer)

    def _transmit(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        self._context.run(self.send, content, buffers)
