"""Scopes against what was written down by hand."""

from typing import Any
from urllib.parse import urlparse

import pytest
from channels.security.websocket import OriginValidator
from channels.testing import HttpCommunicator, WebsocketCommunicator

from asgilab.errors import ScopeError
from asgilab.protocol import (
    FILLED_IN,
    check_scope,
    http_scope,
    lifespan_scope,
    websocket_scope,
)
from tests.protocol.playbook import worded


def test_a_request_with_nothing_said_is_complete() -> None:
    assert http_scope("get", "/health/?full=1") == {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/health/",
        "raw_path": b"/health/",
        "query_string": b"full=1",
        "root_path": "",
        "headers": [(b"host", b"testserver")],
        "client": ["127.0.0.1", 50000],
        "server": ["testserver", 80],
        "state": {},
        "extensions": {
            "http.response.debug": {},
            "http.response.early_hint": {},
            "http.response.trailers": {},
        },
    }


def test_a_websocket_with_nothing_said_is_complete() -> None:
    assert websocket_scope("/ws/chat/lobby/") == {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": "/ws/chat/lobby/",
        "raw_path": b"/ws/chat/lobby/",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"testserver"), (b"origin", b"http://testserver")],
        "client": ["127.0.0.1", 50000],
        "server": ["testserver", 80],
        "subprotocols": [],
        "state": {},
        "extensions": {"websocket.http.response": {}},
    }


def test_a_lifespan_has_its_three_keys() -> None:
    assert lifespan_scope() == {
        "type": "lifespan",
        "asgi": {"version": "3.0", "spec_version": "2.0"},
        "state": {},
    }


def test_everything_can_be_said() -> None:
    scope = websocket_scope(
        "wss://chat.example:8443/ws/%C3%A9?a=%20",
        headers=[(b"X-Raw", b"1"), ("X-Text", "2"), [b"x-list", b"3"]],
        subprotocols=("v1", "v2"),
        cookies={"a": "1", "b": "2"},
        host="other.example",
        origin="https://third.example",
        http_version="2",
        root_path="/mounted",
        client=("10.0.0.1", 1234),
        server=("10.0.0.2", 443),
        state={"db": 1},
        extensions={"tls": {"server_cert": None}},
        spec_version="2.3",
    )
    assert scope == {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "spec_version": "2.3",
        "http_version": "2",
        "scheme": "wss",
        "path": "/ws/é",
        "raw_path": b"/ws/%C3%A9",
        "query_string": b"a=%20",
        "root_path": "/mounted",
        "headers": [
            (b"X-Raw", b"1"),
            (b"x-text", b"2"),
            [b"x-list", b"3"],
            (b"host", b"other.example"),
            (b"origin", b"https://third.example"),
            (b"cookie", b"a=1; b=2"),
        ],
        "client": ["10.0.0.1", 1234],
        "server": ["10.0.0.2", 443],
        "subprotocols": ["v1", "v2"],
        "state": {"db": 1},
        "extensions": {"tls": {"server_cert": None}},
    }


@pytest.mark.parametrize(
    "scope",
    [
        http_scope("GET", "/"),
        http_scope("GET", "/", http_version="2"),
        http_scope("GET", "https://example.com:8443", client=None, server=None),
        http_scope("GET", "", headers={"X-A": "b"}, spec_version="2.0"),
        websocket_scope("/"),
        websocket_scope("wss://[::1]/ws/", subprotocols=["a"], cookies={"a": "b"}),
        websocket_scope("/", server=("/run/asgi.sock", None)),
        lifespan_scope(),
        lifespan_scope(state={"a": 1}),
    ],
    ids=worded,
)
def test_a_scope_that_was_built_breaks_no_rule(scope: dict[str, Any]) -> None:
    assert check_scope(scope) == ()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "ws/relative/",
        "/ws/%E9%A6%96/a b/?q=%20&r=é#fragment",
        "user:pass@example.com:8080/p/a/t/h?query=string#hash",
        "/a%2Fb",
        "/100%",
        "/%ff",
        "?only=query",
    ],
)
def test_a_bare_path_is_read_as_channels_reads_it(path: str) -> None:
    theirs = WebsocketCommunicator(None, path).scope
    ours = websocket_scope(path)
    assert ours["path"] == theirs["path"]
    assert ours["query_string"].isascii()
    if theirs["query_string"].isascii():
        assert ours["query_string"] == theirs["query_string"]
    assert (
        http_scope("GET", path)["path"]
        == (HttpCommunicator(None, "GET", path).scope["path"])
    )


@pytest.mark.parametrize(
    ("url", "scheme", "host", "server"),
    [
        ("ws://example.com/ws/", "ws", b"example.com", ["example.com", 80]),
        ("ws://EXAMPLE.com:80/ws/", "ws", b"example.com", ["example.com", 80]),
        ("wss://example.com/ws/", "wss", b"example.com", ["example.com", 443]),
        ("https://example.com:444/", "wss", b"example.com:444", ["example.com", 444]),
        ("http://user:pass@example.com/", "ws", b"example.com", ["example.com", 80]),
        ("ws://[::1]:8000/ws/", "ws", b"[::1]:8000", ["::1", 8000]),
        ("ws://[2001:DB8::1]/", "ws", b"[2001:db8::1]", ["2001:db8::1", 80]),
        (
            "wss://bücher.example/",
            "wss",
            b"xn--bcher-kva.example",
            ["xn--bcher-kva.example", 443],
        ),
        ("ws://127.0.0.1:0/", "ws", b"127.0.0.1:0", ["127.0.0.1", 0]),
    ],
)
def test_a_url_says_scheme_host_and_port(
    url: str, scheme: str, host: bytes, server: list[Any]
) -> None:
    scope = websocket_scope(url)
    secure = scheme == "wss"
    assert scope["scheme"] == scheme
    assert scope["server"] == server
    origin = (b"https://" if secure else b"http://") + host
    assert scope["headers"] == [(b"host", host), (b"origin", origin)]
    assert http_scope("GET", url)["scheme"] == ("https" if secure else "http")


