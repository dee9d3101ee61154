"""Recorded text made safe to look at: what cannot be seen is spelled out.

A payload is hostile until shown otherwise: it may hold terminal escapes, text
that runs backwards, or characters of no width. This file only replaces
characters; escaping for HTML is done where HTML is written.
"""

import re
from typing import Final

_HIDDEN: Final = re.compile(
    "["
    "\x00-\x1f\x7f"  # C0 controls and delete, the escape character among them
    "\x80-\x9f"  # C1 controls: \x9b alone starts a terminal sequence
    "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # no width, or bidi
    "\u2028\u2029"  # line ends that only some programs see
    "\ud800-\udfff"  # lone surrogates, which no encoding can write
    "\ufff9-\ufffb"
    "\U000e0000-\U000e007f"  # tags: invisible ASCII
    "]"
)


def visible(text: str, keep: str = "") -> str:
    r"""Replace each control, invisible or direction-changing character.

    C0 controls become their picture (``\x1b`` is shown as ``␛``), everything
    else an escape such as ``\u202e``.

    Args:
        text: Any recorded text.
        keep: Characters that stay, ``"\n\t"`` for a traceback.

    Example::

        visible("\x1b[31mred")      # '␛[31mred'
    """
    if text.isprintable():
        return text

    def shown(found: re.Match[str]) -> str:
        character = found[0]
        return character if character in keep else _spelled(ord(character))

    return _HIDDEN.sub(shown, text)


def clip(text: str, limit: int) -> str:
    """Cut a text to ``limit`` characters, the last one telling that it was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _spelled(code: int) -> str:
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
