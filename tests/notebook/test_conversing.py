"""The magics send, receive, nothing and http."""

import json

import pytest
from IPython.core.error import UsageError as BadArguments
from IPython.core.interactiveshell import InteractiveShell

from asgilab.errors import (
    ApplicationEnded,
    NoOutput,
    PayloadError,
    UnexpectedEvent,
    UnknownConnection,
)
from tests.notebook.conftest import Magic


@pytest.fixture
def bob(magic: Magic) -> Magic:
    """The magics, with bob connected."""
    magic("connect", "/ws/ --as bob")
    return magic


def test_a_payload_goes_as_its_json_text_and_comes_back_decoded(bob: Magic) -> None:
    sent = bob("send", 'bob {"n": 1, "ok": true}')
    assert repr(sent) == ('bob → websocket.receive {"n":1,"ok":true}\n  unread: bob 1')
    assert bob("receive", "bob") == {"n": 1, "ok": True}


def test_a_payload_may_use_the_variables_of_the_notebook(
    bob: Magic, bare: InteractiveShell
) -> None:
    bare.user_ns["room"] = "lobby"
    bob("send", "bob {'room': room.upper(), 'list': [room for _ in 'ab']}")
    assert bob("receive", "bob") == {"room": "LOBBY", "list": ["lobby", "lobby"]}


def test_a_payload_may_use_the_variables_of_the_function_it_stands_in(
    bob: Magic, bare: InteractiveShell
) -> None:
    bare.run_cell(
        "def say(text):\n    %asgi_send bob {'said': text}\nsay('hi')"
    ).raise_error()
    assert bob("receive", "bob") == {"said": "hi"}


def test_a_cell_can_be_the_payload(bob: Magic) -> None:
    bob("send", "bob", '{\n  "long": [1,\n    2]\n}\n')
    assert bob("receive", "bob") == {"long": [1, 2]}
    with pytest.raises(BadArguments, match="the payload stands in the cell"):
        bob("send", "bob {}", "{}")


def test_text_and_bytes_go_as_they_are(bob: Magic) -> None:
    for payload, got in (('"hi"', "hi"), ("b'\\x00'", b"\0"), ('""', ""), ("b''", b"")):
        bob("send", f"bob {payload}")
        assert bob("receive", "bob") == got


def test_json_can_be_left_as_text(bob: Magic) -> None:
    bob("send", 'bob {"n": 1}')
    assert bob("receive", "bob --text") == '{"n": 1}'


def test_the_name_may_come_from_a_variable(bob: Magic, bare: InteractiveShell) -> None:
    bare.user_ns["who"] = "bob"
    bob("send", '$who {"who": "$who {who}"}')
    assert bob("receive", "{who}") == {"who": "$who {who}"}


@pytest.mark.parametrize(
    ("line", "error", "text"),
    [
        ("bob nonsense here", PayloadError, "as JSON, expecting value"),
        ("bob", PayloadError, "The payload is missing"),
        ("bob {1, 2}", PayloadError, "type set cannot be sent"),
        ("nobody {}", UnknownConnection, "Connected: bob"),
        ("", BadArguments, "the name is missing"),
    ],
)
def test_what_cannot_be_sent_is_refused_and_nothing_is_lost(
    bob: Magic, line: str, error: type[Exception], text: str
) -> None:
    bob("send", 'bob "before"')
    with pytest.raises(error, match=text):
        bob("send", line)
    assert bob("receive", "bob") == "before"


def test_what_the_application_raises_comes_out_of_the_send(bob: Magic) -> None:
    bob("send", 'bob "before"')
    with pytest.raises(LookupError, match="boom it is"):
        bob("send", 'bob "boom"')
    assert bob("receive", "bob") == "before"
    with pytest.raises((ApplicationEnded, LookupError)):
        bob("send", 'bob "more"')


def test_what_a_paused_connection_has_received_is_delivered(bob: Magic) -> None:
    bob("break", "send bob")
    standing = bob("send", 'bob "on its way"')
    assert standing.stop.direction == "send"
    assert "delivered: websocket.receive on its way" in repr(standing)


