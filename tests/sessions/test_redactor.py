"""Secrets that begin in one event and end in the next."""

from pathlib import Path
from typing import Any

import pytest

from asgilab.sessions import Kind, Redactor, Session, redact_secrets
from asgilab.sessions._secret_texts import Reading


def chunks(redactor: Redactor, *bodies: bytes, name: str = "a") -> list[bytes]:
    last = len(bodies) - 1
    return [
        redactor(
            name,
            "receive",
            {"type": "http.request", "body": body, "more_body": number < last},
        )["body"]
        for number, body in enumerate(bodies)
    ]


def frame(text: str | bytes) -> dict[str, Any]:
    key = "text" if isinstance(text, str) else "bytes"
    return {"type": "websocket.send", key: text}


@pytest.mark.parametrize(
    ("bodies", "expected"),
    [
        ([b"user=a&pass", b"word=s3c", b"ret&n=1"],
         [b"user=a&pass", b"word=[redacted]", b"[redacted]&n=1"]),
        ([b'{"token": "s3', b"c", b'ret", "n": 1}'],
         [b'{"token": "[redacted]', b"[redacted]", b'[redacted]", "n": 1}']),
    ],
    ids=["form", "json"],
)  # fmt: skip
def test_a_body_in_chunks_is_read_as_one(
    bodies: list[bytes], expected: list[bytes]
) -> None:
    assert chunks(Redactor(), *bodies) == expected


def test_a_body_that_has_ended_says_nothing_of_the_next() -> None:
    redactor = Redactor()
    chunks(redactor, b"a=b&", b"token=s3")
    assert chunks(redactor, b"x&n=1") == [b"x&n=1"]
    assert not redactor.concerns("a", "receive", {"type": "http.request", "body": b"x"})


def test_connections_and_directions_are_read_apart() -> None:
    redactor = Redactor()
    start = {"type": "http.request", "body": b"token=s3", "more_body": True}
    redactor("a", "receive", start)
    reply = {"type": "http.response.body", "body": b"hello"}
    assert redactor("a", "send", reply) == reply
    assert redactor("b", "receive", start | {"body": b"hello"})["body"] == b"hello"


def test_a_connection_that_ends_leaves_nothing_behind() -> None:
    redactor = Redactor()
    start = {"type": "http.request", "body": b"token=s3", "more_body": True}
    redactor("a", "receive", start)
    redactor("a", "end", {"type": "returned", "exception": None})
    assert redactor("a", "receive", start | {"body": b"hi"})["body"] == b"hi"


@pytest.mark.parametrize("as_bytes", [False, True])
def test_json_that_goes_on_in_the_next_frame_is_read_as_one(as_bytes: bool) -> None:
    redactor = Redactor()
    texts = ['{"password": "s3', "cr" * 256, 'et", "n": 1}', "et"]
    frames = [frame(text.encode() if as_bytes else text) for text in texts]
    shown = [redactor("a", "send", each) for each in frames]
    said = [each.get("text") or each["bytes"].decode() for each in shown]
    assert said == [
        '{"password": "[redacted]',
        "[redacted]",
        '[redacted]", "n": 1}',
        "et",
    ]


def test_a_frame_that_is_json_by_itself_goes_on_with_nothing() -> None:
    redactor = Redactor()
    redactor("a", "send", frame('{"password": "s3'))
    whole = frame('{"message": "hi"}')
    assert redactor("a", "send", whole) == whole


def test_json_that_never_closes_hides_one_short_frame_at_most() -> None:
    redactor = Redactor()
    texts = ['{"token": "abc', "hello there", "how are you", '{"ok": 1}', "fine"]
    shown = [redactor("a", "receive", frame(text))["text"] for text in texts]
    assert shown == ['{"token": "[redacted]', "[redacted]", *texts[2:]]


@pytest.mark.parametrize("size", [1, 2, 5, 20])
@pytest.mark.parametrize("as_bytes", [False, True])
def test_a_secret_in_any_number_of_short_frames_is_hidden_to_its_end(
    size: int, as_bytes: bool
) -> None:
    redactor = Redactor()
    text = '{"room": "lobby", "token": "xKq9-xKq9-xKq9-xKq9", "n": 1}'
    frames = [text[n : n + size] for n in range(0, len(text), size)] + ["xKq9"]
    sent = [frame(each.encode() if as_bytes else each) for each in frames]
    shown = [redactor("a", "send", each) for each in sent]
    said = [each.get("text") or each["bytes"].decode() for each in shown]
    joined = "".join(said[:-1])
    assert not set("xKq9") & set(joined.replace("[redacted]", ""))
    assert joined.startswith('{"room": "lobby", "token": "[redacted]')
    assert joined.endswith('[redacted]", "n": 1}')
    assert said[-1] == "xKq9"


