"""How each statement reads, for each target."""

import ast
from typing import Any, get_args

import pytest

from asgilab.export import _rendering
from asgilab.export._literals import literal
from asgilab.export._nodes import Code
from asgilab.export._rendering import Style, Target, cookie_of, render
from asgilab.export._statements import (
    Connect,
    Disconnect,
    ExpectBytes,
    ExpectClose,
    ExpectDenied,
    ExpectEvent,
    ExpectJson,
    ExpectNothing,
    ExpectRaised,
    ExpectResponse,
    ExpectText,
    ExpectUnordered,
    HttpRequest,
    Open,
    SendBytes,
    SendEvent,
    SendJson,
    SendText,
    Statement,
)

OURS = Style(Target.ASGILAB)
THEIRS = Style(Target.CHANNELS)
CLOSE = {"type": "websocket.close", "code": 4001}


@pytest.mark.parametrize(
    ("statement", "lines"),
    [
        (Connect("a"), ["connected, _ = await a.connect()", "assert connected"]),
        (
            Connect("a", True, "chat.v1"),
            [
                "connected, subprotocol = await a.connect()",
                "assert connected",
                'assert subprotocol == "chat.v1"',
            ],
        ),
        (
            Connect("a", False, code=4401),
            [
                "connected, code = await a.connect()",
                "assert not connected",
                "assert code == 4401",
            ],
        ),
        (SendJson("a", {"n": 1}), ['await a.send_json_to({"n": 1})']),
        (SendText("a", "hi"), ['await a.send_to(text_data="hi")']),
        (SendBytes("a", b"hi"), ['await a.send_to(bytes_data=b"hi")']),
        (SendEvent("a", {"type": "x"}), ['await a.send_input({"type": "x"})']),
        (ExpectJson("a", [7]), ["assert await a.receive_json_from() == [7]"]),
        (
            ExpectJson("a", {"id": Code("IsUUID(4)")}, "message"),
            [
                "message = await a.receive_json_from()",
                'assert message == {"id": IsUUID(4)}',
            ],
        ),
        (ExpectText("a", "hi"), ['assert await a.receive_from() == "hi"']),
        (ExpectBytes("a", b"hi"), ['assert await a.receive_from() == b"hi"']),
        (
            ExpectEvent("a", {"type": "x"}),
            ['assert await a.receive_output() == {"type": "x"}'],
        ),
        (
            ExpectUnordered("a", ({"n": 3}, {"n": 2})),
            [
                "messages = [await a.receive_json_from() for _ in range(2)]",
                'assert messages == IsList({"n": 3}, {"n": 2}, check_order=False)',
            ],
        ),
        (ExpectNothing("a"), ["assert await a.receive_nothing()"]),
        (Disconnect("a"), ["await a.disconnect()"]),
        (Disconnect("a", 1001), ["await a.disconnect(code=1001)"]),
        (
            ExpectRaised("a", "json.decoder.JSONDecodeError", "", "connect()"),
            ["with pytest.raises(JSONDecodeError):", "    await a.connect()"],
        ),
        (
            ExpectRaised("a", "KeyError", "no 'total' (yet)", "connect()"),
            [
                "with pytest.raises(KeyError, "
                r"""match=r"no 'total' \(yet\)"):""",
                "    await a.connect()",
            ],
        ),
        (
            ExpectResponse("a", 200, ((b"Content-Type", b"text/plain"),), b"ok"),
            [
                "response = await a.get_response()",
                'assert response["status"] == 200',
                'assert dict(response["headers"])[b"Content-Type"] == b"text/plain"',
                'assert response["body"] == b"ok"',
            ],
        ),
        (
            ExpectResponse("a", 200, (), {"id": 7}, json=True, variable="content"),
            [
                "response = await a.get_response()",
                'assert response["status"] == 200',
                'content = json.loads(response["body"])',
                'assert content == {"id": 7}',
            ],
        ),
        (
            ExpectResponse("a", 200, (), contains=(b"<title>x</title>",)),
            [
                "response = await a.get_response()",
                'assert response["status"] == 200',
                'assert b"<title>x</title>" in response["body"]',
            ],
        ),
    ],
)
def test_a_statement_reads_as_in_the_channels_documentation(
    statement: Statement, lines: list[str]
) -> None:
    assert render(statement, OURS) == lines
    assert render(statement, THEIRS) == lines


