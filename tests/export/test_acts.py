"""What a client did, as statements."""

from typing import Any

import pytest

from asgilab.errors import ExportError
from asgilab.export._nodes import Code
from asgilab.export._statements import (
    Connect,
    Disconnect,
    ExpectDenied,
    ExpectNothing,
    ExpectRaised,
    ExpectResponse,
    HttpRequest,
    Open,
    SendBytes,
    SendEvent,
    SendJson,
    SendText,
    Statement,
)
from asgilab.sessions import Kind
from tests.export.scripts import Talk, script_of
from tests.replay.recording import TRACEBACK, Recording, frame

HOST = (b"host", b"localhost")


def first(talk: Talk) -> tuple[Statement, ...]:
    return script_of(talk).paragraphs[0]


def answered(*events: dict[str, Any]) -> tuple[Statement, ...]:
    """Return what becomes of a connect that is answered with some events."""

    def talk(r: Recording, run: int) -> None:
        r.starts("alice", "/ws/")
        for event in events:
            r.sends("alice", event)

    return first(talk)


def test_an_accepted_connection_is_asserted_to_be() -> None:
    assert answered({"type": "websocket.accept"})[0] == Connect("alice")


def test_a_chosen_subprotocol_is_asserted() -> None:
    accept = {"type": "websocket.accept", "subprotocol": "chat.v1"}
    assert answered(accept)[0] == Connect("alice", True, "chat.v1")


def test_a_refused_connection_is_asserted_with_its_code() -> None:
    close = {"type": "websocket.close", "code": 4401}
    assert answered(close) == (Connect("alice", False, code=4401),)
    assert answered({"type": "websocket.close"})[0] == Connect(
        "alice", False, code=1000
    )


def test_a_denial_is_asserted_with_status_and_body() -> None:
    denial = "websocket.http.response"
    assert answered(
        {"type": f"{denial}.start", "status": 401, "headers": []},
        {"type": f"{denial}.body", "body": b"go ", "more_body": True},
        {"type": f"{denial}.body", "body": b"away"},
    ) == (ExpectDenied("alice", 401, b"go away"),)


def test_a_connection_that_gets_no_answer_is_begun_with_the_bare_event() -> None:
    assert answered() == (SendEvent("alice", {"type": "websocket.connect"}),)


def test_an_exception_in_connect_comes_out_of_connecting() -> None:
    def talk(r: Recording, run: int) -> None:
        r.starts("alice", "/ws/")
        r.fails("alice", TRACEBACK)

    assert first(talk) == (
        ExpectRaised("alice", "ZeroDivisionError", "division by zero", "connect()"),
    )


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (frame({"a": 1}), SendJson("alice", {"a": 1})),
        (frame("a"), SendText("alice", "a")),
        (frame(""), SendText("alice", "")),
        (frame(b"a"), SendBytes("alice", b"a")),
        (frame(b""), SendBytes("alice", b"")),
    ],
)
def test_a_frame_is_sent_as_what_it_holds(
    message: dict[str, Any], expected: Statement
) -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.event("alice", Kind.RECEIVE, {"type": "websocket.receive", **message})

    assert script_of(talk).paragraphs[1][0] == expected


def test_any_other_event_is_given_as_it_is() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.event("alice", Kind.RECEIVE, {"type": "websocket.pong"})

    assert script_of(talk).paragraphs[1][0] == SendEvent(
        "alice", {"type": "websocket.pong"}
    )


def test_before_a_client_leaves_it_is_asserted_that_nothing_more_came() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.opens("bob")
        r.leaves("alice", 1001)
        r.hears("bob", {"left": "alice"})

    assert script_of(talk).paragraphs[2][:2] == (
        ExpectNothing("alice"),
        Disconnect("alice", 1001),
    )


def test_a_code_that_is_no_number_is_given_as_it_is_and_never_as_source() -> None:
    goodbye = {"type": "websocket.disconnect", "code": "1); import os; (1"}

    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        r.event("alice", Kind.RECEIVE, goodbye)

    assert SendEvent("alice", goodbye) in script_of(talk).paragraphs[1]


