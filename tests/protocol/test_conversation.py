"""The walker: its texts, its states after a finding, what it leaves alone.

What each rule asks for is tested in ``rulebook/``; random sequences, in
``test_second_judge.py``.
"""

from typing import Any

import pytest

from asgilab.protocol import (
    NOTHING,
    OFF,
    SPEC,
    STRICT,
    Conversation,
    Finding,
    Severity,
    http_scope,
    lifespan_scope,
    websocket_scope,
)
from tests.protocol.playbook import EVERYTHING, worded
from tests.protocol.stage import ids


def opened(**scope: Any) -> Conversation:
    """A websocket that was accepted."""
    conversation = connecting(**scope)
    assert conversation.sent({"type": "websocket.accept"}) is NOTHING
    return conversation


def connecting(**scope: Any) -> Conversation:
    """A websocket whose application has received the connect."""
    conversation = Conversation(websocket_scope("/ws/", **scope))
    connect = {"type": "websocket.connect"}
    assert conversation.deliver(connect) is NOTHING
    conversation.received(connect)
    return conversation


def started() -> Conversation:
    """A request whose response has started."""
    conversation = Conversation(http_scope("GET", "/"))
    assert conversation.sent({"type": "http.response.start", "status": 200}) is NOTHING
    return conversation


def test_a_frame_before_accept_names_what_was_expected() -> None:
    [finding] = connecting().sent({"type": "websocket.send", "text": "hi"})
    assert finding == Finding(
        "WS-30",
        Severity.ERROR,
        "websocket.send in state connecting; expected websocket.accept, "
        "websocket.close or websocket.http.response.start",
    )
    assert str(finding).startswith("WS-30: websocket.send in state connecting; ")


def test_an_extension_that_is_not_announced_is_not_expected_either() -> None:
    [finding] = connecting(extensions=[]).sent({"type": "websocket.send", "text": "hi"})
    assert finding.text == (
        "websocket.send in state connecting; "
        "expected websocket.accept or websocket.close"
    )


def test_an_answer_that_is_too_early_is_told_so() -> None:
    conversation = Conversation(websocket_scope("/"))
    [finding] = conversation.sent({"type": "websocket.accept"})
    assert finding.text == (
        "websocket.accept in state connecting before websocket.connect was received; "
        "expected it afterwards"
    )
    assert conversation.state == "open"


def test_an_event_of_another_protocol_is_told_with_the_scope() -> None:
    [finding] = opened().sent({"type": "http.response.start", "status": 200})
    assert finding.text == (
        "http.response.start in state open of a websocket scope; "
        "expected websocket.send or websocket.close"
    )


def test_an_unknown_event_is_told_so() -> None:
    [finding] = opened().sent({"type": "websocket.ping"})
    assert finding.text == (
        "websocket.ping in state open, which is no event to send; "
        "expected websocket.send or websocket.close"
    )


def test_an_event_that_only_the_server_sends_is_none_to_send() -> None:
    [finding] = opened().sent({"type": "websocket.receive", "text": "hi"})
    assert finding.rule == "GEN-07"


def test_an_unknown_event_to_deliver_is_told_so() -> None:
    [finding] = opened().deliver({"type": "websocket.ping"})
    assert finding.text == (
        "websocket.ping in state open, which is no event to deliver; "
        "expected websocket.receive or websocket.disconnect"
    )


def test_an_extension_is_told_to_be_missing() -> None:
    message = {"type": "http.response.push", "path": "/", "headers": []}
    [finding] = started().sent(message)
    assert finding.text == (
        "http.response.push in state responding without its extension in the scope; "
        "expected http.response.body or http.response.early_hint"
    )


def test_a_wrong_value_is_told_with_what_was_expected() -> None:
    [finding] = Conversation(http_scope("GET", "/")).sent(
        {"type": "http.response.start", "status": "200 OK"}
    )
    assert finding.text == (
        "http.response.start in state waiting has status '200 OK'; expected int"
    )


def test_what_came_twice_is_told_so() -> None:
    [finding] = opened().deliver({"type": "websocket.connect"})
    assert finding.text == (
        "websocket.connect in state open for the second time; "
        "expected websocket.receive or websocket.disconnect"
    )


def test_a_body_after_the_end_expects_nothing() -> None:
    conversation = started()
    conversation.sent({"type": "http.response.body"})
    [finding] = conversation.sent({"type": "http.response.body"})
    assert finding.text == (
        "http.response.body in state finished; expected nothing now"
    )


