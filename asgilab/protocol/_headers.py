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

_FORBIDDEN: Final = re.compile(rb"[\r\n\0]")
"""What a header's value may not hold: RFC 9110, section 5.5."""

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
    names: list[bytes] = []
    for pair in headers:
        wrong = _shape(pair)
        if wrong is not None:
            yield rule, f"has {wrong} among headers; expected pairs of bytes"
            continue
        name, value = pair
        names.append(name)
        yield from _pair_breaches(name, value)
    yield from _capitals(names)


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


def _pair_breaches(name: bytes, value: bytes) -> Breaches:
    """HTTP-14 and HTTP-15 for one pair."""
    if not _is_token(name):
        if name.startswith(b":"):
            yield "HTTP-14", f"has the pseudo header {shown(name)}; expected none"
        else:
            yield "HTTP-15", f"has the header name {shown(name)}; expected a token"
    if _FORBIDDEN.search(value):
        yield (
            "HTTP-15",
            f"has CR, LF or NUL in the value of {shown(name)}; expected none of them",
        )


@lru_cache(maxsize=1024)
def _is_token(name: bytes) -> bool:
    return _TOKEN.fullmatch(name) is not None


def _capitals(names: list[bytes]) -> Breaches:
    """HTTP-13 and HTTP-13b for all names together."""
    capital = [name for name in names if not name.islower() and name != name.lower()]
    own = [name for name in capital if name not in DJANGO_WRITES]
    if own:
        yield "HTTP-13", f"has capitals in {_listing(own)}; expected lower case"
    if len(own) < len(capital):
        django = [name for name in capital if name in DJANGO_WRITES]
        yield "HTTP-13b", f"has capitals in {_listing(django)}; expected lower case"


def _listing(names: Iterable[bytes]) -> str:
    return ", ".join(shown(name) for name in dict.fromkeys(names))


def headers_of(message: Message) -> tuple[Any, ...] | list[Any]:
    """The headers of an event that were read once already, or ()."""
    headers = message.get("headers", ())
    return headers if isinstance(headers, list | tuple) else ()


def values_of(headers: Iterable[Any], name: bytes) -> list[bytes]:
    """The values of all headers of one name, in order.

    Args:
        headers: Header pairs as an application sent them; what is no pair of
            bytes is passed over.
        name: The name in lower case.

    Returns:
        The values; empty when there is no such header.
    """
    return [
        pair[1] for pair in headers if _shape(pair) is None and pair[0].lower() == name
    ]