def test_a_url_without_a_path_has_the_path_of_the_root() -> None:
    scope = http_scope("GET", "https://example.com?a=b")
    assert (scope["path"], scope["raw_path"]) == ("/", b"/")


def test_the_scheme_that_is_asked_for_goes_first() -> None:
    scope = websocket_scope("/", scheme="wss")
    assert (scope["scheme"], scope["server"]) == ("wss", ["testserver", 443])
    assert (b"origin", b"https://testserver") in scope["headers"]


def test_what_the_test_gave_comes_first_and_is_the_very_same() -> None:
    pair = (b"X-Custom", b"\xff")
    given = [pair, [b"accept", b"*/*"]]
    headers = http_scope("GET", "/", headers=given)["headers"]
    assert headers[0] is pair
    assert headers[1] is given[1]
    assert headers[2:] == [(b"host", b"testserver")]
    assert given == [pair, [b"accept", b"*/*"]]


def test_nothing_is_filled_in_where_none_was_asked_for() -> None:
    assert websocket_scope("/", host=None, origin=None)["headers"] == []


@pytest.mark.parametrize("name", [b"Origin", b"origin", "Origin"], ids=worded)
def test_an_origin_among_the_headers_stands_alone(name: str | bytes) -> None:
    headers = websocket_scope("/", headers=[(name, b"http://evil")])["headers"]
    assert len(headers) == 2
    assert headers[0][1] == b"http://evil"


def test_the_origin_follows_the_host_that_the_test_gave() -> None:
    headers = websocket_scope("/", headers=[(b"host", b"chat.example:8000")])["headers"]
    assert headers[1] == (b"origin", b"http://chat.example:8000")


def test_the_host_follows_the_server() -> None:
    scope = websocket_scope("/", server=("::1", 8000))
    assert scope["headers"][0] == (b"host", b"[::1]:8000")


@pytest.mark.parametrize(
    ("server", "host"), [(None, b"testserver"), (("/run/a.sock", None), b"localhost")]
)
def test_a_server_without_a_port_has_a_host_all_the_same(
    server: Any, host: bytes
) -> None:
    scope = http_scope("GET", "/", server=server)
    assert scope["headers"] == [(b"host", host)]
    assert scope["server"] == (None if server is None else list(server))


def test_a_request_has_no_origin_unless_it_is_given() -> None:
    headers = http_scope("POST", "/", origin="http://testserver")["headers"]
    assert headers == [(b"host", b"testserver"), (b"origin", b"http://testserver")]


def test_push_is_announced_where_http_has_it() -> None:
    assert (
        "http.response.push" in http_scope("GET", "/", http_version="2")["extensions"]
    )
    assert "http.response.push" not in http_scope("GET", "/")["extensions"]


def test_extensions_that_are_asked_for_stand_in_place_of_the_others() -> None:
    scope = http_scope("GET", "/", extensions=["http.response.pathsend"])
    assert scope["extensions"] == {"http.response.pathsend": {}}
    assert http_scope("GET", "/", extensions=[])["extensions"] == {}


def test_scopes_share_nothing_that_an_application_may_change() -> None:
    state = {"visits": 0}
    first, second = (http_scope("GET", "/", state=state) for _ in range(2))
    for key in ("asgi", "headers", "client", "server", "state", "extensions"):
        assert first[key] is not second[key]
    first["state"]["new"] = 1
    first["extensions"]["http.response.debug"]["new"] = 1
    assert state == {"visits": 0}
    assert http_scope("GET", "/")["extensions"]["http.response.debug"] == {}


def test_a_lifespan_fills_the_very_namespace_that_it_was_given() -> None:
    state: dict[str, Any] = {}
    assert lifespan_scope(state=state)["state"] is state


@pytest.mark.parametrize("path", [b"/ws/", None, 5, {"path": "/"}])
def test_a_path_that_is_no_str_is_a_type_error_as_with_channels(path: Any) -> None:
    with pytest.raises(TypeError, match="Expected a path or URL as str, got"):
        websocket_scope(path)


def test_subprotocols_in_one_str_are_refused() -> None:
    with pytest.raises(ScopeError) as caught:
        websocket_scope("/", subprotocols="chat")
    assert str(caught.value) == "Subprotocols are 'chat'; expected a list of str."


def test_the_word_for_filled_in_is_shown_in_signatures() -> None:
    assert repr(FILLED_IN) == "FILLED_IN"


def test_the_origin_that_is_filled_in_passes_the_check_of_allowed_hosts() -> None:
    """As Django's test runner allows ``testserver``, so does Channels' validator."""
    headers = dict(websocket_scope("/ws/")["headers"])
    validator = OriginValidator(None, ["testserver"])
    assert validator.valid_origin(urlparse(headers[b"origin"].decode()))
    assert not validator.valid_origin(urlparse("http://evil.example"))