def test_an_end_that_comes_too_early_is_told_with_what_was_due() -> None:
    [finding] = started().returned()
    assert finding.text == (
        "the application returned in state responding; "
        "expected http.response.body or http.response.early_hint"
    )


def test_what_was_returned_is_told() -> None:
    conversation = started()
    conversation.sent({"type": "http.response.body"})
    [finding] = conversation.returned({"status": 200})
    assert finding.text == (
        "the application returned a value of type dict; expected None"
    )


def test_a_scope_of_an_unknown_type_wants_an_exception() -> None:
    [finding] = Conversation({"type": "mqtt"}).returned()
    assert finding.rule == "GEN-03"
    assert finding.text == (
        "the application returned at once from a scope of type 'mqtt'; "
        "expected an exception"
    )


def test_an_exception_is_right_for_a_scope_of_an_unknown_type() -> None:
    conversation = Conversation({"type": "mqtt"})
    conversation.gone()
    assert conversation.raised() == ()
    assert (conversation.state, conversation.over) == ("unknown", False)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("x" * 10_000, "'xxxx"),
        ("websocket.\nsend", r"'websocket.\nsend'"),
        ("websocket.\x1b[2J", r"'websocket.\x1b[2J'"),
        ("", "''"),
    ],
    ids=["long", "two lines", "escape", "empty"],
)
def test_a_type_that_came_is_never_printed_raw(kind: str, told: str) -> None:
    [finding] = opened().sent({"type": kind})
    assert finding.text.startswith(told)
    assert finding.text.isprintable()
    assert len(finding.text) < 200


def test_no_text_shows_a_headers_value() -> None:
    headers = [(b"Set-Cookie", b"secret=1, other=2\r\n"), (b"x", "secret")]
    message = {"type": "http.response.start", "status": 200, "headers": headers}
    findings = Conversation(http_scope("GET", "/"), EVERYTHING).sent(message)
    assert len(findings) == 4
    assert not [finding for finding in findings if "secret" in finding.text]


def test_no_text_shows_a_body_or_a_frame() -> None:
    [finding] = started().sent({"type": "http.response.body", "body": ["secret"]})
    assert "secret" not in finding.text


def test_an_event_out_of_order_leaves_the_state_as_it_was() -> None:
    conversation = connecting()
    assert ids(conversation.sent({"type": "websocket.send", "text": "hi"})) == ["WS-30"]
    assert conversation.state == "connecting"
    assert conversation.sent({"type": "websocket.accept"}) == ()


def test_wrong_values_move_the_state_as_the_right_ones_would() -> None:
    conversation = Conversation(http_scope("GET", "/"))
    conversation.sent({"type": "http.response.start", "status": None})
    assert conversation.state == "responding"
    assert conversation.sent({"type": "http.response.body"}) == ()
    assert conversation.returned() == ()


def test_a_delivery_with_an_error_changes_nothing() -> None:
    conversation = opened()
    assert ids(conversation.deliver({"type": "websocket.disconnect"})) == ["WS-04"]
    assert conversation.state == "open"
    assert conversation.deliver({"type": "websocket.disconnect", "code": 1000}) == ()
    assert conversation.state == "gone"


def test_a_delivery_that_is_forced_counts_whatever_is_found() -> None:
    conversation = opened()
    message = {"type": "websocket.disconnect"}
    assert ids(conversation.deliver(message, forced=True)) == ["WS-04"]
    assert conversation.state == "gone"


def test_a_delivery_with_a_warning_counts() -> None:
    conversation = opened()
    message = {"type": "websocket.disconnect", "code": 2000}
    assert ids(conversation.deliver(message)) == ["WS-05"]
    assert conversation.state == "gone"


def test_what_the_specification_ignores_is_marked() -> None:
    conversation = opened()
    assert not conversation.ignored
    conversation.sent({"type": "websocket.close"})
    assert not conversation.ignored
    conversation.sent({"type": "websocket.send", "text": "hi"})
    assert conversation.ignored


def test_what_is_refused_for_an_error_is_not_marked_as_ignored() -> None:
    conversation = connecting()
    conversation.sent({"type": "websocket.send", "text": "hi"})
    assert not conversation.ignored


