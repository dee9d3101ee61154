"""Which events a filter text lets through: the one place that reads such a text.

Today it is plain text or ``/regex/``; the filter language of the design takes
this place. It is matched here and not in the browser, because only here is the
whole payload.
"""

import re
from collections.abc import Callable
from typing import Final

from asgilab.rendering import compact, label, payload_text
from asgilab.sessions import Event

Matcher = Callable[[Event], bool]

LONGEST_PAYLOAD: Final = 1_000_000
"""Characters of a payload that are searched."""


def parse(text: str) -> Matcher | None:
    """Return what tells whether an event passes the filter, or None for all.

    Plain text and regular expression are looked for in the connection's name,
    the type and the payload, in upper or lower case alike.

    Args:
        text: Plain text, or a regular expression between slashes.

    Raises:
        ValueError: The regular expression is none; the message says why.
    """
    text = text.strip()
    if not text:
        return None
    if len(text) > 2 and text.startswith("/") and text.endswith("/"):
        return _regex(text[1:-1])
    return _plain(text)


def _names(event: Event) -> str:
    """Return what an event is called in the list, and its type where that differs."""
    shown = label(event)
    return shown if shown == event.type else f"{shown}\n{event.type}"


def _plain(text: str) -> Matcher:
    wanted = text.casefold()
    # What `compact` changes in JSON can only matter to a text with one of these.
    rewritten = not text.isascii() or any(letter in text for letter in '{}[]":,\\')

    def matches(event: Event) -> bool:
        payload = payload_text(event, LONGEST_PAYLOAD)
        return (
            wanted in payload.casefold()
            or wanted in event.connection.casefold()
            or wanted in _names(event).casefold()
            or (rewritten and wanted in compact(payload).casefold())
        )

    return matches


def _regex(pattern: str) -> Matcher:
    try:
        compiled = re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        where = "" if error.pos is None else f" at character {error.pos + 1}"
        msg = f"/{pattern}/ is no regular expression: {error.msg}{where}."
        raise ValueError(msg) from None

    search = compiled.search

    def matches(event: Event) -> bool:
        payload = payload_text(event, LONGEST_PAYLOAD)
        texts = (payload, event.connection, _names(event), compact(payload))
        return any(search(text) is not None for text in texts)

    return matches