@pytest.mark.parametrize(
    ("code", "call"), [(1000, "disconnect()"), (1001, "disconnect(code=1001)")]
)
def test_an_exception_in_disconnect_comes_out_of_disconnecting(
    code: int, call: str
) -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice")
        goodbye = {"type": "websocket.disconnect", "code": code}
        r.event("alice", Kind.RECEIVE, goodbye)
        r.fails("alice", TRACEBACK)

    raised = script_of(talk).paragraphs[1][1]
    assert isinstance(raised, ExpectRaised)
    assert raised.during == call


def test_a_user_is_signed_in_again_so_its_cookies_are_not_written() -> None:
    def talk(r: Recording, run: int) -> None:
        cookies = (b"cookie", b"sessionid=0123456789abcdef; csrftoken=x")
        r.opens("alice", user="alice", headers=[cookies, (b"origin", b"http://a")])

    (opened,) = script_of(talk, django=True).opened
    assert opened == Open(
        "alice", "/ws/chat/lobby/", ((b"origin", b"http://a"),), (), "alice_user"
    )


def test_the_origin_of_the_same_site_is_kept_for_a_django_project() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice", headers=[HOST, (b"origin", b"http://localhost")])

    implied = ((b"origin", b"http://localhost"),)
    assert script_of(talk, django=True).opened[0].implied == implied
    assert script_of(talk).opened[0].implied == ()
    assert script_of(talk).opened[0].headers == ()


def test_a_session_cookie_without_a_user_is_refused_in_a_django_project() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice", headers=[(b"cookie", b"sessionid=0123456789abcdef")])

    with pytest.raises(ExportError, match="cookie 'sessionid'") as caught:
        script_of(talk, django=True)
    assert "0123456789" not in str(caught.value)
    assert "user=" in str(caught.value)


def test_elsewhere_cookies_come_from_the_environment() -> None:
    def talk(r: Recording, run: int) -> None:
        r.opens("alice", headers=[(b"cookie", b"session=0123456789abcdef")])

    script = script_of(talk)
    assert script.opened[0].headers == ((b"cookie", Code("alice_cookie.encode()")),)


def test_a_connection_without_a_scope_cannot_become_a_test() -> None:
    def talk(r: Recording, run: int) -> None:
        r.event("alice", Kind.RECEIVE, {"type": "websocket.connect"})

    with pytest.raises(ExportError, match="does not hold the scope of 'alice'"):
        script_of(talk)


def test_a_request_is_made_and_its_response_asserted() -> None:
    def talk(r: Recording, run: int) -> None:
        r.requests("api", "PUT", "/x?y=1", user="alice")
        r.responds("api", 204)

    assert first(talk)[0] == HttpRequest("api", "PUT", "/x?y=1", user="alice")
    assert isinstance(first(talk)[1], ExpectResponse)


def test_an_exception_instead_of_a_response_comes_out_of_getting_it() -> None:
    def talk(r: Recording, run: int) -> None:
        r.requests("api", "GET", "/")
        r.sends("api", {"type": "http.response.start", "status": 200, "headers": []})
        r.fails("api", TRACEBACK)

    assert [type(s) for s in first(talk)] == [HttpRequest, ExpectRaised]
    assert "get_response()" in str(first(talk)[1])


def test_an_exception_after_the_response_comes_out_of_waiting_for_the_end() -> None:
    def talk(r: Recording, run: int) -> None:
        r.requests("api", "GET", "/")
        r.sends("api", {"type": "http.response.start", "status": 200, "headers": []})
        r.sends("api", {"type": "http.response.body", "body": b""})
        r.fails("api", TRACEBACK)

    assert [type(s) for s in first(talk)] == [HttpRequest, ExpectResponse, ExpectRaised]
    assert "wait()" in str(first(talk)[2])


@pytest.mark.parametrize("started", [False, True])
def test_a_request_without_a_whole_response_cannot_become_a_test(
    started: bool,
) -> None:
    def talk(r: Recording, run: int) -> None:
        r.requests("api", "GET", "/")
        if started:
            start = {"type": "http.response.start", "status": 200, "headers": []}
            r.sends("api", start)

    with pytest.raises(ExportError, match="response to 'api' has not come to its end"):
        script_of(talk)