def test_after_the_client_has_gone_a_send_is_ignored_without_a_finding() -> None:
    conversation = opened()
    conversation.gone()
    assert conversation.sent({"type": "websocket.send", "text": "hi"}) == ()
    assert (conversation.ignored, conversation.state) == (True, "gone")


def test_a_rule_that_is_off_is_not_reported_and_the_state_still_kept() -> None:
    conversation = Conversation(websocket_scope("/"), OFF)
    assert conversation.sent({"type": "websocket.send", "text": 1}) == ()
    assert conversation.sent({"type": "websocket.accept", "subprotocol": 1}) == ()
    assert conversation.state == "open"


def test_the_same_breach_is_as_grave_as_it_was_asked_to_be() -> None:
    for severities, grave in ((SPEC, Severity.WARNING), (STRICT, Severity.ERROR)):
        conversation = Conversation(websocket_scope("/"), severities)
        [finding] = conversation.sent({"type": "websocket.accept"})
        assert finding.severity is grave


def test_a_generator_of_headers_is_read_once_and_passed_on_as_a_list() -> None:
    """HTTP-16: Daphne's own check eats the generator, and the headers are lost."""
    message = {
        "type": "http.response.start",
        "status": 200,
        "headers": (pair for pair in [(b"a", b"b"), [b"c", b"d"], iter([b"e", b"f"])]),
    }
    assert Conversation(http_scope("GET", "/")).sent(message) == ()
    assert message["headers"] == [(b"a", b"b"), [b"c", b"d"], [b"e", b"f"]]


def test_a_generator_is_passed_on_as_a_list_even_out_of_order() -> None:
    message = {"type": "http.response.start", "status": 200, "headers": iter([])}
    assert ids(started().sent(message)) == ["HTTP-10"]
    assert message["headers"] == []


def test_headers_in_a_list_are_passed_on_untouched() -> None:
    headers = [(b"a", b"b")]
    message = {"type": "http.response.start", "status": 200, "headers": headers}
    Conversation(http_scope("GET", "/")).sent(message)
    assert message["headers"] is headers


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        (http_scope("GET", "/"), ("http.response.start", "http.response.debug")),
        (http_scope("GET", "/", extensions=[]), ("http.response.start",)),
        (lifespan_scope(), ("lifespan.startup.complete", "lifespan.startup.failed")),
        ({"type": "mqtt"}, ()),
    ],
    ids=worded,
)
def test_a_new_conversation_says_what_it_waits_for(
    scope: dict[str, Any], allowed: tuple[str, ...]
) -> None:
    assert Conversation(scope).allowed == allowed


def test_a_request_may_be_delivered_part_by_part_and_left_at_any_time() -> None:
    conversation = Conversation(http_scope("POST", "/"))
    conversation.deliver({"type": "http.request", "body": b"", "more_body": True})
    before = conversation.deliverable
    conversation.deliver({"type": "http.request", "body": b"", "more_body": False})
    after = conversation.deliverable
    assert (before, after) == (
        ("http.request", "http.disconnect"),
        ("http.disconnect",),
    )


@pytest.mark.parametrize(
    "scope",
    [
        {"type": "http"},
        {"type": "http", "asgi": None, "extensions": None},
        {"type": "websocket", "subprotocols": None, "extensions": []},
        {"type": "lifespan", "asgi": {"spec_version": 2}},
    ],
    ids=worded,
)
def test_an_incomplete_scope_is_enough_to_follow_a_conversation(
    scope: dict[str, Any],
) -> None:
    conversation = Conversation(scope)
    kind = conversation.allowed[0]
    assert conversation.sent({"type": kind, "status": 200}) is not None
    assert conversation.state != conversation.protocol.start


def test_what_is_received_may_be_anything_when_it_was_forced() -> None:
    conversation = Conversation(websocket_scope("/"))
    conversation.received([])  # type: ignore[arg-type]  # a list where an event belongs is the case
    assert ids(conversation.sent({"type": "websocket.accept"})) == ["WS-21"]


def test_two_conversations_share_no_memory() -> None:
    first, second = connecting(), Conversation(websocket_scope("/"))
    assert first.sent({"type": "websocket.accept"}) == ()
    assert ids(second.sent({"type": "websocket.accept"})) == ["WS-21"]


def test_nothing_is_built_for_an_event_that_is_right() -> None:
    conversation = opened()
    assert conversation.deliver({"type": "websocket.receive", "text": ""}) is NOTHING
    assert conversation.sent({"type": "websocket.send", "bytes": b""}) is NOTHING
