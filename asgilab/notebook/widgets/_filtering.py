"""Which events a filter text lets through: the one place that reads such a text.

Today it is plain text or ``/regex/``; the filter language of the design takes
this place. It is matched here and not in the browser, because only here is the
whole payload.
"""

from collections.abc import Callable
from typing import Final

import regex

from asgilab.rendering import compact, label, payload_text
from asgilab.sessions import Event

Matcher = Callable[[Event], bool]

LONGEST_PAYLOAD: Final = 1_000_000
"""Characters of a payload that are searched."""

_LONGEST_SEARCH: Final = 0.25
"""Seconds that a regular expression may take for one text."""


class TooSlow(ValueError):
    """A regular expression that takes too long, such as ``/(.*a){25}/`` may."""


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
        compiled = regex.compile(pattern, regex.IGNORECASE)
    except regex.error as error:
        where = "" if error.pos is None else f" at character {error.pos + 1}"
        msg = f"/{pattern}/ is no regular expression: {error.msg}{where}."
        raise ValueError(msg) from None

    def search(text: str) -> bool:
        # Unlike Python's own, this one knows a time limit, and lets other
        # threads run meanwhile: the kernel and the lab are among them.
        try:
            limit = _LONGEST_SEARCH
            return compiled.search(text, timeout=limit, concurrent=True) is not None
        except TimeoutError:
            msg = f"/{pattern}/ takes too long; expected one that backtracks less."
            raise TooSlow(msg) from None

    def matches(event: Event) -> bool:
        payload = payload_text(event, LONGEST_PAYLOAD)
        texts = (payload, event.connection, _names(event), compact(payload))
        return any(map(search, texts))

    return matches
