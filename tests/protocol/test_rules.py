"""The rule table: read whole, and every rule of it shown by an example."""

import pytest

from asgilab.protocol import RULES, Basis, Party, Rule, Severity
from asgilab.protocol._rules import read_chapter, read_rules
from tests.protocol import test_scope_rules as scopes
from tests.protocol.rulebook import (
    test_extensions,
    test_general,
    test_http,
    test_lifespan,
    test_websocket,
)

SHOWN = {
    **test_general.EXAMPLES,
    **test_http.EXAMPLES,
    **test_websocket.EXAMPLES,
    **test_lifespan.EXAMPLES,
    **test_extensions.EXAMPLES,
}

BEYOND = {
    # Two call forms: whoever calls the application sees them.
    "GEN-01",
    # A rule about silence, kept by test_extra_keys_are_never_reported.
    "GEN-10",
    # What a server does with exceptions, and after the end.
    *("GEN-14", "GEN-15", "GEN-16"),
    # How scopes are built, kept by test_scopes.
    *("HTTP-S14", "WS-S9"),
    # What happens on the wire, or on the way to it.
    *("HTTP-06", "HTTP-19", "HTTP-34", "WS-10", "TLS-01", "EXT-35"),
    # What servers deliver in ways of their own, kept by test_presets.
    *("WS-06", "WS-07", "WS-09", "LIFE-12"),
    # More than one conversation is needed to see these.
    *("LIFE-05", "LIFE-06", "LIFE-10"),
}


def test_every_rule_that_a_conversation_judges_has_an_example_of_each_kind() -> None:
    judged = {rule.id for rule in RULES.values() if rule.judge == "conversation"}
    assert judged == set(SHOWN)


def test_every_rule_of_scopes_has_an_example_of_each_kind() -> None:
    judged = {rule.id for rule in RULES.values() if rule.judge == "scope"}
    assert judged == set(scopes.ILLEGAL)
    assert judged == set(scopes.LEGAL)


def test_what_only_a_running_server_can_show_is_known_by_name() -> None:
    assert {rule.id for rule in RULES.values() if rule.judge == "beyond"} == BEYOND


def test_every_other_rule_is_covered_by_one_that_has_an_example() -> None:
    covering = {
        rule.id: rule.judge
        for rule in RULES.values()
        if rule.judge not in ("conversation", "scope", "beyond")
    }
    assert covering == {
        "GEN-18": "EXT-01",
        "GEN-19": "GEN-06",
        "HTTP-S1": "GEN-02",
        "WS-S1": "GEN-02",
        "EXT-18": "GEN-06",
    }
    assert set(covering.values()) <= {*SHOWN, *scopes.ILLEGAL}


def test_the_milder_form_of_a_rule_follows_it_and_is_milder() -> None:
    order = list(Severity)
    milder = [name for name in RULES if name.endswith("b")]
    assert milder == [
        "GEN-09b",
        "HTTP-13b",
        "WS-41b",
        "WS-43b",
        "WS-44b",
        "EXT-61b",
    ]
    for name in milder:
        rule = RULES[name.removesuffix("b")]
        assert order.index(RULES[name].severity) > order.index(rule.severity)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_is_one_sentence(rule: Rule) -> None:
    assert rule.sentence.endswith(".")
    assert "  " not in rule.sentence


def test_a_row_is_read_word_by_word() -> None:
    text = """
WS-30  application  error  spec  2.1  conversation
    A frame is sent
    after accept.
"""
    [rule] = read_chapter("WebSocket", text)
    assert rule == Rule(
        id="WS-30",
        chapter="WebSocket",
        party=Party.APPLICATION,
        severity=Severity.ERROR,
        basis=Basis.SPEC,
        since="2.1",
        judge="conversation",
        sentence="A frame is sent after accept.",
    )


def test_two_rules_of_one_name_are_refused() -> None:
    row = "GEN-01 application error spec - conversation\n    A rule.\n"
    with pytest.raises(ValueError, match="two rules are called GEN-01"):
        read_rules({"One": row, "Two": row})


@pytest.mark.parametrize(
    "text",
    [
        "WS-30 application error spec -\n    Too few words.",
        "WS-30 application error spec - conversation\nno sentence",
        "WS-30 nobody error spec - conversation\n    No such party.",
        "WS-30 application grave spec - conversation\n    No such severity.",
    ],
    ids=["too few words", "no sentence", "party", "severity"],
)
def test_a_row_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"WS-30|nobody|grave"):
        list(read_chapter("WebSocket", text))