@pytest.mark.parametrize(
    ("statement", "ours", "theirs"),
    [
        (
            Open("a", "/ws/", user="alice"),
            ['a = WebsocketCommunicator(application, "/ws/", user=alice)'],
            [
                'a = WebsocketCommunicator(application, "/ws/")',
                'a.scope["user"] = alice',
            ],
        ),
        (
            Open("a", "/", ((b"origin", b"http://x"),), ("v1",)),
            [
                'a = WebsocketCommunicator(application, "/", '
                'subprotocols=["v1"], origin="http://x")'
            ],
            [
                "a = WebsocketCommunicator(",
                '    application, "/", headers=[(b"origin", b"http://x")], '
                'subprotocols=["v1"]',
                ")",
            ],
        ),
        (
            Open("a", "/", implied=((b"origin", b"http://x"),)),
            ['a = WebsocketCommunicator(application, "/")'],
            [
                'a = WebsocketCommunicator(application, "/", '
                'headers=[(b"origin", b"http://x")])'
            ],
        ),
        (
            HttpRequest("a", "GET", "/", user="alice"),
            ['a = HttpCommunicator(application, "GET", "/", user=alice)'],
            [
                'a = HttpCommunicator(application, "GET", "/", '
                'headers=[(b"cookie", alice_cookie)])'
            ],
        ),
        (
            ExpectClose("a", CLOSE, 4001),
            ["await a.expect_close(4001)"],
            [
                "assert await a.receive_output() == "
                '{"type": "websocket.close", "code": 4001}'
            ],
        ),
        (
            SendText("a", ""),
            ['await a.send_to(text_data="")'],
            ['await a.send_input({"type": "websocket.receive", "text": ""})'],
        ),
        (
            SendBytes("a", b""),
            ['await a.send_to(bytes_data=b"")'],
            ['await a.send_input({"type": "websocket.receive", "bytes": b""})'],
        ),
        (
            ExpectDenied("a", 401, b"no"),
            [
                "denial = await a.expect_denied(401)",
                'assert denial["body"] == b"no"',
            ],
            [
                'await a.send_input({"type": "websocket.connect"})',
                "denial = await a.receive_output()",
                'assert denial["type"] == "websocket.http.response.start"',
                'assert denial["status"] == 401',
                "denial = await a.receive_output()",
                'assert denial["body"] == b"no"',
            ],
        ),
    ],
)
def test_where_channels_has_no_word_for_it_the_longer_way_is_written(
    statement: Statement, ours: list[str], theirs: list[str]
) -> None:
    assert render(statement, OURS) == ours
    assert render(statement, THEIRS) == theirs


def test_a_json_body_is_encoded_in_the_test() -> None:
    request = HttpRequest("a", "POST", "/", {"n": 1}, json=True)
    assert render(request, OURS) == [
        'a = HttpCommunicator(application, "POST", "/", '
        'body=json.dumps({"n": 1}).encode())'
    ]


def test_the_reason_of_a_close_is_expected_too() -> None:
    assert render(ExpectClose("a", CLOSE, 4001, 'the "end"'), OURS) == [
        "await a.expect_close(4001, 'the \"end\"')"
    ]


def test_a_close_reason_that_holds_no_code_stays_a_text() -> None:
    (line,) = render(ExpectClose("a", CLOSE, 4001, '"); import os #'), OURS)
    (statement,) = ast.parse(f"async def f():\n    {line}").body
    assert "import os" in ast.dump(statement)
    assert not any(isinstance(n, ast.Import) for n in ast.walk(statement))


def test_lines_are_indented_and_broken_for_the_place_they_stand_in() -> None:
    statement = ExpectJson("alice", {"text": "x" * 30, "more": "y" * 20})
    assert len(render(statement, OURS)) == 4
    assert all(line.startswith(" " * 8) for line in render(statement, OURS, " " * 8))


def test_the_application_is_called_as_its_import_string_says() -> None:
    style = Style(Target.ASGILAB, "project.app")
    assert render(Open("a", "/"), style) == [
        'a = WebsocketCommunicator(project.app, "/")'
    ]


def test_an_origin_that_is_no_plain_text_stays_a_header() -> None:
    secret = Code("alice_origin.encode()")
    lines = render(Open("a", "/", ((b"origin", secret),)), OURS)
    assert 'headers=[(b"origin", alice_origin.encode())]' in lines[1]


@pytest.mark.parametrize("kind", get_args(Statement))
def test_every_statement_has_its_way_to_be_written(kind: Any) -> None:
    assert kind in _rendering._RENDERERS


def test_the_fixture_of_a_cookie_is_called_after_the_user() -> None:
    assert cookie_of("alice_user") == "alice_user_cookie"


@pytest.mark.parametrize("payload", [{"ok": True}, {"in": [{"no": False}]}, [2.0]])
def test_what_python_takes_for_another_type_is_compared_exactly(payload: Any) -> None:
    statement = ExpectJson("a", payload)
    plain = f"assert await a.receive_json_from() == {literal(payload)}"
    exact = f"assert await a.receive_json_from() == Exactly({literal(payload)})"
    assert render(statement, OURS) == [exact]
    assert render(statement, THEIRS) == [plain]
    pair = ExpectUnordered("a", (payload, {"n": 7}))
    assert f"IsList(Exactly({literal(payload)}), " in "".join(render(pair, OURS))
    response = ExpectResponse("a", 200, (), payload, json=True)
    assert render(response, OURS)[-1].endswith(f"== Exactly({literal(payload)})")


@pytest.mark.parametrize(
    "payload", [{"n": 1, "f": 0.5, "t": "1", "none": None}, [0], "1"]
)
def test_other_payloads_are_compared_as_they_are(payload: Any) -> None:
    (line,) = render(ExpectJson("a", payload), OURS)
    assert line.endswith(f"== {literal(payload)}")
