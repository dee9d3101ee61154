"""What a filter text lets through."""

import pytest

from asgilab.notebook.widgets._filtering import TooSlow, parse
from asgilab.sessions import Kind, Session


def passing(session: Session, text: str) -> list[int]:
    matcher = parse(text)
    assert matcher is not None
    return [event.index for event in session if matcher(event)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bob", [1, 5, 6]),
        ("WEBSOCKET.RECEIVE", [3]),
        ("says", [4]),
        ('"message":"hi"', [3, 5]),
        ("valueerror", [7]),
        ("/^(alice|carol)$/", [0, 2, 3, 4, 7]),
        ("/send|raised/", [5, 6, 7]),
        ("/websocket\\.(send|receive)/", [3, 5, 6]),
        ("nowhere", []),
    ],
)
def test_connection_type_and_payload_are_searched(
    session: Session, text: str, expected: list[int]
) -> None:
    assert passing(session, text) == expected


def test_an_empty_text_is_no_filter() -> None:
    assert parse("") is None
    assert parse("  ") is None


def test_a_payload_is_searched_beyond_what_the_list_shows(session: Session) -> None:
    text = '{"filler": "' + "x" * 5000 + '", "needle": 1}'
    session.record(1, "bob", session[3].kind, {"type": "websocket.send", "text": text})
    assert passing(session, "needle") == [8]


def test_letters_are_found_that_json_wrote_as_escapes(session: Session) -> None:
    message = {"type": "websocket.send", "text": '{"name": "Zo\\u00eb"}'}
    session.record(1, "bob", session[3].kind, message)
    assert passing(session, "zoë") == [8]


def test_an_event_is_found_by_its_type_and_by_what_the_list_calls_it(
    session: Session,
) -> None:
    session.record(1, "bob", Kind.LAYER, {"type": "layer.group_send", "given": "x"})
    assert passing(session, "layer.group") == [8]
    assert passing(session, "group_send") == [8]
    assert passing(session, "open") == [0, 1, 2]


def test_slashes_that_hold_nothing_and_a_slash_alone_are_plain_text(
    session: Session,
) -> None:
    assert passing(session, "/ws") == [0, 1, 2]
    assert passing(session, "//") == []


def test_a_broken_regular_expression_is_named_with_its_place() -> None:
    with pytest.raises(ValueError, match=r"/\(a/ is no regular expression: .* at"):
        parse("/(a/")


def test_a_regular_expression_that_takes_too_long_is_given_up(
    session: Session,
) -> None:
    session.record(1, "bob", Kind.SEND, {"type": "x", "text": "a" * 24 + "b" * 100_000})
    with pytest.raises(TooSlow, match=r"^/\(\.\*a\)\{25\}/ takes too long; expected"):
        passing(session, "/(.*a){25}/")
