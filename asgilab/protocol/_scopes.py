"""Scopes, complete by the specification, from what a test knows.

This file builds; whether a scope that came from elsewhere is right is judged in
``_scope_rules``.

Source: the connection scopes of
https://asgi.readthedocs.io/en/latest/specs/www.html and
https://asgi.readthedocs.io/en/latest/specs/lifespan.html
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias, TypedDict

from asgilab.errors import ScopeError
from asgilab.protocol._address import (
    DEFAULT_PORTS,
    Address,
    host_with_port,
    read_address,
)
from asgilab.protocol._extensions import HTTP_EXTENSIONS, WEBSOCKET_EXTENSIONS
from asgilab.protocol._request_headers import (
    FILLED_IN,
    Filled,
    GivenHeaders,
    Pair,
    add_cookies,
    add_once,
    first,
    latin1,
    read_headers,
)
from asgilab.protocol._values import shown
from asgilab.types import Scope

ASGI_VERSION: Final = "3.0"
"""The version of ASGI itself."""

SPEC_VERSION: Final = "2.5"
"""The version of the HTTP and WebSocket sub-specification, unless told otherwise."""

LIFESPAN_VERSION: Final = "2.0"
"""The version of the lifespan sub-specification."""

DEFAULT_HOST: Final = "testserver"
"""The host of a bare path; Django's test runner allows it."""

DEFAULT_CLIENT: Final = ("127.0.0.1", 50000)
"""Where requests come from: the first port that systems give out, roughly."""

_WITH_PUSH: Final = (*HTTP_EXTENSIONS, "http.response.push")

Endpoint: TypeAlias = Sequence[Any] | None
"""Host and port; or the path of a socket and None; or nothing known."""

Extensions: TypeAlias = Mapping[str, Mapping[str, Any]] | Iterable[str]
"""Names of extensions, or names with what is announced of each."""


class ScopeOptions(TypedDict, total=False):
    """What may be said of a connection in so many words; see :func:`http_scope`."""

    cookies: Mapping[str, str] | None
    host: str | bytes | Filled | None
    origin: str | bytes | None
    scheme: str | None
    http_version: str
    root_path: str
    client: Endpoint
    server: Endpoint | Filled
    state: Mapping[str, Any] | None
    extensions: Extensions | None


class HttpScopeOptions(ScopeOptions, total=False):
    """The same for a request, whose communicator names no version by itself."""

    spec_version: str | None


def http_scope(
    method: str,
    path: str,
    *,
    headers: GivenHeaders = None,
    cookies: Mapping[str, str] | None = None,
    host: str | bytes | Filled | None = FILLED_IN,
    origin: str | bytes | None = None,
    scheme: str | None = None,
    http_version: str = "1.1",
    root_path: str = "",
    client: Endpoint = DEFAULT_CLIENT,
    server: Endpoint | Filled = FILLED_IN,
    state: Mapping[str, Any] | None = None,
    extensions: Extensions | None = None,
    spec_version: str | None = None,
) -> Scope:
    """Build the scope of an HTTP request.

    Example:
        A request with a cookie, over TLS::

            http_scope("GET", "https://example.com/a?b=c", cookies={"id": "1"})

    Args:
        method: The method, in any case.
        path: A path with its query, or a full URL; scheme, host and port come from
            the URL.
        headers: Pairs or a mapping, names and values str or bytes. They come first
            and keep their order; pairs of bytes stay as they are.
        cookies: Name to value; they join a Cookie header that is given.
        host: The Host header; by default that of the URL or server, None for none.
            A Host among ``headers`` goes first.
        origin: The Origin header; by default none, as browsers send none with GET.
        scheme: ``http`` or ``https``; by default that of the URL.
        http_version: ``"1.0"``, ``"1.1"`` or ``"2"``.
        root_path: Where the application is mounted.
        client: Host and port of the client, or None.
        server: Host and port of the server; by default those of the URL, or
            ``testserver`` and the scheme's port.
        state: What the lifespan has left; the scope gets a shallow copy.
        extensions: Which extensions to announce, in place of
            ``HTTP_EXTENSIONS`` (and ``http.response.push`` on HTTP/2).
        spec_version: The version that the server claims; by default the newest.

    Returns:
        A new scope.

    Raises:
        TypeError: The path is no str.
        ScopeError: The URL, a header or a cookie is none.
    """
    address, scheme, server, site = _found(path, scheme, "http", "https", server)
    if extensions is None:
        extensions = _WITH_PUSH if http_version in ("2", "3") else HTTP_EXTENSIONS
    scope: Scope = {
        "type": "http",
        "asgi": {"version": ASGI_VERSION, "spec_version": spec_version or SPEC_VERSION},
        "http_version": http_version,
        "method": method.upper(),
        "scheme": scheme,
        "path": address.path,
        "raw_path": address.raw_path,
        "query_string": address.query_string,
        "root_path": root_path,
        "headers": _headers(headers, cookies, scheme, site, host, origin),
        "client": None if client is None else [*client],
        "server": None if server is None else [*server],
        "state": {} if state is None else dict(state),
        "extensions": _announced(extensions),
    }
    if spec_version:
        scope["spec_version"] = spec_version  # where Channels has it (WS-S9)
    return scope


