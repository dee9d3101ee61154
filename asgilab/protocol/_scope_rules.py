"""Whether a scope is right: GEN-02, HTTP-S*, WS-S*, LIFE-09, EXT-02 and TLS-*.

Judges scopes that came from anywhere; ``_scopes`` builds right ones.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from asgilab.protocol._findings import Breaches, Finding, Findings, Severity
from asgilab.protocol._memory import Memory
from asgilab.protocol._severities import SPEC, Severities
from asgilab.protocol._values import is_int, shown
from asgilab.types import Scope

ScopeCheck: TypeAlias = Callable[[Scope], Breaches]
"""Says which rules a scope breaks."""


def check_scope(scope: Scope, severities: Severities = SPEC) -> Findings:
    """Judge a scope.

    Args:
        scope: The scope. Of an unknown type only ``type`` and ``asgi`` are judged.
        severities: How grave each rule is.

    Returns:
        What it breaks; ``()`` for a scope that is right.
    """
    kind = scope.get("type")
    checks = CHECKS.get(kind, ()) if isinstance(kind, str) else ()
    breaches = [*_version_breaches(scope)]
    for check in checks:
        breaches += check(scope)
    said = f"the {kind} scope" if checks else "the scope"
    return tuple(
        Finding(rule, severities[rule], f"{said} {wrong}")
        for rule, wrong in breaches
        if severities[rule] is not Severity.OFF
    )


def _version_breaches(scope: Scope) -> Breaches:
    """GEN-02, as far as it holds for every type."""
    if not isinstance(scope.get("type"), str):
        yield "GEN-02", f"has type {shown(scope.get('type'))}; expected a str"
    asgi = scope.get("asgi")
    if not isinstance(asgi, dict):
        yield "GEN-02", f"has asgi {shown(asgi)}; expected a dict with a version"
        return
    for key in ("version", "spec_version"):
        if not isinstance(asgi.get(key, ""), str):
            yield "GEN-02", f"has {key} {shown(asgi[key])} in asgi; expected a str"


def _value(
    scope: Scope, key: str, rule: str, right: Callable[[Any], bool], expected: str
) -> Breaches:
    """One key that may be absent."""
    if key in scope and not right(scope[key]):
        yield rule, f"has {key} {shown(scope[key])}; expected {expected}"


def _required(
    scope: Scope, key: str, rule: str, right: Callable[[Any], bool], expected: str
) -> Breaches:
    """One key that must be there."""
    if key not in scope:
        yield rule, f"lacks {key}; expected {expected}"
    yield from _value(scope, key, rule, right, expected)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_str(value: object) -> bool:
    return isinstance(value, str)


def _is_bytes_or_none(value: object) -> bool:
    return value is None or isinstance(value, bytes)


def _is_dict(value: object) -> bool:
    return isinstance(value, dict)


def _http(scope: Scope) -> Breaches:
    """HTTP-S2 to HTTP-S4, HTTP-S6, HTTP-S7, HTTP-S10 to HTTP-S12."""
    versions = ("1.0", "1.1", "2")
    yield from _required(
        scope, "http_version", "HTTP-S2", versions.__contains__, "1.0, 1.1 or 2"
    )
    yield from _required(
        scope,
        "method",
        "HTTP-S3",
        lambda method: _is_text(method) and method == method.upper(),
        "a str in upper case",
    )
    yield from _value(scope, "scheme", "HTTP-S4", _is_text, "a str that is not empty")
    yield from _required(scope, "raw_path", "HTTP-S6", _is_bytes_or_none, "bytes")
    yield from _required(
        scope,
        "query_string",
        "HTTP-S7",
        lambda query: isinstance(query, bytes),
        "bytes",
    )
    yield from _endpoints(scope, "HTTP-S10", "HTTP-S11")
    yield from _value(scope, "state", "HTTP-S12", _is_dict, "a dict")


def _websocket(scope: Scope) -> Breaches:
    """WS-S2 to WS-S8."""
    versions = ("1.1", "2")
    yield from _value(scope, "http_version", "WS-S2", versions.__contains__, "1.1 or 2")
    yield from _value(scope, "scheme", "WS-S3", _is_text, "a str that is not empty")
    yield from _value(
        scope, "query_string", "WS-S4", _is_bytes_or_none, "bytes or None"
    )
    yield from _value(
        scope,
        "subprotocols",
        "WS-S5",
        lambda offered: _is_iterable(offered) and all(map(_is_str, offered)),
        "a list of str",
    )
    yield from _value(scope, "raw_path", "WS-S6", _is_bytes_or_none, "bytes or None")
    yield from _endpoints(scope, "WS-S7", "WS-S7")
    yield from _value(scope, "state", "WS-S8", _is_dict, "a dict")


def _is_iterable(value: object) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)


def _endpoints(scope: Scope, client_rule: str, server_rule: str) -> Breaches:
    """Client and server; a server without port is of version 2.2."""
    yield from _value(
        scope, "client", client_rule, _is_endpoint, "a host and a port, or None"
    )
    unix = Memory(scope).version >= (2, 2)
    yield from _value(
        scope,
        "server",
        server_rule,
        lambda server: _is_endpoint(server) or (unix and _is_socket(server)),
        "a host and a port, or None",
    )


def _is_endpoint(value: object) -> bool:
    return value is None or (
        isinstance(value, list | tuple)
        and len(value) == 2
        and isinstance(value[0], str)
        and is_int(value[1])
    )


def _is_socket(value: object) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) == 2
        and isinstance(value[0], str)
        and value[1] is None
    )


def _request(scope: Scope) -> Breaches:
    """HTTP-S5, HTTP-S8, HTTP-S9: the same for HTTP and WebSocket."""
    yield from _required(scope, "path", "HTTP-S5", _is_str, "a str")
    yield from _value(scope, "root_path", "HTTP-S8", _is_str, "a str")
    if "headers" not in scope:
        yield "HTTP-S9", "lacks headers; expected pairs of bytes"
    elif not _is_iterable(scope["headers"]):
        was = shown(scope["headers"])
        yield "HTTP-S9", f"has headers {was}; expected pairs of bytes"
    else:
        yield from _header_breaches(scope["headers"])


def _header_breaches(headers: Iterable[Any]) -> Breaches:
    for pair in headers:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            yield "HTTP-S9", f"has {shown(pair)} among headers; expected pairs of bytes"
        elif not all(isinstance(part, bytes) for part in pair):
            yield "HTTP-S9", f"has a header {shown(pair[0])} that is not all bytes"
        elif pair[0].startswith(b":"):
            yield "HTTP-S9", f"has the pseudo header {shown(pair[0])}; expected none"


def _extensions(scope: Scope) -> Breaches:
    """HTTP-S13, EXT-02 and, where it is announced, TLS."""
    yield from _value(scope, "extensions", "HTTP-S13", _is_dict, "a dict")
    extensions = scope.get("extensions")
    if not isinstance(extensions, dict):
        return
    for name, what in extensions.items():
        if not isinstance(name, str) or not isinstance(what, dict):
            yield "EXT-02", f"announces {shown(name)}; expected a str with a dict"
    tls = extensions.get("tls")
    if isinstance(tls, dict):
        for rule, wrong in _tls(tls):
            yield rule, f"has tls that {wrong}"
        if scope.get("scheme") not in ("https", "wss"):
            scheme = shown(scope.get("scheme"))
            yield "TLS-08", f"has tls with scheme {scheme}; expected https or wss"


def _tls(tls: dict[str, Any]) -> Breaches:
    """TLS-02 to TLS-07."""
    yield from _required(tls, "server_cert", "TLS-02", _is_str_or_none, "a str or None")
    chain = tls.get("client_cert_chain", ())
    if not _is_iterable(chain) or not all(map(_is_str, chain)):
        yield "TLS-03", f"has client_cert_chain {shown(chain)}; expected str in a list"
    name = tls.get("client_cert_name")
    if not _is_str_or_none(name) or (name is None and chain):
        expected = "a str for its chain" if chain else "a str or None"
        yield "TLS-04", f"has client_cert_name {shown(name)}; expected {expected}"
    yield from _value(
        tls,
        "client_cert_error",
        "TLS-05",
        lambda error: error is None or _is_text(error),
        "a str that is not empty, or None",
    )
    yield from _required(
        tls,
        "tls_version",
        "TLS-06",
        lambda version: version is None or is_int(version),
        "an int or None",
    )
    yield from _required(
        tls,
        "cipher_suite",
        "TLS-07",
        lambda suite: suite is None or (is_int(suite) and 0 <= suite < 2**16),
        "an int of 16 bits or None",
    )


def _is_str_or_none(value: object) -> bool:
    return value is None or isinstance(value, str)


def _lifespan(scope: Scope) -> Breaches:
    """LIFE-09, as far as a lifespan's own scope shows it."""
    yield from _value(scope, "state", "LIFE-09", _is_dict, "a dict")


CHECKS: Final[Mapping[str, tuple[ScopeCheck, ...]]] = {
    "http": (_http, _request, _extensions),
    "websocket": (_websocket, _request, _extensions),
    "lifespan": (_lifespan,),
}
"""What a scope of each type is held to."""
