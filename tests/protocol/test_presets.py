"""The habits of real servers, against the table of measurements."""

from typing import Any

import pytest

from asgilab.errors import UsageError
from asgilab.protocol import (
    RULES,
    SERVERS,
    SPEC,
    Conversation,
    Ending,
    ServerHabits,
    Severity,
    http_scope,
    lifespan_scope,
    server_habits,
    websocket_scope,
)

PLAIN = ServerHabits(name="asgilab")

CLOSED: dict[str, Any] = {"type": "websocket.disconnect", "code": 4010, "reason": "bye"}


def test_four_servers_are_known() -> None:
    assert list(SERVERS) == ["uvicorn", "daphne", "hypercorn", "granian"]
    assert server_habits("daphne") is SERVERS["daphne"]


def test_another_server_is_told_with_those_that_are_known() -> None:
    with pytest.raises(UsageError) as caught:
        server_habits("gunicorn")
    assert str(caught.value) == (
        "No habits are known of a server 'gunicorn'; "
        "expected one of uvicorn, daphne, hypercorn, granian."
    )


@pytest.mark.parametrize(
    ("server", "http", "websocket"),
    [
        ("uvicorn", "2.3", "2.4"),
        ("daphne", None, None),
        ("hypercorn", "2.1", "2.3"),
        ("granian", "2.3", "2.3"),
    ],
)
def test_each_server_announces_its_own_versions(
    server: str, http: str | None, websocket: str | None
) -> None:
    for scope, version in (
        (http_scope("GET", "/"), http),
        (websocket_scope("/", spec_version="2.5"), websocket),
    ):
        given = SERVERS[server].scope(scope)
        assert given["asgi"].get("spec_version") == version
        assert "spec_version" not in given


@pytest.mark.parametrize(
    ("server", "http", "websocket"),
    [
        ("uvicorn", None, {"websocket.http.response": {}}),
        ("daphne", None, None),
        ("hypercorn", {}, {"websocket.http.response": {}}),
        ("granian", {"http.response.pathsend": {}}, {"websocket.http.response": {}}),
    ],
)
def test_each_server_announces_its_own_extensions(
    server: str, http: dict[str, Any] | None, websocket: dict[str, Any] | None
) -> None:
    habits = SERVERS[server]
    assert habits.scope(http_scope("GET", "/")).get("extensions") == http
    assert habits.scope(websocket_scope("/")).get("extensions") == websocket


def test_daphne_gives_no_state_and_no_lifespan() -> None:
    daphne = SERVERS["daphne"]
    scope = daphne.scope(websocket_scope("/"))
    assert scope.keys().isdisjoint({"state", "scheme", "http_version"})
    assert not daphne.lifespan
    assert "scheme" in daphne.scope(http_scope("GET", "/"))


def test_granian_gives_ports_as_text() -> None:
    granian = SERVERS["granian"]
    scope = granian.scope(http_scope("GET", "/", server=("/run/a.sock", None)))
    assert scope["client"] == ["127.0.0.1", "50000"]
    assert scope["server"] == ["/run/a.sock", None]
    assert granian.scope(lifespan_scope())["asgi"]["spec_version"] == "2.3"


def test_a_scope_without_a_client_has_none_with_granian_too() -> None:
    scope = SERVERS["granian"].scope(http_scope("GET", "/", client=None))
    assert scope["client"] is None


@pytest.mark.parametrize("habits", SERVERS.values(), ids=lambda habits: habits.name)
def test_the_scope_that_was_given_stays_as_it_was(habits: ServerHabits) -> None:
    scope, same = websocket_scope("/"), websocket_scope("/")
    habits.scope(scope)
    assert scope == same


@pytest.mark.parametrize("frame", [{"text": ""}, {"bytes": b"a"}])
def test_hypercorn_delivers_both_keys_of_a_frame(frame: dict[str, Any]) -> None:
    message = {"type": "websocket.receive", **frame}
    delivered = SERVERS["hypercorn"].deliver(message)
    assert delivered == {"text": None, "bytes": None, **message}
    for server in ("uvicorn", "daphne", "granian"):
        assert SERVERS[server].deliver(message) is message


@pytest.mark.parametrize(
    ("server", "client", "lost", "application", "rejected"),
    [
        ("uvicorn", 4010, 1005, 4010, 1006),
        ("daphne", 4010, 1006, 4010, 1006),
        ("hypercorn", 1006, 1006, 1000, 1000),
        ("granian", 4010, 1005, 1005, 1005),
    ],
)
def test_each_server_reports_the_end_with_codes_of_its_own(
    server: str, client: int, lost: int, application: int, rejected: int
) -> None:
    """WS-06, WS-07."""
    codes = {
        ending: SERVERS[server].deliver(CLOSED, ending)["code"] for ending in Ending
    }
    assert codes == {
        Ending.CLIENT: client,
        Ending.LOST: lost,
        Ending.APPLICATION: application,
        Ending.REJECTED: rejected,
    }


