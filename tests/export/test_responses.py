"""What of a request is written, and what of a response is asserted."""

import json
from typing import Any

import pytest

from asgilab.export._nodes import Code
from asgilab.export._statements import ExpectResponse, HttpRequest, Statement
from tests.export.scripts import script_of, written
from tests.replay.recording import Recording

FORM = (b"content-type", b"application/x-www-form-urlencoded")
PAGE = b"<html><title>Lobby</title>" + b"<p>word</p>" * 100 + b"</html>"


def exchange(*chunks: bytes, **more: Any) -> tuple[Statement, ...]:
    def talk(r: Recording, run: int) -> None:
        r.requests("http1", "GET", "/history/?limit=2")
        r.responds("http1", 200, *chunks, **more)

    return script_of(talk).paragraphs[0]


def test_a_json_body_is_compared_as_json_under_its_type_and_status() -> None:
    assert exchange(b'{"messages"', b": []}")[1] == ExpectResponse(
        "communicator",
        200,
        ((b"Content-Type", b"application/json"),),
        {"messages": []},
        json=True,
    )


def test_a_short_body_is_compared_to_the_byte() -> None:
    response = exchange(b"ok\xff", content_type=b"text/plain")[1]
    assert isinstance(response, ExpectResponse)
    assert (response.body, response.json) == (b"ok\xff", False)


def test_of_a_page_the_title_is_looked_for_and_that_is_said() -> None:
    def talk(r: Recording, run: int) -> None:
        r.requests("http1", "GET", "/")
        r.responds("http1", 200, PAGE, content_type=b"text/html")

    script = script_of(talk)
    response = script.paragraphs[0][1]
    assert isinstance(response, ExpectResponse)
    assert (response.body, response.contains) == (None, (b"<title>Lobby</title>",))
    assert "its title is compared" in script.notes[0]


def test_a_long_body_without_a_title_is_not_compared_and_that_is_said() -> None:
    def talk(r: Recording, run: int) -> None:
        r.requests("http1", "GET", "/")
        r.responds("http1", 200, b"x" * 5000, content_type=b"text/csv")

    assert "5000 bytes: it is not compared" in script_of(talk).notes[0]


def test_where_a_redirect_leads_is_asserted() -> None:
    def talk(r: Recording, run: int) -> None:
        r.requests("http1", "GET", "/")
        headers = [(b"Location", b"/login/"), (b"Date", b"today")]
        start = {"type": "http.response.start", "status": 302, "headers": headers}
        r.sends("http1", start)
        r.sends("http1", {"type": "http.response.body", "body": b""})

    response = script_of(talk).paragraphs[0][1]
    assert isinstance(response, ExpectResponse)
    assert response.headers == ((b"Location", b"/login/"),)


def test_a_header_that_changes_each_time_is_not_asserted() -> None:
    def talk(r: Recording, run: int) -> None:
        r.requests("http1", "GET", "/")
        r.responds("http1", 200, b"x", content_type=b"multipart/mixed; b=%d" % run)

    response = script_of(talk).paragraphs[0][1]
    assert isinstance(response, ExpectResponse)
    assert response.headers == ()


@pytest.mark.parametrize(
    ("body", "header", "expected", "is_json"),
    [
        (b'{"name": "x"}', None, {"name": "x"}, True),
        (b"\x00raw", None, b"\x00raw", False),
        (b"", None, b"", False),
        (b"a=1&b=2", FORM, b"a=1&b=2", False),
        (b"a=1&b=2&tokens=x", None, b"a=1&b=2&tokens=x", False),
    ],
)
def test_the_body_of_a_request_is_sent_as_it_was(
    body: bytes, header: Any, expected: Any, is_json: bool
) -> None:
    def talk(r: Recording, run: int) -> None:
        r.requests("http1", "POST", "/", body, headers=[header] if header else [])
        r.responds("http1", 200, b"{}")

    request = script_of(talk).paragraphs[0][0]
    assert isinstance(request, HttpRequest)
    assert (request.body, request.json) == (expected, is_json)


def test_a_secret_field_of_a_form_is_taken_from_the_environment() -> None:
    def talk(r: Recording, run: int) -> None:
        body = b"name=alice&password=hunter2%21&next=/"
        r.requests("http1", "POST", "/login/", body, headers=[FORM])
        r.responds("http1", 200, b"{}")

    request = script_of(talk).paragraphs[0][0]
    assert isinstance(request, HttpRequest)
    assert request.body == Code('f"name=alice&password={password}&next=/".encode()')
    assert "hunter2" not in written(talk).source


def test_a_secret_part_of_a_multipart_form_is_taken_from_the_environment() -> None:
    def talk(r: Recording, run: int) -> None:
        part = '--B\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        body = part % ("name", "alice") + part % ("password", "hunter2!") + "--B--\r\n"
        r.requests("http1", "POST", "/login/", body.encode())
        r.responds("http1", 200, b"{}")

    source = written(talk).source
    assert r"\r\n\r\n{password}\r\n--B--" in source
    assert "hunter2" not in source


def test_a_page_with_a_secret_is_not_compared_as_a_whole() -> None:
    def talk(r: Recording, run: int) -> None:
        page = b'<title>in</title><input name="csrftoken" value="t0ps3cret">'
        r.requests("http1", "GET", "/")
        r.responds("http1", 200, page, content_type=b"text/html")

    response = script_of(talk).paragraphs[0][1]
    assert isinstance(response, ExpectResponse)
    assert response.contains == (b"<title>in</title>",)
    assert "t0ps3cret" not in written(talk).source


def test_a_redirect_with_a_token_is_not_asserted() -> None:
    def talk(r: Recording, run: int) -> None:
        r.requests("http1", "GET", "/")
        headers = [(b"Location", b"/callback/?token=t0ps3cret")]
        start = {"type": "http.response.start", "status": 302, "headers": headers}
        r.sends("http1", start)
        r.sends("http1", {"type": "http.response.body", "body": b""})

    assert "t0ps3cret" not in written(talk).source


def test_a_value_of_one_response_is_carried_into_the_next_request() -> None:
    def talk(r: Recording, run: int) -> None:
        made = f"room-{run}-{run}{run}{run}"
        r.requests("http1", "POST", "/rooms/")
        r.responds("http1", 201, json.dumps({"room": made}).encode())
        r.requests("http2", "GET", f"/rooms/{made}/")
        r.responds("http2", 200, json.dumps({"room": made, "empty": True}).encode())

    source = written(talk).source
    assert 'content = json.loads(response["body"])' in source
    assert "f\"/rooms/{content['room']}/\"" in source
    assert '{"room": content["room"], "empty": True}' in source
