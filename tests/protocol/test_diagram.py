"""State diagrams: drawn from the tables, whole."""

import re

import pytest

from asgilab.protocol import PROTOCOLS, Protocol, state_diagram

EACH = pytest.mark.parametrize(
    "protocol", PROTOCOLS.values(), ids=lambda protocol: protocol.name
)

LINE = re.compile(r"    (\[\*\]|\w+)( --> (\[\*\]|\w+)( : [\w., ]+)?)?")


def test_the_diagram_of_a_lifespan_is_the_one_of_the_specification() -> None:
    assert state_diagram(PROTOCOLS["lifespan"]) == (
        "stateDiagram-v2\n"
        "    [*] --> starting\n"
        "    starting\n"
        "    starting --> running : send lifespan.startup.complete\n"
        "    starting --> failed : send lifespan.startup.failed\n"
        "    running\n"
        "    running --> stopping : receive lifespan.shutdown\n"
        "    running --> [*]\n"
        "    stopping\n"
        "    stopping --> ended : send lifespan.shutdown.complete\n"
        "    stopping --> ended : send lifespan.shutdown.failed\n"
        "    failed\n"
        "    failed --> [*]\n"
        "    ended\n"
        "    ended --> [*]\n"
    )


@EACH
def test_every_state_is_drawn_and_reached(protocol: Protocol) -> None:
    diagram = state_diagram(protocol)
    for state in protocol.states:
        assert f"\n    {state}\n" in diagram
        assert f"--> {state}" in diagram


@EACH
def test_every_event_that_is_legal_somewhere_and_says_something_is_drawn(
    protocol: Protocol,
) -> None:
    diagram = state_diagram(protocol)
    drawn = set(re.findall(r"(?:send|receive) ([\w.]+)", diagram))
    silent = {"http.request", "websocket.connect", "lifespan.startup"}
    assert drawn == {*protocol.sends, *protocol.receives} - silent


@EACH
def test_no_step_that_breaks_a_rule_is_drawn(protocol: Protocol) -> None:
    legal = {
        (state, arrow.state, step.partition("+")[0])
        for state, arrows in protocol.table.items()
        for step, arrow in arrows.items()
        if arrow.rule is None
    }
    arrows = re.findall(
        r"(\w+) --> (\w+) : (?:send|receive) ([\w.]+)", state_diagram(protocol)
    )
    assert arrows
    assert set(arrows) <= legal


@EACH
def test_every_line_is_one_that_mermaid_knows(protocol: Protocol) -> None:
    first, *lines = state_diagram(protocol).splitlines()
    assert first == "stateDiagram-v2"
    assert [line for line in lines if not LINE.fullmatch(line)] == []


def test_flags_are_told_in_words() -> None:
    diagram = state_diagram(PROTOCOLS["http"])
    assert "responding --> streaming : send http.response.body, more to come" in diagram
    assert "responding --> trailing : send http.response.body, trailers to" in diagram
