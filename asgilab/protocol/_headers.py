"""The rules of header pairs, wherever they stand in an event.

HTTP-13 to HTTP-16 hold for responses, for the acceptance of a websocket, for denial
responses, trailers and pushes alike. What single headers of a response mean
(``content-length`` and such) stands in ``_http``.

A finding shows the names of headers, never their values: those may be secrets.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from asgilab.protocol._findings import Breaches
from asgilab.protocol._messages import read_once
from asgilab.protocol._values import shown
from asgilab.types import Message

_TOKEN: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A header's name: RFC 9110, section 5.6.2."""

_PLAIN: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+")
"""The same in lower case: nothing more to look at."""

_ODD: Final = re.compile(rb"[\r\n\0]")
"""What a header's value may not hold: RFC 9110, section 5.5."""

SPECIAL: Final = frozenset({b"set-cookie", b"transfer-encoding"})
"""Names of a response whose values have rules of their own."""

DJANGO_WRITES: Final = frozenset(
    b"Allow Cache-Control Content-Disposition Content-Encoding Content-Language "
    b"Content-Length Content-Security-Policy Content-Security-Policy-Report-Only "
    b"Content-Type Cross-Origin-Opener-Policy ETag Expires Last-Modified Location "
    b"Referrer-Policy Set-Cookie Strict-Transport-Security Vary "
    b"X-Content-Type-Options X-Frame-Options X-Robots-Tag X-View".split()
)
"""Names that Django's own code writes with capitals, for HTTP-13b.

No user of Django can put that right, so it would be noise as a warning.
"""


def header_breaches(message: Message, rule: str) -> Breaches:
    """Check the ``headers`` of an event: HTTP-13 to HTTP-16.

    A generator is read once, and replaced in the event by a list.

    Args:
        message: The event.
        rule: The rule that ``headers`` of the wrong shape break: HTTP-16 or the
            one that stands for it in another event.

    Yields:
        What is wrong; one breach for all names with capitals.
    """
    headers = read_once(message, "headers")
    if headers is None:
        was = shown(message["headers"])
        yield rule, f"has headers {was}; expected an iterable of pairs of bytes"
        return
    capital: list[bytes] = []
    for pair in headers:
        wrong = _shape(pair)
        if wrong is not None:
            yield rule, f"has {wrong} among headers; expected pairs of bytes"
            continue
        name, value = pair
        if _ODD.search(value):
            what = f"has CR, LF or NUL in the value of {shown(name)}"
            yield "HTTP-15", f"{what}; expected none of them"
        if not _PLAIN.fullmatch(name):
            capital.append(name)
            yield from _name_breaches(name)
    if capital:
        yield from _capital_breaches(capital)


def _shape(pair: object) -> str | None:
    """What is wrong with one pair, or None."""
    if not isinstance(pair, list | tuple):
        return shown(pair)
    if len(pair) != 2:
        return f"a header of {len(pair)} items"
    name, value = pair
    if not isinstance(name, bytes):
        return f"the name {shown(name)}"
    if not isinstance(value, bytes):
        return f"{type(value).__name__} for the value of {shown(name)}"
    return None


def _name_breaches(name: bytes) -> Breaches:
    """HTTP-14 and HTTP-15 for one name."""
    if name.startswith(b":"):
        yield "HTTP-14", f"has the pseudo header {shown(name)}; expected none"
    elif not _TOKEN.fullmatch(name):
        yield "HTTP-15", f"has the header name {shown(name)}; expected a token"


def _capital_breaches(names: list[bytes]) -> Breaches:
    """HTTP-13 and HTTP-13b for all names together."""
    capital = [name for name in dict.fromkeys(names) if name != name.lower()]
    django = [name for name in capital if name in DJANGO_WRITES]
    own = [name for name in capital if name not in DJANGO_WRITES]
    for rule, found in (("HTTP-13", own), ("HTTP-13b", django)):
        if found:
            listed = ", ".join(map(shown, found))
            yield rule, f"has capitals in {listed}; expected lower case"


def headers_of(message: Message) -> tuple[Any, ...] | list[Any]:
    """The headers of an event that were read once already, or ()."""
    headers = message.get("headers", ())
    return headers if isinstance(headers, list | tuple) else ()


def values_of(headers: Iterable[Any], name: bytes) -> list[bytes]:
    """The values of all headers of one name.

    Args:
        headers: Header pairs as an application sent them; what is no pair of
            bytes is passed over.
        name: The name in lower case.

    Returns:
        The values in the order of the headers.
    """
    return [
        pair[1]
        for pair in headers
        if isinstance(pair, list | tuple)
        and len(pair) == 2
        and isinstance(pair[0], bytes)
        and pair[0].lower() == name
        and isinstance(pair[1], bytes)
    ]


_SHORT: Final = 64
_DIGITS: Final = 18
"""Of the longest length; Python itself refuses to read more than 4,300."""

NOT_PLAIN: Final = -2
"""What ``plain_length`` says of headers that have to be looked at."""


def plain_length(headers: object) -> int:
    """Look quickly for anything to judge in headers.

    Args:
        headers: The value of the key.

    Returns:
        ``NOT_PLAIN`` where ``header_breaches`` and the checks of single headers
        have to look. Otherwise the ``content-length``, or -1 without one.
    """
    if type(headers) is not list and type(headers) is not tuple:
        return NOT_PLAIN
    length = -1
    for pair in headers:
        if (type(pair) is not tuple and type(pair) is not list) or len(pair) != 2:
            return NOT_PLAIN
        name, value = pair
        if type(name) is not bytes or type(value) is not bytes:
            return NOT_PLAIN
        # Only short ones are remembered: a session's cookie or a policy may be long.
        remembered = len(name) <= _SHORT and len(value) <= _SHORT
        said = (_plain_pair if remembered else _look_at_pair)(name, value)
        if said != -1:
            if said == NOT_PLAIN or length != -1:
                return NOT_PLAIN
            length = said
    return length


def is_length(value: bytes) -> bool:
    """Whether a ``content-length`` is a number of bytes that may be true."""
    return value.isdigit() and len(value) <= _DIGITS


def _look_at_pair(name: bytes, value: bytes) -> int:
    """Return what :func:`plain_length` does, for one header."""
    if _PLAIN.fullmatch(name) is None or name in SPECIAL or _ODD.search(value):
        return NOT_PLAIN
    if name != b"content-length":
        return -1
    return int(value) if is_length(value) else NOT_PLAIN


_plain_pair = lru_cache(maxsize=1024)(_look_at_pair)
"""The same; most responses have headers that others had before."""
