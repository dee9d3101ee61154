"""Paths and URLs taken apart; what scopes make of them is in test_scopes."""

import pytest

from asgilab.errors import ScopeError
from asgilab.protocol._address import Address, host_with_port, read_address


def test_a_url_is_taken_apart() -> None:
    assert read_address("wss://u:p@Example.com:8443/a%20b/é;c?q=ü#f") == Address(
        path="/a b/é;c",
        raw_path=b"/a%20b/%C3%A9;c",
        query_string=b"q=%C3%BC",
        scheme="wss",
        host="example.com",
        port=8443,
    )


def test_a_bare_path_has_no_host() -> None:
    assert read_address("/a?b") == Address("/a", b"/a", b"b")


@pytest.mark.parametrize(
    ("path", "read"),
    [("/a;b/c;d", "/a;b/c;d"), ("//a/b", "//a/b"), ("//a", "//a"), ("///", "///")],
)
def test_what_a_server_would_see_is_not_lost(path: str, read: str) -> None:
    """channels.testing drops ``;d`` and takes ``//a`` for a host."""
    assert read_address(path).path == read
    assert read_address(path).raw_path == path.encode()


def test_what_no_request_line_can_hold_is_percent_encoded() -> None:
    address = read_address('/a b"<é>?c d=é')
    assert address.raw_path == b'/a%20b"<%C3%A9>'
    assert address.query_string == b"c%20d=%C3%A9"
    assert address.path == '/a b"<é>'


def test_escapes_that_are_there_stay_as_they_are() -> None:
    address = read_address("/%41%2F%zz?%41")
    assert (address.path, address.raw_path) == ("/A/%zz", b"/%41%2F%zz")
    assert address.query_string == b"%41"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (
            "ftp://example.com/",
            "its scheme is 'ftp', and not one of http, ws, https, wss",
        ),
        ("ws://", None),
        ("ws:///a", None),
        ("ws://:80/", "it has no host"),
        ("ws://a b/", "its host is 'a b'"),
        ("ws://ex%61mple/", "its host is 'ex%61mple'"),
        ("ws://example.com:port/", "Port could not be cast to integer value as 'port'"),
        ("ws://example.com:99999/", "Port out of range 0-65535"),
        ("ws://[::1/", "Invalid IPv6 URL"),
    ],
)
def test_a_url_that_leads_nowhere_is_refused(url: str, reason: str | None) -> None:
    if reason is None:
        # No host at all: a path, as channels.testing reads it.
        assert read_address(url).host == ""
        return
    with pytest.raises(ScopeError) as caught:
        read_address(url)
    assert str(caught.value) == f"{url!r} is no URL to connect to: {reason}."


def test_a_host_that_idna_cannot_hold_is_refused() -> None:
    with pytest.raises(ScopeError, match="is no URL to connect to"):
        read_address("ws://" + "ü" * 64 + ".example/")


@pytest.mark.parametrize(
    ("scheme", "host", "port", "text"),
    [
        ("http", "a", 80, "a"),
        ("ws", "a", 443, "a:443"),
        ("wss", "::1", 443, "[::1]"),
        ("wss", "::1", 1, "[::1]:1"),
        ("http", "a", None, "a"),
    ],
)
def test_the_port_of_the_scheme_is_left_out(
    scheme: str, host: str, port: int | None, text: str
) -> None:
    assert host_with_port(scheme, host, port) == text
