"""The headers of a scope, from what a test writes.

What the test gives stays first, in its order, and is left as it is where it is
bytes: suites written for ``channels.testing`` compare it. What is filled in comes
after. No event is judged here.
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from http.cookies import CookieError, SimpleCookie
from re import compile as pattern
from typing import Any, Final, TypeAlias

from asgilab.errors import ScopeError
from asgilab.protocol._values import shown

Pair: TypeAlias = tuple[bytes, bytes]
"""One header as a scope holds it."""

GivenHeaders: TypeAlias = Iterable[Any] | Mapping[Any, Any] | None
"""Headers as a test writes them: pairs or a mapping, names and values str or bytes."""


class Filled(Enum):
    """The type of ``FILLED_IN``, which is its only value."""

    IN = "filled in"

    __hash__ = object.__hash__  # there is one only: that of Enum is a call

    def __repr__(self) -> str:
        return "FILLED_IN"


FILLED_IN: Final = Filled.IN
"""The default of an argument whose value is found out from the others."""

_COOKIE: Final = pattern(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*")
"""A cookie's value that needs no quotes: RFC 6265, section 4.1.1."""


def read_headers(given: GivenHeaders) -> list[Any]:
    """Headers as a scope holds them.

    Args:
        given: What the test wrote.

    Returns:
        A new list of pairs of bytes. A pair of bytes is the very one that was
        given; a name in str comes out in lower case, str in Latin-1.

    Raises:
        ScopeError: There is something else than pairs of str or bytes in it, or
            characters outside Latin-1.
    """
    if not given:
        return []
    items = given.items() if isinstance(given, Mapping) else given
    if isinstance(items, str | bytes):
        message = f"Headers are {shown(items)}; expected pairs of a name and a value."
        raise ScopeError(message)
    return [_pair(item) for item in items]


def _pair(item: object) -> Any:
    if not isinstance(item, list | tuple) or len(item) != 2:
        message = f"Among headers is {shown(item)}; expected a name and a value."
        raise ScopeError(message)
    name, value = item
    if isinstance(name, bytes) and isinstance(value, bytes):
        return item
    named = name.lower() if isinstance(name, str) else name
    return latin1(named, "a header's name"), latin1(value, f"header {shown(name)}")


def latin1(value: object, what: str) -> bytes:
    """Bytes of a str in Latin-1; an error never shows the value, maybe a secret.

    Args:
        value: The str; bytes are returned as they are.
        what: What it is, for the error.

    Raises:
        ScopeError: It is neither, or not Latin-1.
    """
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        message = (
            f"The value of {what} is {type(value).__name__}; expected str or bytes."
        )
        raise ScopeError(message)
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        message = f"The value of {what} is not Latin-1; expected it encoded, as bytes."
        raise ScopeError(message) from None


def has(headers: Iterable[Any], name: bytes) -> bool:
    """Whether there is a header of this name.

    Args:
        headers: Pairs of bytes.
        name: The name in lower case.
    """
    return first(headers, name) is not None


def first(headers: Iterable[Any], name: bytes) -> bytes | None:
    """The value of the first header of this name, or None.

    Args:
        headers: Pairs of bytes.
        name: The name in lower case.
    """
    for key, value in headers:
        if key.lower() == name:
            return bytes(value)
    return None


def add_cookies(headers: list[Any], cookies: Mapping[str, str] | None) -> None:
    """Put cookies into the headers, in place.

    A client sends one Cookie header (RFC 6265, section 5.4), and Channels reads only
    the first; so cookies join the one that the test gave.

    Args:
        headers: The pairs of a scope.
        cookies: Name to value.

    Raises:
        ScopeError: A name is no name of a cookie.
    """
    if not cookies:
        return
    line = "; ".join(
        f"{name}={_quoted(name, value)}" for name, value in cookies.items()
    )
    encoded = latin1(line, "header 'cookie'")
    for index, (name, value) in enumerate(headers):
        if name.lower() == b"cookie":
            headers[index] = (name, value + b"; " + encoded)
            return
    headers.append((b"cookie", encoded))


def _quoted(name: str, value: str) -> str:
    """A cookie's value as a browser sends it back."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar[name] = value
    except CookieError:
        message = f"No cookie can be called {shown(name)}; expected a token."
        raise ScopeError(message) from None
    return value if _COOKIE.fullmatch(value) else jar[name].coded_value


def add_once(headers: list[Any], name: bytes, value: str | bytes | None) -> None:
    """Add a header unless there is one of its name, in place.

    Args:
        headers: The pairs of a scope.
        name: The name in lower case.
        value: The value; None adds nothing.

    Raises:
        ScopeError: The value is not Latin-1.
    """
    if value is not None and not has(headers, name):
        headers.append((name, latin1(value, f"header {shown(name)}")))
