"""What is taken out of an event before it is written, and what is left."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgilab.sessions import Event, Kind, hidden_texts, lacking, redact_secrets


@pytest.mark.parametrize(
    "name",
    b"cookie Cookie set-cookie authorization proxy-authorization x-api-key "
    b"x-csrftoken x-auth-token".split(),
)
def test_headers_with_credentials_lose_their_value(name: bytes) -> None:
    message = {"type": "http.response.start", "headers": [(name, b"s3cret")]}
    assert redact_secrets(message)["headers"] == [(name, b"[redacted]")]


def test_other_headers_and_their_order_are_kept() -> None:
    headers = [(b"host", b"h"), (b"cookie", b"c"), (b"accept", b"*/*"), (b"host", b"i")]
    redacted = redact_secrets({"type": "http", "headers": headers})
    assert [name for name, _ in redacted["headers"]] == [name for name, _ in headers]
    assert redacted["headers"][2] == (b"accept", b"*/*")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            {"query_string": b"room=a&token=s3cret&page=2"},
            {"query_string": b"room=a&token=[redacted]&page=2"},
        ),
        (
            {"body": b"username=alice&password=s3cret&csrfmiddlewaretoken=s3cret"},
            {"body": b"username=alice&password=[redacted]"
             b"&csrfmiddlewaretoken=[redacted]"},
        ),
        (
            {"text": '{"user": "alice", "api_key": "s3\\"cret", "n": 1}'},
            {"text": '{"user": "alice", "api_key": "[redacted]", "n": 1}'},
        ),
        (
            {"bytes": b'{"sessionid":12345,"ok":true}'},
            {"bytes": b'{"sessionid":"[redacted]","ok":true}'},
        ),
        (
            {"text": "wss://host/ws/?access_token=s3cret"},
            {"text": "wss://host/ws/?access_token=[redacted]"},
        ),
    ],
    ids=["query", "form", "json text", "json bytes", "address"],
)  # fmt: skip
def test_fields_with_a_telling_name_lose_their_value(
    message: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert redact_secrets({"type": "x", **message}) == {"type": "x", **expected}


@pytest.mark.parametrize(
    "text",
    ["hello", "the password is on the door", '{"message": "my token"}', "a=b&c=d"],
)
def test_a_text_that_only_mentions_a_secret_is_left_as_it_is(text: str) -> None:
    message = {"type": "websocket.send", "text": text, "bytes": text.encode()}
    assert redact_secrets(message) == message


@given(st.binary())
def test_bytes_without_a_secret_pass_unchanged(body: bytes) -> None:
    assert redact_secrets({"type": "x", "body": body})["body"] == body


def test_the_event_itself_is_not_changed() -> None:
    message = {"type": "http", "headers": [(b"cookie", b"s3cret")]}
    redact_secrets(message)
    assert message["headers"] == [(b"cookie", b"s3cret")]


@pytest.mark.parametrize("value", [None, 5, "text", [b"x"]])
def test_an_event_of_another_shape_passes(value: object) -> None:
    message = {"type": "http.request", "body": value, "text": None}
    assert redact_secrets(message) == message


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        (
            (b"cookie", b"sessionid=s3cret; theme=dark"),
            (b"cookie", b"sessionid=[redacted]; theme=[redacted]"),
        ),
        (
            (b"set-cookie", b"sessionid=s3cret; Path=/; HttpOnly"),
            (b"set-cookie", b"sessionid=[redacted]; Path=/; HttpOnly"),
        ),
        (
            (b"location", b"/callback?token=s3cret&next=/"),
            (b"location", b"/callback?token=[redacted]&next=/"),
        ),
        (
            (b"sec-websocket-protocol", b"jwt, eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0"),
            (b"sec-websocket-protocol", b"jwt, [redacted]"),
        ),
        (
            (
                b"Sec-WebSocket-Protocol",
                b"access_token, 0a1b2c,chat,access_token, chat",
            ),
            (
                b"Sec-WebSocket-Protocol",
                b"access_token, [redacted],chat,access_token, chat",
            ),
        ),
        (
            (b"sec-websocket-protocol", b"chat, Bearer.abcdefgh1234"),
            (b"sec-websocket-protocol", b"chat, Bearer.[redacted]"),
        ),
    ],
    ids=["cookie", "set-cookie", "location", "jwt", "opaque", "announced"],
)
def test_of_a_header_only_the_secret_part_is_lost(
    pair: tuple[bytes, bytes], expected: tuple[bytes, bytes]
) -> None:
    assert redact_secrets({"type": "http", "headers": [pair]})["headers"] == [expected]


@pytest.mark.parametrize(
    ("offered", "shown"),
    [
        (["access_token", "0a1b2c"], ["access_token", "[redacted]"]),
        (["Bearer", "abc.def", "chat"], ["Bearer", "[redacted]", "chat"]),
        (["Bearer.abcdefgh1234"], ["Bearer.[redacted]"]),
        (["base64url.bearer.authorization.k8s.io.YWJjZGVm", "v4.channel.k8s.io"],
         ["base64url.bearer.[redacted]", "v4.channel.k8s.io"]),
        (["graphql-transport-ws", "jwt", "graphql-ws"],
         ["graphql-transport-ws", "jwt", "graphql-ws"]),
        (["ocpp1.6", "wamp.2.json", "v12.stomp"],
         ["ocpp1.6", "wamp.2.json", "v12.stomp"]),
        (["eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0"], ["[redacted]"]),
    ],
)  # fmt: skip
def test_of_subprotocols_only_credentials_are_lost(
    offered: list[str], shown: list[str]
) -> None:
    scope = {"type": "websocket", "subprotocols": offered}
    assert redact_secrets(scope)["subprotocols"] == shown
    assert redact_secrets(redact_secrets(scope))["subprotocols"] == shown
    accepted = {"type": "websocket.accept", "subprotocol": "chat"}
    assert redact_secrets(accepted) == accepted


def test_a_name_and_its_value_may_stand_in_two_members() -> None:
    fields = [{"name": "password", "value": "s3"}, {"name": "room", "value": "token"}]
    shown = redact_secrets({"type": "x", "fields": fields})["fields"]
    assert [each["value"] for each in shown] == ["[redacted]", "token"]


def test_what_is_nested_is_found_wherever_it_lies() -> None:
    scope = {
        "type": "websocket",
        "cookies": {"sessionid": "s3cret"},
        "url_route": {"kwargs": {"room": "a", "token": "s3cret"}},
        "session": {"cart": [1, 2]},
    }
    assert redact_secrets(scope) == {
        "type": "websocket",
        "cookies": {"sessionid": "[redacted]"},
        "url_route": {"kwargs": {"room": "a", "token": "[redacted]"}},
        "session": {"cart": [1, 2]},
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"tokens": 5, "token_count": 7}', '{"tokens": 5, "token_count": 7}'),
        ('{"token": 123456}', '{"token": "[redacted]"}'),
        ('{"token": null, "secret": true}', '{"token": null, "secret": true}'),
        ('{"token": {"access": "s3"}}', '{"token": {"access": "[redacted]"}}'),
        ('{"passwords":["a","b"],"n":1.0}',
         '{"passwords":["[redacted]","[redacted]"],"n":1.0}'),
        ('{"a": "eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0"}', '{"a": "[redacted]"}'),
        ("Authorization: Bearer abcDEF123456", "Authorization: Bearer [redacted]"),
    ],
)  # fmt: skip
def test_of_json_the_secret_values_go_and_the_layout_stays(
    text: str, expected: str
) -> None:
    assert redact_secrets({"type": "websocket.send", "text": text})["text"] == expected


def test_of_a_traceback_only_tokens_go_for_the_rest_is_source() -> None:
    text = 'File "a.py", line 3\n  login(password=form["x"])\nKeyError: \'x\''
    message = {"type": "raised", "exception": text}
    assert redact_secrets(message) == message


@given(
    st.dictionaries(
        st.sampled_from(["token", "a", "otp", "cookie"]),
        st.none() | st.booleans() | st.integers() | st.text(),
    )
)
def test_redacting_twice_is_redacting_once(payload: dict[str, Any]) -> None:
    message = {
        "type": "websocket.send",
        "text": json.dumps(payload),
        "headers": [(b"cookie", b"a=b; c"), (b"authorization", b"Bearer abcDEF12345")],
    }
    once = redact_secrets(message)
    assert redact_secrets(once) == once


def event(kind: Kind, **message: Any) -> Event:
    return Event(4, 0.0, "alice", kind, redact_secrets(message))


def test_what_a_redacted_session_lacks_is_said_in_one_sentence() -> None:
    events = [
        event(
            Kind.OPEN,
            type="websocket",
            headers=[(b"authorization", b"Bearer x"), (b"cookie", b"sessionid=1")],
            query_string=b"token=s3cret",
        ),
        event(Kind.RECEIVE, type="websocket.receive", text='{"password": "s3cret"}'),
        event(Kind.SEND, type="websocket.send", text='{"token": "s3cret"}'),
    ]
    assert lacking(events, {}) == (
        "The session was saved without its secrets: the application gets "
        "'[redacted]' for alice's authorization, alice's cookie, "
        "query_string of event 4 (alice), text of event 4 (alice)."
    )


def test_the_cookie_of_a_user_who_is_signed_in_anew_is_not_missed() -> None:
    opened = event(
        Kind.OPEN, type="websocket", headers=[(b"cookie", b"sessionid=s3cret")]
    )
    assert lacking([opened], {"alice": {"user": "alice"}}) == ""
    assert lacking([opened], {}) != ""


@pytest.mark.parametrize(
    "text",
    ["eyJ", "-----BEGIN ", "Bearer ", "sk-", "token&=", '"token', '"token":"\\a'],
)
def test_no_text_takes_long(text: str) -> None:
    """A client chooses what it sends; were this quadratic, it would take minutes."""
    shown = redact_secrets({"type": "websocket.send", "text": text * 200_000})
    assert len(shown["text"]) > 0


def test_no_cookie_takes_long() -> None:
    headers = [(b"cookie", b"a" * 1_000_000)]
    shown = redact_secrets({"type": "http", "headers": headers})
    assert shown["headers"] == [(b"cookie", b"[redacted]")]


def test_json_may_begin_with_a_space() -> None:
    shown = redact_secrets({"text": ' {"passwords": ["a", "b"]}'})
    assert "a" not in json.loads(shown["text"])["passwords"]


def test_what_was_taken_out_can_be_told() -> None:
    message = {
        "headers": [(b"cookie", b"a=cake; b=pie"), (b"accept", b"*/*")],
        "body": b"user=u&password=pass&n=1",
        "text": '{"token": "tok", "secrets": ["one", "two"]}',
        "n": 1,
    }
    hidden = list(hidden_texts(message, redact_secrets(message)))
    assert hidden == ["cake", "pie", "pass", "tok", "one", "two"]
