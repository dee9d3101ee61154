"""An example that keeps and one that breaks each rule of every scope type."""

import math
from typing import Any

import pytest

from asgilab.protocol import Conversation
from tests.protocol.playbook import (
    ACCEPT,
    BODY,
    CONNECT,
    EVERYTHING,
    FRAME,
    PART,
    REQUEST,
    START,
    Example,
    Scene,
    broken,
    changes_scope,
    given,
    http,
    play,
    queued,
    queued_object,
    returns,
    sends,
    sends_object,
    websocket,
    worded,
)

EXAMPLES = {
    "GEN-03": Example(
        Scene([given("mqtt.connect"), returns()], {"type": "mqtt"}),
        Scene([returns()], {"type": "mqtt"}),
    ),
    "GEN-04": Example(
        http(queued("http.request")), http(sends_object([("type", "x")]))
    ),
    "GEN-05": Example(http(START), http(sends_object({"status": 200}))),
    "GEN-06": Example(websocket(CONNECT, ACCEPT), websocket(CONNECT, START)),
    "GEN-07": Example(websocket(CONNECT), websocket(CONNECT, sends("websocket.ping"))),
    "GEN-08": Example(
        http(sends("http.response.debug", info={})), http(sends("http.response.debug"))
    ),
    "GEN-09": Example(
        http(sends("http.response.debug", info={"template": object()})),
        http(sends("http.response.debug", info="template")),
    ),
    "GEN-09b": Example(
        http(START, sends("http.response.body", body=b"ok")),
        http(START, sends("http.response.body", body=bytearray(b"ok"))),
    ),
    "GEN-11": Example(
        http(
            START, sends("http.response.body", note={"a": [1, 2.5, None, (b"", True)]})
        ),
        http(START, sends("http.response.body", note=object())),
    ),
    "GEN-12": Example(
        websocket(queued("websocket.connect")), websocket(queued("websocket.accept"))
    ),
    "GEN-13": Example(
        http(START, BODY, returns()), http(START, BODY, changes_scope(app=1), returns())
    ),
    "GEN-17": Example(
        http(REQUEST, START, BODY, returns(None)),
        http(REQUEST, START, BODY, returns(b"")),
    ),
}


@pytest.mark.parametrize("rule", EXAMPLES)
def test_what_keeps_a_rule_breaks_none(rule: str) -> None:
    assert broken(EXAMPLES[rule].legal) == []


@pytest.mark.parametrize("rule", EXAMPLES)
def test_what_breaks_a_rule_breaks_no_other(rule: str) -> None:
    assert broken(EXAMPLES[rule].illegal) == [rule]


@pytest.mark.parametrize(
    "message", [None, "websocket.send", [], object(), 1], ids=worded
)
def test_what_is_no_dict_is_no_event_in_either_direction(message: object) -> None:
    scene = websocket(CONNECT, sends_object(message), queued_object(message))
    assert broken(scene) == ["GEN-04", "GEN-04"]


@pytest.mark.parametrize("kind", [None, 1, b"websocket.send", [], {}], ids=worded)
def test_a_type_that_is_no_str_is_none(kind: object) -> None:
    message = {"type": kind}
    scene = websocket(CONNECT, sends_object(message), queued_object(message))
    assert broken(scene) == ["GEN-05", "GEN-05"]


def test_extra_keys_are_never_reported() -> None:
    """GEN-10."""
    extra = {"x-trace": "1", "more": [1, {"a": None}]}
    scene = websocket(
        given("websocket.connect", **extra),
        sends("websocket.accept", **extra),
        given("websocket.receive", text="", **extra),
        sends("websocket.send", text="", **extra),
        sends("websocket.close", **extra),
        returns(),
    )
    assert broken(scene) == []


def test_a_message_of_the_applications_own_is_no_event_to_send() -> None:
    """GEN-19, which GEN-06 covers."""
    assert broken(websocket(CONNECT, sends("chat.message", text="hi"))) == ["GEN-06"]


def test_an_extension_that_is_not_announced_may_not_be_used() -> None:
    """GEN-18, which EXT-01 covers."""
    scene = http(
        START, sends("http.response.push", path="/", headers=[]), extensions=[]
    )
    assert broken(scene) == ["EXT-01"]


@pytest.mark.parametrize(
    "value",
    [
        {1, 2},
        math.nan,
        math.inf,
        2**63,
        -(2**63) - 1,
        {1: "a"},
        [[object()]],
        {"a": {"b": {3}}},
        bytearray(),
        1j,
    ],
    ids=worded,
)
def test_a_value_that_no_event_may_hold_is_found_however_deep(value: object) -> None:
    assert broken(http(START, sends("http.response.body", note=value))) == ["GEN-11"]


@pytest.mark.parametrize(
    "value", [2**63 - 1, -(2**63), 0.5, "", b"", (), [], {}, True], ids=worded
)
def test_a_value_that_an_event_may_hold_is_no_finding(value: object) -> None:
    assert broken(http(START, sends("http.response.body", note=value))) == []


def test_a_list_that_holds_itself_is_refused_and_hangs_nobody() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert broken(http(START, sends("http.response.body", note=endless))) == ["GEN-11"]


def test_values_that_are_delivered_are_held_to_the_same() -> None:
    scene = websocket(CONNECT, ACCEPT, given("websocket.receive", text="", note={1}))
    assert broken(scene) == ["GEN-11"]


def test_a_key_that_is_no_str_is_refused() -> None:
    scene = websocket(
        CONNECT, ACCEPT, sends_object({"type": "websocket.send", "text": "", 1: 2})
    )
    assert broken(scene) == ["GEN-11"]


def test_an_int_of_a_known_key_is_held_to_64_bits_too() -> None:
    scene = http(
        START, sends("http.response.zerocopysend", file=open_file(), count=2**63)
    )
    assert broken(scene) == ["GEN-11"]


def open_file() -> object:
    class File:
        closed = True

        def fileno(self) -> int:
            return 3

    return File()


def test_what_is_inside_state_is_free_to_change() -> None:
    scene = http(START, BODY, returns())
    conversation = Conversation(scene.scope, EVERYTHING)
    scene.scope["state"]["visits"] = 1
    assert conversation.raised() == ()


def test_a_changed_scope_is_told_by_the_names_of_its_keys() -> None:
    scene = http(START, BODY, changes_scope(app=1, path="/b"), returns())
    [finding] = play(scene)
    assert finding.text == (
        "the application changed 'path', 'app' in its scope; expected a changed copy"
    )


def test_a_key_that_was_taken_out_of_the_scope_is_a_change_too() -> None:
    scene = http(START, BODY, returns())
    conversation = Conversation(scene.scope, EVERYTHING)
    del scene.scope["path"]
    conversation.sent({"type": "http.response.start", "status": 200})
    conversation.sent({"type": "http.response.body"})
    assert [finding.rule for finding in conversation.returned()] == ["GEN-13"]


def test_a_scope_of_an_unknown_type_allows_every_event() -> None:
    scene = Scene(
        [
            queued_object(object()),
            sends_object(None),
            sends("anything"),
            given("channel.message"),
            returns(),
        ],
        {"type": "channel", "channel": "thumbnails"},
    )
    assert broken(scene) == []


@pytest.mark.parametrize("scope", [{}, {"type": None}, {"type": ["http"]}], ids=worded)
def test_a_scope_without_a_type_allows_every_event(scope: dict[str, Any]) -> None:
    assert broken(Scene([PART, FRAME, returns()], scope)) == []
