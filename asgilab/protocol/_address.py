"""A path or URL as a test writes it, taken apart for a scope.

Text in, values out; nothing is looked up or opened.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

from asgilab.errors import ScopeError
from asgilab.protocol._values import shown

DEFAULT_PORTS: Final = {"http": 80, "ws": 80, "https": 443, "wss": 443}
"""The schemes that a URL may have, and the port of each."""

_WIRE: Final = "".join(map(chr, range(0x21, 0x7F)))
"""What goes over the wire unchanged; percent escapes are made of it."""

_NAME: Final = re.compile(r"[a-z0-9._~!$&'()*+,;=-]+")
"""A name or IPv4 address without escapes: RFC 3986, section 3.2.2."""


@dataclass(frozen=True, slots=True)
class Address:
    """What a path or URL says.

    Attributes:
        path: The path, percent escapes and UTF-8 decoded.
        raw_path: The path as on the wire.
        query_string: The query as on the wire, without "?".
        scheme: ``http``, ``https``, ``ws`` or ``wss``; "" for a bare path.
        host: The host in ASCII, an IPv6 address without brackets; "" for a bare
            path.
        port: The port, the scheme's own where the URL names none; 0 for a bare
            path.
    """

    path: str
    raw_path: bytes
    query_string: bytes
    scheme: str = ""
    host: str = ""
    port: int = 0


def read_address(target: object) -> Address:
    """Take a path or URL apart.

    A bare path is read as ``channels.testing`` reads it, but for two cases in which
    that loses what a server would see: ``;`` in the last segment, and a path that
    begins with ``//``. What no request line can hold is percent-encoded in
    ``raw_path`` and ``query_string``, as browsers do.

    Args:
        target: Such as ``"/ws/chat/?room=1"`` or ``"wss://[::1]:8443/ws/"``. The
            fragment, and a name with password, are dropped: they never reach an
            application.

    Returns:
        The parts.

    Raises:
        TypeError: It is no str.
        ScopeError: It is a URL whose scheme, host or port cannot be.
    """
    if isinstance(target, str):
        return _read(target)
    message = f"Expected a path or URL as str, got {type(target).__name__}."
    raise TypeError(message)


@lru_cache(maxsize=512)
def _read(target: str) -> Address:
    try:
        parts = _split(target)
        scheme, host, port = _authority(parts)
    except ValueError as error:
        message = f"{shown(target)} is no URL to connect to: {error}."
        raise ScopeError(message) from None
    path = parts.path or ("/" if host else "")
    return Address(
        path=unquote(path),
        raw_path=_on_the_wire(path),
        query_string=_on_the_wire(parts.query),
        scheme=scheme,
        host=host,
        port=port,
    )


def _split(target: str) -> SplitResult:
    if not target.startswith("//"):
        return urlsplit(target)
    # A path, not a host without a scheme: the line of a request has no host.
    parts = urlsplit(f"/.{target}")
    return parts._replace(path=parts.path.removeprefix("/."))


def _authority(parts: SplitResult) -> tuple[str, str, int]:
    """Scheme, host and port of a URL; nothing of a bare path.

    Raises:
        ValueError: With what is wrong, as a clause.
    """
    if not parts.netloc:
        return "", "", 0
    if parts.scheme not in DEFAULT_PORTS:
        schemes = ", ".join(DEFAULT_PORTS)
        message = f"its scheme is {parts.scheme!r}, and not one of {schemes}"
        raise ValueError(message)
    port = parts.port
    if port is None:
        port = DEFAULT_PORTS[parts.scheme]
    return parts.scheme, _ascii_host(parts.hostname or ""), port


def _ascii_host(host: str) -> str:
    """A host as it stands in a Host header.

    International names go by the standard library's IDNA 2003. It differs from
    today's browsers in four characters (sharp s, final sigma, two joiners) and knows
    no emoji; such a host has to be given in its ``xn--`` form.
    """
    if ":" in host:
        # IPv6: urlsplit has seen to it that it is one.
        return host
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    if not _NAME.fullmatch(host):
        message = f"its host is {host!r}" if host else "it has no host"
        raise ValueError(message)
    return host


def host_with_port(scheme: str, host: str, port: int | None) -> str:
    """Host and port as they stand in a Host header or an origin.

    Args:
        scheme: The scheme, whose own port is left out.
        host: The host; an IPv6 address gets its brackets.
        port: The port, or None for the scheme's own.

    Returns:
        Such as ``"[::1]:8000"`` or ``"example.com"``.
    """
    named = f"[{host}]" if ":" in host else host
    return named if port in (None, DEFAULT_PORTS.get(scheme)) else f"{named}:{port}"


def _on_the_wire(text: str) -> bytes:
    return quote(text, safe=_WIRE).encode("ascii")