@pytest.mark.parametrize("habits", SERVERS.values(), ids=lambda habits: habits.name)
def test_only_uvicorn_gives_a_reason(habits: ServerHabits) -> None:
    assert ("reason" in habits.deliver(CLOSED)) == (habits.name == "uvicorn")
    assert CLOSED["reason"] == "bye"


@pytest.mark.parametrize(
    ("server", "code"),
    [("uvicorn", 1005), ("daphne", None), ("hypercorn", None), ("granian", 1005)],
)
def test_a_second_receive_gives_another_disconnect_or_blocks(
    server: str, code: int | None
) -> None:
    """HTTP-04, WS-08."""
    habits = SERVERS[server]
    again = habits.again(CLOSED)
    assert (None if again is None else again["code"]) == code
    http = habits.again({"type": "http.disconnect"})
    assert http == (None if code is None else {"type": "http.disconnect"})


@pytest.mark.parametrize(
    ("server", "arrive"),
    [("uvicorn", True), ("daphne", False), ("hypercorn", True), ("granian", False)],
)
def test_the_headers_of_an_accept_arrive_or_not(server: str, arrive: bool) -> None:
    accept = {"type": "websocket.accept", "headers": [(b"a", b"b")]}
    transmitted = SERVERS[server].transmit(accept)
    assert transmitted is not None
    assert bool(transmitted["headers"]) == arrive


def test_daphne_sends_no_reason_and_no_empty_frame() -> None:
    daphne = SERVERS["daphne"]
    close = {"type": "websocket.close", "code": 4000, "reason": "bye"}
    assert daphne.transmit(close) == {**close, "reason": ""}
    assert daphne.transmit({"type": "websocket.send", "text": ""}) is None
    assert daphne.transmit({"type": "websocket.send", "bytes": b""}) is None
    frame = {"type": "websocket.send", "text": "hi"}
    assert daphne.transmit(frame) is frame


@pytest.mark.parametrize("server", ["uvicorn", "hypercorn", "granian"])
def test_other_servers_send_empty_frames(server: str) -> None:
    frame = {"type": "websocket.send", "text": ""}
    assert SERVERS[server].transmit(frame) is frame


@pytest.mark.parametrize(
    "message",
    [
        {"type": "http.request", "body": b""},
        {"type": "websocket.receive", "text": "hi"},
        {"type": "websocket.send", "text": ""},
        {"type": "websocket.accept", "headers": [(b"a", b"b")]},
    ],
    ids=lambda message: message["type"],
)
def test_without_habits_events_pass_as_they_are(message: dict[str, Any]) -> None:
    assert PLAIN.deliver(message) is message
    assert PLAIN.transmit(message) is message


def test_without_habits_the_end_is_told_as_the_specification_has_it() -> None:
    assert PLAIN.deliver(CLOSED) == CLOSED
    assert PLAIN.again(CLOSED) is CLOSED
    assert PLAIN.deliver(CLOSED, Ending.REJECTED)["code"] == 1006
    assert PLAIN.severities == SPEC


@pytest.mark.parametrize("habits", SERVERS.values(), ids=lambda habits: habits.name)
def test_what_a_server_lets_through_or_refuses_is_a_rule(habits: ServerHabits) -> None:
    assert habits.lets_through | habits.refuses <= set(RULES)
    assert habits.lets_through.isdisjoint(habits.refuses)


@pytest.mark.parametrize("habits", SERVERS.values(), ids=lambda habits: habits.name)
def test_severities_of_a_server_differ_where_it_does(
    habits: ServerHabits,
) -> None:
    for rule, severity in habits.severities.items():
        if rule in habits.lets_through:
            assert severity is Severity.RECORD
        elif rule in habits.refuses:
            assert severity is Severity.ERROR
        else:
            assert severity is SPEC[rule]


def test_a_second_body_is_an_error_with_uvicorn_and_none_with_daphne() -> None:
    severities = {}
    for server in ("uvicorn", "daphne"):
        scope = http_scope("GET", "/")
        conversation = Conversation(scope, SERVERS[server].severities)
        conversation.sent({"type": "http.response.start", "status": 200})
        conversation.sent({"type": "http.response.body"})
        [finding] = conversation.sent({"type": "http.response.body"})
        severities[server] = finding.severity
    assert severities == {"uvicorn": Severity.ERROR, "daphne": Severity.RECORD}


def test_only_uvicorn_raises_when_gone_and_for_websockets_only() -> None:
    raising = {name: habits.raises_when_gone for name, habits in SERVERS.items()}
    assert raising.pop("uvicorn") == {"websocket"}
    assert set(raising.values()) == {frozenset()}