def websocket_scope(
    path: str,
    *,
    headers: GivenHeaders = None,
    subprotocols: Iterable[str] | None = None,
    cookies: Mapping[str, str] | None = None,
    host: str | bytes | Filled | None = FILLED_IN,
    origin: str | bytes | Filled | None = FILLED_IN,
    scheme: str | None = None,
    http_version: str = "1.1",
    root_path: str = "",
    client: Endpoint = DEFAULT_CLIENT,
    server: Endpoint | Filled = FILLED_IN,
    state: Mapping[str, Any] | None = None,
    extensions: Extensions | None = None,
    spec_version: str | None = None,
) -> Scope:
    """Build the scope of a websocket connection.

    Example:
        What a browser on the same site sends::

            websocket_scope("/ws/chat/lobby/", subprotocols=["chat.v2"])

    Args:
        path: A path with its query, or a full URL; scheme, host and port come from
            the URL.
        headers: Pairs or a mapping, names and values str or bytes. They come first
            and keep their order; pairs of bytes stay as they are.
        subprotocols: What the client offers, in its order.
        cookies: Name to value; they join a Cookie header that is given.
        host: The Host header; by default that of the URL or server, None for none.
            A Host among ``headers`` goes first.
        origin: The Origin header; by default that of the Host, as a browser on the
            same site sends it; None for none. An Origin among ``headers`` goes
            first.
        scheme: ``ws`` or ``wss``; by default that of the URL.
        http_version: ``"1.1"`` or ``"2"``.
        root_path: Where the application is mounted.
        client: Host and port of the client, or None.
        server: Host and port of the server; by default those of the URL, or
            ``testserver`` and the scheme's port.
        state: What the lifespan has left; the scope gets a shallow copy.
        extensions: Which extensions to announce, in place of
            ``WEBSOCKET_EXTENSIONS``.
        spec_version: The version that the server claims; by default the newest.

    Returns:
        A new scope.

    Raises:
        TypeError: The path is no str.
        ScopeError: The URL, a header or a cookie is none, or the subprotocols are
            one str.
    """
    address, scheme, server, site = _found(path, scheme, "ws", "wss", server)
    if isinstance(subprotocols, str | bytes):
        message = f"Subprotocols are {shown(subprotocols)}; expected a list of str."
        raise ScopeError(message)
    announced = WEBSOCKET_EXTENSIONS if extensions is None else extensions
    scope: Scope = {
        "type": "websocket",
        "asgi": {"version": ASGI_VERSION, "spec_version": spec_version or SPEC_VERSION},
        "http_version": http_version,
        "scheme": scheme,
        "path": address.path,
        "raw_path": address.raw_path,
        "query_string": address.query_string,
        "root_path": root_path,
        "headers": _headers(headers, cookies, scheme, site, host, origin),
        "client": None if client is None else [*client],
        "server": None if server is None else [*server],
        "subprotocols": list(subprotocols or ()),
        "state": {} if state is None else dict(state),
        "extensions": _announced(announced),
    }
    if spec_version:
        scope["spec_version"] = spec_version  # where Channels has it (WS-S9)
    return scope


