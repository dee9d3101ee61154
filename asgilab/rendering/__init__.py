"""A session made readable: one line for each event, as text and as static HTML.

The command line and the notebook both draw from here. Nothing in this room
knows IPython, and nothing here changes a session.
"""

from asgilab.rendering._html import to_html
from asgilab.rendering._lines import GAP, LAST, clock, duration
from asgilab.rendering._preview import (
    PREVIEW_LENGTH,
    arrow,
    compact,
    exception_line,
    label,
    payload_text,
    place,
    preview,
    size,
)
from asgilab.rendering._running import RunningTimeline
from asgilab.rendering._text import TextTimeline, to_text
from asgilab.rendering._visible import clip, visible

__all__ = [
    "GAP",
    "LAST",
    "PREVIEW_LENGTH",
    "RunningTimeline",
    "TextTimeline",
    "arrow",
    "clip",
    "clock",
    "compact",
    "duration",
    "exception_line",
    "label",
    "payload_text",
    "place",
    "preview",
    "size",
    "to_html",
    "to_text",
    "visible",
]
