"""What an exception of ours tells about the application: the notes under it.

A good post-mortem answers four questions: what happened last, where does the
application stand, what was left unread, and what is the usual cause. It is made
of text; it keeps no frame.
"""

import asyncio
from typing import Final

from asgilab.communicators._hints import hint
from asgilab.communicators._line import Line
from asgilab.communicators._tasks import place_of, tasks_of
from asgilab.engine import FrameText, shorten, stack_of
from asgilab.sessions import Event, Kind

_LAST: Final = 6
_WIDTH: Final = 100
_FEW_LOCALS: Final = 6


class Postmortem:
    """Collects the notes for one exception.

    Args:
        line: The line of the application.
        task: Its task, or None when it never started.
    """

    def __init__(self, line: Line, task: asyncio.Task[None] | None) -> None:
        self._line = line
        self._task = task

    def annotate(self, error: BaseException) -> None:
        """Add the notes to an exception, below its message."""
        for note in (
            self._last_events(),
            self._standing(),
            *self._tasks(),
            self._unread(),
            hint(self._line, self._task),
        ):
            if note:
                error.add_note(note)

    def _last_events(self) -> str:
        session, name = self._line.wiring.session, self._line.wiring.name
        if session is None:
            return ""
        events = session.of(name)
        if not events:
            return ""
        rows = [_row(event) for event in events[-_LAST:]]
        left_out = len(events) - len(rows)
        above = f" ({left_out} earlier ones left out)" if left_out else ""
        return f"Last events of {name!r}{above}:\n" + "\n".join(rows)

    def _standing(self) -> str:
        task = self._task
        if task is None or task.done():
            return ""
        held = self._held()
        if held:
            return held
        frames = stack_of(task)
        if frames:
            return "The application stands at:\n" + "\n".join(map(_place, frames))
        if self._line.inbox.waiters:
            return "The application waits in receive() for its next event."
        return "The application waits in library code, in no line of yours."

    def _tasks(self) -> list[str]:
        """Say where each task stands that the application started in code of yours."""
        said = []
        for task in tasks_of(self._line, self._task):
            frames = stack_of(task)
            if frames:
                where = "\n".join(map(_place, frames))
                origin = place_of(task) and f"{place_of(task)},"
                said.append(f"Its task {task.get_name()!r}{origin} stands at:\n{where}")
        return said

    def _held(self) -> str:
        gates, name = self._line.wiring.gates, self._line.wiring.name
        stops = [] if gates is None else gates.stops(name)
        if not stops:
            return ""
        types = ", ".join(str(stop.message.get("type")) for stop in stops)
        return f"The application is paused at a gate with {types}: step or continue."

    def _unread(self) -> str:
        events = self._line.inbox.events
        if not events:
            return ""
        types = ", ".join(str(event.get("type")) for event in events)
        return f"Delivered, but not received by the application yet: {types}."


def _row(event: Event) -> str:
    arrow = {Kind.RECEIVE: "→", Kind.SEND: "←"}.get(event.kind, "·")
    text = shorten_message(event)
    place = f"  ({event.source})" if event.source else ""
    note = f"  [{event.note}]" if event.note else ""
    return f"  {event.at:8.3f} s {arrow} {text}{note}{place}"


def shorten_message(event: Event) -> str:
    """Return the type of an event and the start of what it carries, on one line."""
    if event.kind is Kind.OPEN:
        return _on_one_line(f"open {event.message.get('path', '')}")
    if event.kind is Kind.END:
        return _on_one_line(event.type)
    carried = {
        key: value for key, value in event.message.items() if key != "type" and value
    }
    rest = shorten(carried) if carried else ""
    return _on_one_line(f"{event.type} {rest}".strip())


def _on_one_line(text: str) -> str:
    """Cut a text, and show what would move the cursor of a terminal as an escape."""
    text = text[:_WIDTH] if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
    return text if text.isprintable() else repr(text)[1:-1]


def _place(frame: FrameText) -> str:
    shown = list(frame.locals.items())[:_FEW_LOCALS]
    values = ", ".join(f"{name}={value}" for name, value in shown if name != "self")
    return f"  {frame}" + (f"\n    {values}" if values else "")
