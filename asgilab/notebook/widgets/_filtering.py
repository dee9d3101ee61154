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


def searched(event: Event) -> str:
    """Return the text in which a filter looks for what it wants."""
    payload = payload_text(event, LONGEST_PAYLOAD)
    text = f"{event.connection}\n{label(event)}\n{payload}"
    if payload[:1] in ("{", "["):
        # As the list shows it: without white space, with letters for escapes.
        text += f"\n{compact(payload)}"
    return text


def _plain(text: str) -> Matcher:
    wanted = text.casefold()

    def matches(event: Event) -> bool:
        return wanted in searched(event).casefold()

    return matches


def _regex(pattern: str) -> Matcher:
    try:
        compiled = re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    except re.error as error:
        where = "" if error.pos is None else f" at character {error.pos + 1}"
        msg = f"/{pattern}/ is no regular expression: {error.msg}{where}."
        raise ValueError(msg) from None

    def matches(event: Event) -> bool:
        return compiled.search(searched(event)) is not None

    return matches
