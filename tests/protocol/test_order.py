"""Which events may come, and the sentence about one that may not."""

import pytest

from asgilab.protocol import MESSAGES, PROTOCOLS, Direction
from asgilab.protocol._memory import Memory
from asgilab.protocol._order import disorder, expected, legal_types

WEBSOCKET = PROTOCOLS["websocket"]


@pytest.mark.parametrize(
    ("kinds", "text"),
    [
        ((), "expected nothing now"),
        (("a",), "expected a"),
        (("a", "b"), "expected a or b"),
        (("a", "b", "c"), "expected a, b or c"),
    ],
    ids=len,
)
def test_event_types_are_listed_as_in_a_sentence(
    kinds: tuple[str, ...], text: str
) -> None:
    assert expected(kinds) == text


def test_only_extensions_that_are_announced_count() -> None:
    plain = legal_types(WEBSOCKET, Memory({}), "connecting", Direction.SEND)
    assert plain == ("websocket.accept", "websocket.close")
    announced = Memory({"extensions": {"websocket.http.response": {}}})
    assert "websocket.http.response.start" in legal_types(
        WEBSOCKET, announced, "connecting", Direction.SEND
    )


def test_what_was_delivered_once_may_not_come_again() -> None:
    memory = Memory({})
    assert legal_types(WEBSOCKET, memory, "connecting", Direction.RECEIVE) == (
        "websocket.connect",
    )
    memory.greeted = True
    assert legal_types(WEBSOCKET, memory, "connecting", Direction.RECEIVE) == (
        "websocket.disconnect",
    )


def test_a_flag_is_named_only_where_it_is_what_makes_the_event_wrong() -> None:
    memory, row = Memory({}), MESSAGES["websocket.accept"]
    early = disorder(WEBSOCKET, memory, "connecting", row, "+early")
    assert early == (
        "websocket.accept in state connecting before websocket.connect was received; "
        "expected it afterwards"
    )
    twice = disorder(WEBSOCKET, memory, "open", row, "+early")
    assert twice == (
        "websocket.accept in state open; expected websocket.send or websocket.close"
    )