def test_json_that_never_closes_hides_no_more_than_a_token_may_be_long() -> None:
    redactor = Redactor()
    texts = ['{"token": "abc', *["hi"] * 5000]
    shown = [redactor("a", "receive", frame(text))["text"] for text in texts]
    assert 1000 < shown.count("[redacted]") < 1100
    assert set(shown[1100:]) == {"hi"}
    assert not redactor._in_fragments
    assert not redactor._readings


def test_json_that_is_torn_twice_goes_on_from_the_second() -> None:
    redactor = Redactor()
    texts = ['{"token": "abc', '{"token": "def', 'ghi", "n": 1}', "hello"]
    shown = [redactor("a", "send", frame(text))["text"] for text in texts]
    assert not any("def" in each or "ghi" in each for each in shown)
    assert shown[2:] == ['[redacted]", "n": 1}', "hello"]


@pytest.mark.parametrize(
    "message",
    [
        {"type": "websocket.receive", "text": '{"token": "s3"}'},
        {"type": "websocket.receive", "text": None, "bytes": b"\x00\x01"},
        {"type": "http.request", "body": None},
        {"type": "http.request", "body": "text", "more_body": True},
        {"type": "http.request", "more_body": True, "headers": [(b"cookie", b"a=b")]},
        {"type": None},
        {},
    ],
)
def test_a_single_event_is_shown_as_by_itself(message: dict[str, Any]) -> None:
    assert Redactor()("a", "receive", message) == redact_secrets(message)


def test_the_keys_of_an_event_stay_in_their_order() -> None:
    message = {"type": "http.request", "body": b"token=a", "more_body": True}
    assert list(Redactor()("a", "receive", message)) == ["type", "body", "more_body"]


def session_of(*bodies: bytes) -> Session:
    session = Session()
    last = len(bodies) - 1
    for number, body in enumerate(bodies):
        message = {"type": "http.request", "body": body, "more_body": number < last}
        session.record(number, "a", Kind.RECEIVE, message)
    return session


def test_a_session_shows_any_event_with_what_came_before_it() -> None:
    session = session_of(b"user=a&pass", b"word=s3c", b"ret&n=1")
    expected = [b"user=a&pass", b"word=[redacted]", b"[redacted]&n=1"]
    for index in (2, 0, 1, 2):
        shown = session.shown(session[index])
        assert shown.message["body"] == expected[index]
    assert [event.message["body"] for event in session.redacted()] == expected


def test_a_session_that_grows_is_read_on() -> None:
    session = session_of(b"token=s3", b"cret")
    assert session.shown(session[1]).message["body"] == b"[redacted]"
    session.record(9.0, "a", Kind.RECEIVE, {"type": "http.request", "body": b"cret"})
    assert session.shown(session[2]).message["body"] == b"cret"


def test_many_bodies_that_come_at_once_are_read_once_each(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    begun: list[Reading] = []
    begin = Reading.__init__

    def counted(reading: Reading) -> None:
        begun.append(reading)
        begin(reading)

    monkeypatch.setattr(Reading, "__init__", counted)
    session = Session()
    for at in range(4):
        for name in "abcdefgh":
            body = {"type": "http.request", "body": b"hello", "more_body": True}
            session.record(at, name, Kind.RECEIVE, body)
    session.save(tmp_path / "many.asgilab.jsonl")
    for event in session:
        session.shown(event)
    session.redacted()
    assert len(begun) == 8


def test_a_reading_that_is_interrupted_begins_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = session_of(b"user=a&pass", b"word=s3c", b"ret&n=1")
    feed = Reading.feed

    def interrupted(reading: Reading, text: str) -> str:
        shown = feed(reading, text)
        if text.startswith("ret"):
            raise KeyboardInterrupt
        return shown

    monkeypatch.setattr(Reading, "feed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        session.redacted()
    monkeypatch.setattr(Reading, "feed", feed)
    shown = [event.message["body"] for event in session.redacted()]
    assert shown == [b"user=a&pass", b"word=[redacted]", b"[redacted]&n=1"]
