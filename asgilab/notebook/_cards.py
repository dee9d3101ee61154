"""How a magic's result is shown: one sentence, and lines of detail below it.

Only the look is here, as text and as HTML; what is shown comes from the
results. Recorded text is made safe by whoever puts it into a card.
"""

import linecache
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final, Literal

from asgilab.engine import FrameText, Stop
from asgilab.rendering import clip, place, preview, visible
from asgilab.sessions import Event, Kind, Redact, redact_secrets

Tone = Literal["good", "bad", "paused", "plain"]

_COLOURS: Final[dict[Tone, str]] = {
    "good": "#1f8a5b",
    "bad": "#d93025",
    "paused": "#b26a00",
    "plain": "currentColor",
}
_STYLE: Final = (
    "margin:2px 0;padding:2px 0 2px 10px;border-left:3px solid {colour};"
    "font:13px/1.5 var(--jp-ui-font-family,system-ui,sans-serif)"
)
_PRE: Final = (
    "margin:4px 0 0;padding:0;background:none;border:0;color:inherit;"
    "font:12px/1.45 var(--jp-code-font-family,ui-monospace,monospace);"
    "white-space:pre-wrap;overflow-wrap:anywhere"
)
_WIDEST_VALUE: Final = 160
_LONGEST_BODY: Final = 2000
_TELLS_NOTHING: Final = frozenset({"self", "scope"})
"""The scope is the same at every stop, and long; the timeline has it."""


class Card(ABC):
    """The result of a magic: it shows itself and can be asked further.

    A subclass says what it shows in ``headline``, ``details`` and ``tone``.
    """

    __slots__ = ()

    @property
    def tone(self) -> Tone:
        """How it went."""
        return "plain"

    @property
    @abstractmethod
    def headline(self) -> str:
        """The sentence that says what happened."""

    @property
    def details(self) -> list[str]:
        """Lines below the sentence."""
        return []

    def __repr__(self) -> str:
        return "\n".join([self.headline, *(f"  {line}" for line in self.details)])

    def _repr_html_(self) -> str:
        style = _STYLE.format(colour=_COLOURS[self.tone])
        details = escape("\n".join(self.details))
        pre = f'<pre style="{_PRE}">{details}</pre>' if details else ""
        return f'<div style="{style}">{escape(self.headline)}{pre}</div>'


class Table:
    """Rows under column heads, as text and as HTML.

    Args:
        columns: The heads.
        rows: The cells, one text for each column.
    """

    def __init__(
        self, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]
    ) -> None:
        self.columns = columns
        self.rows = rows

    def lines(self) -> list[str]:
        """Return the table as lines of text, the columns lined up."""
        everything = [self.columns, *self.rows]
        widths = [max(map(len, column)) for column in zip(*everything, strict=True)]
        return [
            "  ".join(
                cell.ljust(width) for cell, width in zip(row, widths, strict=True)
            ).rstrip()
            for row in everything
        ]

    def html(self) -> str:
        """Return the table as HTML."""
        head = "".join(_cell("th", column) for column in self.columns)
        body = "".join(
            f"<tr>{''.join(_cell('td', cell) for cell in row)}</tr>"
            for row in self.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def message_text(
    message: Mapping[str, Any], redact: Redact | None = redact_secrets
) -> str:
    """Return an ASGI event on one line: its type, and its payload shortened.

    Args:
        message: The event.
        redact: Takes its secrets out, for a notebook is saved and shared; or None.
    """
    message = message if redact is None else redact(message)
    kind = visible(str(message.get("type", "an event")))
    shown = preview(Event(0, 0.0, "", Kind.SEND, message), _WIDEST_VALUE)
    return f"{kind} {shown}".rstrip()


def preview_of(message: Any, redact: Redact | None = redact_secrets) -> str:
    """Return a message of a channel layer on one line."""
    if redact is not None and isinstance(message, Mapping):
        message = redact(message)
    return clip(visible(repr(message)), _WIDEST_VALUE)


def stop_text(stop: Stop, redact: Redact | None = redact_secrets) -> str:
    """Return what is held at a gate, on one line."""
    return f"{stop.direction} {message_text(stop.message, redact)}"


def frame_lines(frames: Iterable[FrameText], *, values: int = 1) -> list[str]:
    """Return frames as lines: place, source line, and locals.

    Args:
        frames: The frames, innermost first.
        values: How many of them are shown with their locals.
    """
    lines: list[str] = []
    for depth, frame in enumerate(frames):
        source = frame.source
        lines.append(f"{place(source)} in {visible(source.function)}")
        if text := linecache.getline(source.file, source.line).strip():
            lines.append(f"    {clip(visible(text), _WIDEST_VALUE)}")
        if depth < values:
            lines += [f"      {line}" for line in _values(frame.locals)]
            lines += [f"      self.{line}" for line in _values(frame.attributes)]
    return lines


def body_text(body: bytes) -> str:
    """Return the start of a body as text that is safe to show."""
    text = body[: 4 * _LONGEST_BODY].decode(errors="replace")
    return clip(visible(text, keep="\n\t"), _LONGEST_BODY)


def count(number: int, word: str) -> str:
    """Return a number of things, such as ``1 event`` or ``2 events``."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _values(values: Mapping[str, str]) -> list[str]:
    """Return variables as lines, without those that only say where they are."""
    return [
        f"{visible(name)} = {clip(visible(text), _WIDEST_VALUE)}"
        for name, text in values.items()
        if name not in _TELLS_NOTHING and " at 0x" not in text
    ]


def _cell(tag: str, text: str) -> str:
    return f'<{tag} style="text-align:left">{escape(text)}</{tag}>'
