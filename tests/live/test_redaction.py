"""What is taken out of an event before it is written, and what is left."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgilab.live import redact_secrets


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
