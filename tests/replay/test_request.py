"""How a connection was asked for."""

import pytest

from asgilab.replay._request import cookies_of, request_of, without_session


@pytest.mark.parametrize(
    ("scope", "path"),
    [
        ({"path": "/ws/a b/é/"}, "/ws/a%20b/%C3%A9/"),
        ({"path": "/a b/", "raw_path": b"/a%20b/"}, "/a%20b/"),
        ({"path": "/x", "query_string": b"a=1&b=%20"}, "/x?a=1&b=%20"),
        ({"path": "/x", "raw_path": None, "query_string": b""}, "/x"),
    ],
)
def test_a_path_comes_back_as_it_was_on_the_wire(
    scope: dict[str, object], path: str
) -> None:
    assert request_of(scope).path == path


def test_headers_that_every_client_makes_by_itself_are_left_out() -> None:
    headers = [
        (b"Host", b"testserver"),
        (b"sec-websocket-key", b"x"),
        (b"Origin", b"http://localhost"),
        (b"x-team", b"blue"),
    ]
    asked = request_of({"type": "websocket", "path": "/", "headers": headers})
    assert asked.headers == ((b"origin", b"http://localhost"), (b"x-team", b"blue"))


@pytest.mark.parametrize(
    ("host", "kept"),
    [
        (b"localhost", False),
        (b"127.0.0.1:8000", False),
        (b"testserver", False),
        (b"blue.example.com", True),
    ],
)
def test_a_host_is_kept_where_it_may_matter(host: bytes, kept: bool) -> None:
    asked = request_of({"type": "http", "path": "/", "headers": [(b"host", host)]})
    assert bool(asked.headers) is kept


def test_only_a_request_has_a_method() -> None:
    assert request_of({"type": "http", "path": "/", "method": "PUT"}).method == "PUT"
    assert request_of({"type": "websocket", "path": "/"}).method == ""


def test_cookies_are_read_by_name() -> None:
    headers = ((b"cookie", b"theme=dark; sessionid=a=b"), (b"x", b"y=z"))
    assert cookies_of(headers) == {"theme": "dark", "sessionid": "a=b"}


def test_the_cookies_of_a_sign_in_are_taken_out_and_the_others_stay() -> None:
    headers = (
        (b"cookie", b"theme=dark; sessionid=abc; csrftoken=def"),
        (b"x", b"y"),
    )
    assert without_session(headers) == ((b"x", b"y"), (b"cookie", b"theme=dark"))
    assert without_session(((b"cookie", b"my_session=1"),)) == ()


def test_the_origin_of_the_same_site_goes_without_saying() -> None:
    headers = [(b"host", b"localhost"), (b"origin", b"http://localhost")]
    scope = {"type": "websocket", "path": "/", "scheme": "ws", "headers": headers}
    assert request_of(scope).headers == ()
    assert request_of(scope).implied == (headers[1],)
    assert request_of({**scope, "scheme": "wss"}).headers == (headers[1],)
    foreign = [headers[0], (b"origin", b"http://elsewhere.example")]
    assert request_of({**scope, "headers": foreign}).headers == (foreign[1],)