def test_a_paused_connection_tells_at_once_where_it_stands(bob: Magic) -> None:
    bob("step", "bob")
    standing = bob("send", 'bob "held"')
    assert standing.stop.direction == "receive"
    assert "held at receive: websocket.receive held" in repr(standing)
    behind = bob("send", 'bob "behind"')
    assert "not received yet: websocket.receive behind" in repr(behind)
    with pytest.raises(NoOutput) as caught:
        bob("receive", "bob --timeout 3600")
    assert "%asgi_step bob lets it through" in "".join(caught.value.__notes__)


def test_a_close_where_a_frame_was_expected_tells_its_code(bob: Magic) -> None:
    bob("send", 'bob "bye"')
    with pytest.raises(UnexpectedEvent, match=r"was 'websocket\.close'") as caught:
        bob("receive", "bob")
    assert "4000" in "".join(caught.value.__notes__)


def test_nothing_to_receive_is_an_error_with_the_last_events(bob: Magic) -> None:
    with pytest.raises(NoOutput) as caught:
        bob("receive", "bob --timeout 0.01")
    assert "websocket.accept" in "".join(caught.value.__notes__)


def test_certain_silence_is_told_as_such(bob: Magic) -> None:
    verdict = bob("nothing", "bob --timeout 3600")
    assert verdict
    assert verdict.certain
    assert repr(verdict) == "bob sends nothing: certain, nothing is left to run."


def test_silence_before_a_timer_names_the_timer(bob: Magic) -> None:
    bob("send", 'bob "later"')
    verdict = bob("nothing", "bob --timeout 1")
    assert verdict.certain
    assert "before a timer in 3.6e+03 s" in repr(verdict)


def test_an_event_in_place_of_silence_is_an_error_and_stays_to_be_received(
    bob: Magic,
) -> None:
    bob("send", 'bob {"surprise": 1}')
    with pytest.raises(UnexpectedEvent, match=r'it sent websocket.send {"surprise":1}'):
        bob("nothing", "bob")
    assert bob("receive", "bob") == {"surprise": 1}


def test_a_request_gives_its_response_as_a_dict(magic: Magic) -> None:
    answer = magic("http", "get /x/?a=1")
    assert (answer["status"], answer.status) == (200, 200)
    assert answer.json() == {"method": "GET", "path": "/x/", "body": "", "kind": None}


def test_the_cell_is_the_body_of_a_request(magic: Magic) -> None:
    told = magic("http", "POST /x/", '{"a":  "$b {c}"}\n').json()
    assert (told["body"], told["kind"]) == ('{"a":  "$b {c}"}', "application/json")
    told = magic("http", "POST /x/ --header 'content-type: a/b'", "x=1\n").json()
    assert (told["body"], told["kind"]) == ("x=1", "a/b")


def test_a_body_may_stand_on_the_line(magic: Magic, bare: InteractiveShell) -> None:
    bare.user_ns["n"] = 3
    told = magic("http", 'PUT /x/ --json \'{"n": n, "text": "{n}"}\'').json()
    assert json.loads(told["body"]) == {"n": 3, "text": "{n}"}
    for line in ('{"n":  1}', '--json {"n":  1}', '--json={"n":  1} --as page'):
        told = magic("http", f"PUT /x/ {line} --timeout 5").json()
        assert told["body"] == '{"n": 1}'
    assert magic("http", "PUT /x/ --json '\"word\"'").json()["body"] == '"word"'
    assert magic("http", "PUT /x/ --body 'a {n} $n'").json()["body"] == "a {n} $n"


@pytest.mark.parametrize("line", ["--body x --json 1", "--json b'x'", "--json nope"])
def test_an_impossible_body_is_refused(magic: Magic, line: str) -> None:
    with pytest.raises(PayloadError):
        magic("http", f"POST /x/ {line}")


def test_a_paused_request_can_be_stepped_to_its_response(
    magic: Magic, bare: InteractiveShell
) -> None:
    magic("break")
    held = magic("http", "GET /x/ --as page")
    assert held.stop.message["type"] == "http.request"
    magic("continue")
    result = bare.run_cell("await page.get_response()")
    assert result.result["status"] == 200
