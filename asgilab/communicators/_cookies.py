"""The cookies of a client: what a response sets, and what it deletes.

A jar is a plain dict of names and values. Domains and paths are not looked at: a
communicator talks to one site. How cookies get into a request is in ``protocol``.
"""

import time
from collections.abc import Iterable
from datetime import UTC
from email.utils import parsedate_to_datetime
from http.cookies import CookieError, Morsel, SimpleCookie
from typing import Final

_SET_COOKIE: Final = b"set-cookie"


def take_cookies(jar: dict[str, str], headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Put the cookies that a response sets into a jar, and take out what it deletes.

    A cookie is deleted by a ``Max-Age`` of 0 or less, or without one by ``Expires``
    in the past (RFC 6265, section 5.3).

    Args:
        jar: The client's cookies by name; changed in place.
        headers: The headers of the response. A ``Set-Cookie`` that is no cookie
            is passed over, as a browser does.
    """
    for name, value in headers:
        if len(name) != len(_SET_COOKIE) or name.lower() != _SET_COOKIE:
            continue
        try:
            cookies = SimpleCookie(value.decode("latin-1"))
        except CookieError:
            continue
        for key, cookie in cookies.items():
            if _is_over(cookie):
                jar.pop(key, None)
            else:
                jar[key] = cookie.value


def _is_over(cookie: "Morsel[str]") -> bool:
    """Tell whether a cookie is to be forgotten at once; what cannot be read is not."""
    try:
        return int(cookie["max-age"]) <= 0
    except ValueError:
        pass
    try:
        expires = parsedate_to_datetime(cookie["expires"].replace("-", " "))
    except ValueError:
        return False
    if expires.tzinfo is None:
        expires = expires.replace(tzinfo=UTC)
    return expires.timestamp() <= time.time()
