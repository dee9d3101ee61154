"""A session as text: a table for a terminal, with colour where there is some.

Drawn with rich. Recorded text goes in as ``Text``, never as markup, and with
its control characters spelled out.
"""

import io
from collections.abc import Iterator
from typing import Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.text import Text

from asgilab.rendering._lines import LAST, Line, duration, lines
from asgilab.sessions import Session

_LANE_STYLES: Final = ("cyan", "magenta", "yellow", "blue", "green", "bright_red")
_DEEPEST_LANE: Final = 4
_COLUMNS: Final = ("#", "time", "connection", " ", "type", "payload", "source")
_RIGHT: Final = ("#", "time")
_EXPENDABLE: Final = ("source", "#", "time")
_WIDEST: Final = 28
_NARROWEST: Final = 20
_ASCII: Final = str.maketrans(
    {"→": ">", "←": "<", "○": "o", "●": "*", "⇄": "=", "·": ".", "…": "~", "⋯": "~"}
)


class TextTimeline:
    """A session as something that rich can print.

    Args:
        session: The session to show.
        last: Greatest number of events; what is left out is told.

    Example::

        from rich.console import Console

        Console().print(TextTimeline(session))
    """

    def __init__(self, session: Session, *, last: int = LAST) -> None:
        self.session = session
        self.last = max(0, last)

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        """Yield the table, then the tracebacks."""
        plain = options.ascii_only
        left_out = len(self.session) - self.last
        if not len(self.session):
            yield Text("No events yet.", style="dim")
            return
        if left_out > 0:
            yield Text(f"{left_out} earlier events are left out.", style="dim")
        shown = list(lines(self.session, self.last))
        yield from _table(shown, options.max_width, plain)
        for line in shown:
            if line.traceback:
                yield Text("")
                yield styled(
                    f"#{line.index} {line.connection} raised", "bold red", plain
                )
                yield Padding(styled(line.traceback, "red", plain), (0, 0, 0, 2))


def to_text(session: Session, *, last: int = LAST, width: int = 100) -> str:
    """Return a session as plain text, without colour.

    Args:
        session: The session to show.
        last: Greatest number of events; what is left out is told.
        width: Greatest length of a line of the table, in characters.
    """
    file = io.StringIO()
    console = Console(
        file=file,
        width=width,
        color_system=None,
        force_terminal=False,
        force_jupyter=False,
        legacy_windows=False,
    )
    console.print(TextTimeline(session, last=last))
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines())


def _table(shown: list[Line], width: int, plain: bool) -> Iterator[Text]:
    """Yield a line of text for each row; a narrow terminal gets fewer columns.

    Not a rich table, which would measure and wrap each cell: this takes a third
    of its time, and the text is made each time that a widget is shown.
    """
    rows = [cells_of(line, plain) for line in shown]
    widths = _widths(rows, width)
    yield row_of({name: Text(name, style="dim") for name in widths}, widths, plain)
    for line, cells in zip(shown, rows, strict=True):
        if line.gap is not None:
            gap = styled(f"⋯ {duration(line.gap)} without an event", "dim", plain)
            blank = {name: Text("") for name in widths}
            yield row_of(blank | {"payload": gap}, widths, plain)
        yield row_of(cells, widths, plain)


def row_of(cells: dict[str, Text], widths: dict[str, int], plain: bool) -> Text:
    row = Text(no_wrap=True, overflow="crop")
    for name, width in widths.items():
        cell = cells[name]
        cell.truncate(width, overflow="crop" if plain else "ellipsis")
        room = " " * (width - cell.cell_len)
        for piece in (room, cell) if name in _RIGHT else (cell, room):
            row.append(piece)
        row.append(" ")
    return row


def _widths(rows: list[dict[str, Text]], width: int) -> dict[str, int]:
    """Return the columns to show; the payload gets what the others leave."""
    widths = {
        name: min(max(len(name), *(row[name].cell_len for row in rows)), _WIDEST)
        for name in _COLUMNS
    }
    widths["payload"] = 0
    expendable = iter(_EXPENDABLE)
    while (rest := width - sum(widths.values()) - len(widths)) < _NARROWEST:
        if (name := next(expendable, None)) is None:
            break
        del widths[name]
    widths["payload"] = max(rest, 1)
    return widths


def cells_of(line: Line, plain: bool) -> dict[str, Text]:
    lane = _LANE_STYLES[line.lane % len(_LANE_STYLES)]
    tone = {"raised": "bold red", "quiet": "dim"}.get(line.tone, "")
    indent = "  " * min(line.lane, _DEEPEST_LANE)
    note = f"[{line.note}] " if line.note else ""
    return {
        "#": Text(str(line.index), style="dim"),
        "time": Text(line.time, style="dim"),
        "connection": styled(indent + line.connection, lane, plain),
        " ": styled(line.arrow, lane, plain),
        "type": styled(line.label, tone, plain),
        "payload": styled(note + line.preview, tone, plain),
        "source": styled(line.place, "dim", plain),
    }


def styled(content: str, style: str, plain: bool) -> Text:
    """Return styled text; ``plain`` is for a terminal that knows only ASCII."""
    if plain:
        content = content.translate(_ASCII)
        content = content.encode("ascii", "backslashreplace").decode()
    return Text(content, style=style)
