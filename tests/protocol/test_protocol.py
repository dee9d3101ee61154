"""What a protocol is made of: its parts fit each other."""

import pytest

from asgilab.protocol import MESSAGES, PROTOCOLS, RULES, Direction, Protocol

EACH = pytest.mark.parametrize(
    "protocol", PROTOCOLS.values(), ids=lambda protocol: protocol.name
)


@EACH
def test_flags_checks_notes_and_short_cuts_are_for_events_that_there_are(
    protocol: Protocol,
) -> None:
    kinds = {*protocol.sends, *protocol.receives}
    for part in (protocol.flags, protocol.checks, protocol.notes, protocol.quick):
        assert set(part) <= kinds


@EACH
def test_every_phrase_is_for_a_flag_that_the_table_has(protocol: Protocol) -> None:
    steps = protocol.table[protocol.start]
    flags = {f"+{step.partition('+')[2]}" for step in steps if "+" in step}
    assert set(protocol.phrases) == flags - {"+more", "+due"}


@EACH
def test_rows_are_sorted_by_direction(protocol: Protocol) -> None:
    for rows, direction in (
        (protocol.sends, Direction.SEND),
        (protocol.receives, Direction.RECEIVE),
    ):
        assert {row.direction for row in rows.values()} == {direction}
        assert all(MESSAGES[kind] is row for kind, row in rows.items())


@EACH
def test_an_unknown_event_breaks_a_rule_that_there_is(protocol: Protocol) -> None:
    assert {protocol.unknown_sent, protocol.unknown_delivered} <= set(RULES)


def test_an_event_without_a_flag_function_has_no_flag() -> None:
    from asgilab.protocol._memory import Memory

    assert PROTOCOLS["websocket"].flag(Memory({}), "websocket.send", {}) == ""
