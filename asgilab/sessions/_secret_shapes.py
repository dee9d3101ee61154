"""Which texts are a token or a key by their shape, wherever they stand.

A shape alone also fits plain words: "Basic Mathematics", ``pk_customer_orders_id``.
So of what fits one, it is asked here whether it can be the thing.
"""

import re
from base64 import b64decode
from collections.abc import Iterator
from typing import Final

_SHAPES: Final = re.compile(
    r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"  # a JSON Web Token
    # A scheme of the Authorization header; what follows is no plain word, though
    # it may begin with a capital.
    r"|(?:(?<=\bBearer )|(?<=\bToken ))"
    r"(?=[\w+/=.~-]*[0-9]|[\w+/=.~-]+[A-Z])[\w+/=.~-]{8,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\w+/=\s-]*"
    r"|(?P<key>\b(?:sk|pk|ghp|gho|xox[abp])[-_][0-9A-Za-z_-]{12,})"
)
_BASIC: Final = re.compile(r"(?<=\bBasic )[\w+/=-]{8,}")
_RUN: Final = re.compile(r"[0-9A-Za-z]{12,}")
_CONTROLS: Final = frozenset([*range(0x20), 0x7F])


def shapes(text: str) -> Iterator[tuple[int, int]]:
    """Yield where in a text a token or a key begins and ends.

    Example::

        list(shapes("Basic dXNlcjpwYXNz")), list(shapes("Basic Mathematics"))
        # ([(6, 18)], [])
    """
    for found in _BASIC.finditer(text):
        if _is_credential(found[0]):
            yield found.span()
    for found in _SHAPES.finditer(text):
        if found["key"] is None or _is_key(found["key"]):
            yield found.span()


def holds_secret(text: str) -> bool:
    """Tell whether a text has the shape of a token or of a key."""
    return next(shapes(text), None) is not None


def without_shapes(text: str, shown: str) -> str:
    """Return a text in which something else stands for each token and key."""
    pieces, place = [], 0
    for start, end in sorted(shapes(text)):
        if start >= place:
            pieces += [text[place:start], shown]
            place = end
    return "".join([*pieces, text[place:]])


def _is_credential(text: str) -> bool:
    """Tell whether a text is "user:password" in base64 (RFC 7617)."""
    body = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    body = body[:-1] if len(body) % 4 == 1 else body
    if not body.isascii():
        return False
    said = b64decode(body + "=" * (-len(body) % 4))
    return b":" in said and _CONTROLS.isdisjoint(said)


def _is_key(text: str) -> bool:
    """Tell whether a part of a text mixes letters and digits, as no words do."""
    return any(not run.isalpha() and not run.isdigit() for run in _RUN.findall(text))
