"""How a recorded connection was asked for: what to pass to open it once more.

Reads scopes only. What of it may be written into a file is decided where files
are written.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import quote

Headers: TypeAlias = tuple[tuple[bytes, bytes], ...]
"""Header pairs as a scope holds them, the names in lower case."""

_SESSION = re.compile(r"session|csrf|xsrf", re.IGNORECASE)
_OWN_HOST = re.compile(rb"(localhost|testserver|127\.0\.0\.1|\[::1\])(:\d+)?")
_UNQUOTED = "/:@!$&'()*+,;=-._~"

_MADE_BY_THE_CLIENT = frozenset(
    {
        b"accept",
        b"accept-encoding",
        b"accept-language",
        b"cache-control",
        b"connection",
        b"content-length",
        b"pragma",
        b"sec-websocket-extensions",
        b"sec-websocket-key",
        b"sec-websocket-protocol",
        b"sec-websocket-version",
        b"transfer-encoding",
        b"upgrade",
        b"user-agent",
    }
)


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked for when it opened a connection.

    Attributes:
        path: Path with its query string, quoted as on the wire.
        headers: Header pairs, without those that every client makes by itself
            (``host``, ``user-agent``, ``sec-websocket-key`` and their like).
        subprotocols: Subprotocols that a websocket client offered.
        method: HTTP method, or "" for a websocket.
        implied: The Origin header, where it is the one that a client of the same
            site sends by itself; it is not among ``headers`` then.
    """

    path: str
    headers: Headers = ()
    subprotocols: tuple[str, ...] = ()
    method: str = ""
    implied: Headers = ()


def request_of(scope: Mapping[str, Any]) -> Request:
    """Read from a scope how to ask for the same connection again.

    Example::

        request_of({"type": "websocket", "path": "/ws/a b/", "query_string": b"x=1"})
        # Request(path='/ws/a%20b/?x=1', ...)
    """
    raw = scope.get("raw_path")
    path = raw.decode("latin-1") if raw else quote(scope["path"], safe=_UNQUOTED)
    query = bytes(scope.get("query_string") or b"").decode("latin-1")
    pairs = [(bytes(k).lower(), bytes(v)) for k, v in scope.get("headers") or ()]
    implied = _same_site(scope, pairs)
    return Request(
        path=f"{path}?{query}" if query else path,
        headers=tuple(
            pair
            for pair in pairs
            if not _made_by_the_client(pair) and pair not in implied
        ),
        subprotocols=tuple(scope.get("subprotocols") or ()),
        method=str(scope.get("method") or "") if scope.get("type") == "http" else "",
        implied=tuple(pair for pair in implied if pair in pairs),
    )


def _made_by_the_client(pair: tuple[bytes, bytes]) -> bool:
    name, value = pair
    if name == b"host":
        # Any other host may be what the application decides by.
        return _OWN_HOST.fullmatch(value) is not None
    return name in _MADE_BY_THE_CLIENT


def _same_site(scope: Mapping[str, Any], pairs: list[tuple[bytes, bytes]]) -> Headers:
    """Return the Origin header that every client of the same site sends by itself."""
    secure = scope.get("scheme") in ("https", "wss")
    hosts = [value for name, value in pairs if name == b"host"]
    scheme = b"https://" if secure else b"http://"
    return tuple((b"origin", scheme + host) for host in hosts)


def cookies_of(headers: Headers) -> dict[str, str]:
    """Return the cookies that a client sent, by name."""
    found: dict[str, str] = {}
    for key, value in headers:
        if key == b"cookie":
            for part in value.decode("latin-1").split(";"):
                name, _, text = part.strip().partition("=")
                found[name] = text
    found.pop("", None)
    return found


def without_session(headers: Headers) -> Headers:
    """Return headers without the cookies that signing a user in makes anew."""
    kept = {k: v for k, v in cookies_of(headers).items() if not _SESSION.search(k)}
    line = "; ".join(f"{name}={text}" for name, text in kept.items())
    rest = tuple(pair for pair in headers if pair[0] != b"cookie")
    return (*rest, (b"cookie", line.encode("latin-1"))) if kept else rest
