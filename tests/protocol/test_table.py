"""Transition tables as text: what each cell says, and what no cell may say."""

import pytest

from asgilab.protocol import PROTOCOLS, Arrow, Protocol
from asgilab.protocol._table import read_table

TABLE = """
# A comment, and an empty line above.
over = closed rejected

          connecting   open        over
accept    open         WS-20       ~WS-20
accept+x  WS-21>open   WS-20       ~WS-20
again     WS-08>.      .           .
(return)  WS-50        WS-51       .
"""


def test_every_kind_of_cell_is_read() -> None:
    table = read_table("websocket.", TABLE)
    assert dict(table["connecting"]) == {
        "websocket.accept": Arrow("open"),
        "websocket.accept+x": Arrow("open", "WS-21"),
        "websocket.again": Arrow("connecting", "WS-08"),
        "(return)": Arrow("connecting", "WS-50", taken=False),
    }


def test_a_group_gives_each_of_its_states_the_column() -> None:
    table = read_table("websocket.", TABLE)
    assert list(table) == ["connecting", "open", "closed", "rejected"]
    for state in ("closed", "rejected"):
        ignored = Arrow(state, "WS-20", taken=False, ignored=True)
        assert table[state]["websocket.accept"] == ignored
        assert table[state]["websocket.again"] == Arrow(state)


def test_a_step_keeps_the_order_of_the_text() -> None:
    steps = list(read_table("", TABLE)["open"])
    assert steps == ["accept", "accept+x", "again", "(return)"]


@pytest.mark.parametrize(
    "cell", ["opne", "WS-99", "~open", "WS-21>opne", "WS-21 >open", ""]
)
def test_a_cell_that_names_nothing_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match=r"names neither a state nor a rule|zip"):
        read_table("", f"   connecting open\nstep {cell} open\n")


def test_a_line_with_a_cell_too_many_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        read_table("", "   connecting open\nstep open open open\n")


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=lambda each: each.name)
def test_every_state_has_every_step(protocol: Protocol) -> None:
    steps = [list(arrows) for arrows in protocol.table.values()]
    assert all(each == steps[0] for each in steps)


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=lambda each: each.name)
def test_every_state_can_be_reached(protocol: Protocol) -> None:
    reached = {protocol.start}
    while True:
        further = {
            arrow.state
            for state in reached
            for arrow in protocol.table[state].values()
            if arrow.taken
        }
        if further <= reached:
            break
        reached |= further
    assert reached == set(protocol.states)