def lifespan_scope(
    *, state: dict[str, Any] | None = None, spec_version: str = LIFESPAN_VERSION
) -> Scope:
    """Build the scope of a lifespan.

    Args:
        state: The namespace that the application fills; the scope has this very
            dict. By default a new one.
        spec_version: The version that the server claims.

    Returns:
        A new scope.
    """
    return {
        "type": "lifespan",
        "asgi": {"version": ASGI_VERSION, "spec_version": spec_version},
        "state": {} if state is None else state,
    }


def _found(
    path: str, scheme: str | None, plain: str, secure: str, server: Endpoint | Filled
) -> tuple[Address, str, Endpoint, str]:
    """Address, scheme, server and site of a request."""
    if type(path) is str and type(server) in (tuple, Filled):
        return _find_once(path, scheme, plain, secure, server)
    return _find(path, scheme, plain, secure, server)


def _find(
    path: str, scheme: str | None, plain: str, secure: str, server: Endpoint | Filled
) -> tuple[Address, str, Endpoint, str]:
    address = read_address(path)
    scheme = scheme or _twin(address.scheme, plain, secure)
    found = _server(server, scheme, address)
    return address, scheme, found, _site(found, scheme, address)


_find_once: Final = lru_cache(maxsize=512)(_find)
"""The same for what can be looked up: suites ask one path over and over."""


def _twin(scheme: str, plain: str, secure: str) -> str:
    """The scheme of this scope type that is as secure as the URL's."""
    return secure if scheme in ("https", "wss") else plain


def _announced(extensions: Extensions) -> dict[str, dict[str, Any]]:
    # To ask for a tuple first is cheap; to ask for a Mapping is not.
    if type(extensions) is not tuple and isinstance(extensions, Mapping):
        return {name: dict(what) for name, what in extensions.items()}
    return {name: {} for name in extensions}


def _server(server: Endpoint | Filled, scheme: str, address: Address) -> Endpoint:
    """The server that was asked for, or the one of the URL, or a default."""
    if not isinstance(server, Filled):
        return server
    if address.host:
        return address.host, address.port
    return DEFAULT_HOST, DEFAULT_PORTS.get(scheme, 80)


def _site(server: Endpoint, scheme: str, address: Address) -> str:
    """What the client calls the server: the Host header."""
    if address.host:
        return host_with_port(scheme, address.host, address.port)
    if server is None:
        return DEFAULT_HOST
    host, port = server
    # The path of a socket is no host; clients say localhost then.
    return "localhost" if port is None else host_with_port(scheme, host, port)


def _headers(
    given: GivenHeaders,
    cookies: Mapping[str, str] | None,
    scheme: str,
    site: str,
    host: str | bytes | Filled | None,
    origin: str | bytes | Filled | None,
) -> list[Any]:
    """What the test gave, then what is filled in: host, origin, cookies."""
    if given is None and cookies is None and host is FILLED_IN:
        if origin is None:
            return [_host(site)]
        if origin is FILLED_IN:
            return [_host(site), _same_origin(scheme, site)]
    headers = read_headers(given)
    add_once(headers, b"host", site if isinstance(host, Filled) else host)
    if isinstance(origin, Filled):
        called = first(headers, b"host")
        site = site if called is None else called.decode("latin-1")
        origin = _same_origin(scheme, site)[1]
    add_once(headers, b"origin", origin)
    add_cookies(headers, cookies)
    return headers


@lru_cache(maxsize=256)
def _host(site: str) -> Pair:
    """The Host header of a client that asks a site."""
    return b"host", latin1(site, "header 'host'")


@lru_cache(maxsize=256)
def _same_origin(scheme: str, site: str) -> Pair:
    """The Origin header of a page that comes from the site itself."""
    origin = f"{_twin(scheme, 'http', 'https')}://{site}"
    return b"origin", latin1(origin, "header 'origin'")
