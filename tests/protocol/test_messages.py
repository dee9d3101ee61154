"""The rows of event types, and the check of keys against them."""

from typing import Any

import pytest

from asgilab.protocol import MESSAGES, PROTOCOLS, RULES, Direction, Key, MessageType
from asgilab.protocol._messages import REQUIRED, key_breaches, read_once


def test_every_event_type_of_a_table_has_a_row_and_the_other_way_round() -> None:
    steps = {
        step.partition("+")[0]
        for protocol in PROTOCOLS.values()
        for step in protocol.table[protocol.start]
        if not step.startswith("(")
    }
    assert steps == set(MESSAGES)


def test_the_default_of_a_required_key_shows_as_a_word() -> None:
    assert repr(MESSAGES["http.response.start"].keys["status"].default) == "REQUIRED"


@pytest.mark.parametrize("row", MESSAGES.values(), ids=lambda row: row.type)
def test_every_key_names_rules_that_there_are(row: MessageType) -> None:
    for key in row.keys.values():
        assert {key.rule, key.missing} <= set(RULES)


@pytest.mark.parametrize("row", MESSAGES.values(), ids=lambda row: row.type)
def test_every_default_is_of_the_type_that_the_key_asks_for(row: MessageType) -> None:
    for key in row.keys.values():
        fits = not key.types or isinstance(key.default, key.types)
        assert fits or key.default is None or key.default is REQUIRED


def test_only_what_an_application_sends_can_belong_to_an_extension() -> None:
    extended = [row for row in MESSAGES.values() if row.extension is not None]
    assert {row.direction for row in extended} == {Direction.SEND}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (Key("a", (bytes,), "GEN-09"), "bytes"),
        (Key("a", (str,), "GEN-09", none=True), "str or None"),
        (Key("a", (), "GEN-09"), "an iterable"),
    ],
    ids=["one", "or None", "iterable"],
)
def test_what_a_key_expects_is_said_in_words(key: Key, expected: str) -> None:
    assert key.expected == expected


def test_a_missing_key_is_told_with_what_was_expected() -> None:
    row = MESSAGES["http.response.start"]
    assert list(key_breaches(row, {"type": row.type})) == [
        ("HTTP-11", "lacks the key 'status'; expected int")
    ]


def test_a_wrong_value_is_told_with_what_was_expected() -> None:
    row = MESSAGES["websocket.send"]
    message = {"type": row.type, "text": b"hi"}
    assert list(key_breaches(row, message)) == [
        ("WS-32", "has text b'hi'; expected str or None")
    ]


def test_a_foreign_value_is_told_with_its_key() -> None:
    row = MESSAGES["websocket.connect"]
    assert list(key_breaches(row, {"type": row.type, "extra": {1}})) == [
        ("GEN-11", "has a value of type set in 'extra'; expected plain values")
    ]


def test_a_subclass_is_of_its_type() -> None:
    class Markup(str):
        """As Django's SafeString is."""

        __slots__ = ()

    row = MESSAGES["websocket.send"]
    message = {"type": row.type, "text": Markup("hi")}
    assert list(key_breaches(row, message)) == []


@pytest.mark.parametrize("value", [[], (), [b"a"], [(b"a", b"b")], ([b"a", b"b"],)])
def test_what_can_be_read_again_stays_the_very_object(value: Any) -> None:
    message = {"headers": value}
    assert read_once(message, "headers") is value
    assert message["headers"] is value


@pytest.mark.parametrize(
    "value", ["ab", b"ab", bytearray(b"ab"), {"a": "b"}, None, 5], ids=repr
)
def test_what_has_no_items_of_its_own_is_none_to_read(value: object) -> None:
    message = {"headers": value}
    assert read_once(message, "headers") is None
    assert message["headers"] is value


def test_a_generator_is_replaced_by_a_list_of_its_items() -> None:
    message: dict[str, Any] = {"links": (link for link in [b"a", b"b"])}
    assert read_once(message, "links") == [b"a", b"b"]
    assert read_once(message, "links") == [b"a", b"b"]


def test_an_error_of_the_generator_itself_comes_out() -> None:
    def headers() -> Any:
        yield (b"a", b"b")
        raise LookupError("no such header")

    with pytest.raises(LookupError, match="no such header"):
        read_once({"headers": headers()}, "headers")


def test_an_absent_key_has_no_items() -> None:
    message: dict[str, Any] = {}
    assert read_once(message, "headers") == ()
    assert message == {}
