"""A session as text while it happens: one line after the other, as events come.

The columns cannot wait for the events that are still to come, as those of
``_text`` do, so their widths are fixed. Nothing that was printed is kept.
"""

from collections.abc import Iterable
from dataclasses import replace
from textwrap import indent
from typing import Final

from rich.console import Console
from rich.text import Text

from asgilab.rendering._lines import GAP, duration, line_of
from asgilab.rendering._text import cells_of, row_of, styled
from asgilab.sessions import Event, Kind

_WIDTHS: Final = {"#": 5, "time": 9, "connection": 18, " ": 1, "type": 22}
_SOURCE: Final = 20
"""Width of the source line, which a narrow terminal leaves to the payload."""
_NARROWEST: Final = 20
_UNBOUNDED: Final = 200
"""Width of a line where no terminal says how wide it is."""


class RunningTimeline:
    """Prints events as they come; columns are those of a :class:`TextTimeline`.

    Args:
        console: Where to print.

    Example::

        timeline = RunningTimeline(Console())
        timeline.print(session)              # what there is
        timeline.print(session[count:])      # what came since
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lanes: dict[str, int] = {}
        self._before: float | None = None

    def print(self, events: Iterable[Event], first: int | None = None) -> None:
        """Print some events below the ones before.

        Args:
            events: The events.
            first: Number of the first of them, where they do not bring the one
                that they are to be known by.
        """
        for place, event in enumerate(events):
            number = event.index if first is None else first + place
            self._print(replace(event, index=number))

    def leave_out(self, count: int) -> None:
        """Say that events were not printed."""
        text = f"{count} events are not shown here; they are in the file."
        self._console.print(Text(text, style="dim"))

    def _print(self, event: Event) -> None:
        plain = self._console.options.ascii_only
        gap = 0.0 if self._before is None else event.at - self._before
        self._before = event.at
        if gap >= GAP:
            silence = f"⋯ {duration(gap)} without an event"
            self._console.print(styled(silence, "dim", plain))
        line = line_of(event, self._lane(event))
        widths = dict(_WIDTHS)
        width = self._console.width if self._console.is_terminal else _UNBOUNDED
        rest = width - sum(widths.values()) - len(widths) - 1
        source = _SOURCE if rest - _SOURCE - 1 >= _NARROWEST else 0
        widths["payload"] = max(rest - source - bool(source), _NARROWEST)
        if source:
            widths["source"] = source
        row = row_of(cells_of(line, plain), widths, plain)
        row.rstrip()  # a file is not to be filled with blanks
        self._console.print(row, soft_wrap=True)
        if line.traceback:
            text = styled(indent(line.traceback, "  "), "red", plain)
            self._console.print(text, soft_wrap=True)

    def _lane(self, event: Event) -> int:
        """Return the lane of a connection: the first that was free at its beginning."""
        name = event.connection
        if name not in self._lanes:
            taken = set(self._lanes.values())
            self._lanes[name] = next(n for n in range(len(taken) + 1) if n not in taken)
        lane = self._lanes[name]
        if event.kind is Kind.END:
            del self._lanes[name]
        return lane
