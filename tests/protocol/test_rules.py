"""The rule table: read whole, and every rule of it shown by an example."""

from pathlib import Path

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

TESTS = Path(__file__).parents[1]

BEYOND = {
    "GEN-01": "communicators/test_running.py::test_the_old_form_becomes_the_new_one",
    "GEN-10": "protocol/rulebook/test_general.py::test_extra_keys_are_never_reported",
    "GEN-14": "communicators/test_application.py::test_every_step_shows_the_exception",
    "GEN-15": "communicators/test_endings.py::test_what_is_sent_after_the_end_reaches_"
    "nobody",
    "GEN-16": "communicators/test_websocket.py::test_the_oserror_of_a_dropped_client_"
    "is_no_fault_of_the_application",
    "HTTP-34": "communicators/test_endings.py::test_http_33_whether_send_raises_once_"
    "the_client_has_gone",
    "HTTP-S14": "protocol/test_scopes.py::test_what_the_test_gave_comes_first_and_is_"
    "the_very_same",
    "WS-S9": "communicators/test_websocket.py::test_the_version_of_the_specification_"
    "can_be_chosen",
    "WS-06": "communicators/test_endings.py::test_ws_06_after_its_own_close_it_is_told_"
    "its_own_code",
    "WS-07": "communicators/test_endings.py::test_ws_07_after_a_rejection_it_is_told_"
    "1006",
    "WS-09": "servers/test_habits.py::test_ws_09_the_keys_of_a_frame",
    "LIFE-05": "lab/test_lab.py::test_life_05_no_connection_opens_before_the_startup",
    "LIFE-06": "communicators/test_lifespan.py::test_life_06_after_a_failed_startup_no_"
    "shutdown_follows",
    "LIFE-10": "lab/test_lab.py::test_life_10_lifespan_and_connections_share_one_loop",
    "LIFE-12": "communicators/test_lifespan.py::test_life_12_daphne_runs_no_lifespan",
}
"""Rules that more than a conversation shows, each with the test that keeps it."""

ON_THE_WIRE = {"HTTP-06", "HTTP-19", "WS-10", "TLS-01", "EXT-35"}
"""What only a socket shows: chunks, frames, certificates, what a server announces."""


def test_every_rule_that_a_conversation_judges_has_an_example_of_each_kind() -> None:
    judged = {rule.id for rule in RULES.values() if rule.judge == "conversation"}
    assert judged == set(SHOWN)


def test_every_rule_of_scopes_has_an_example_of_each_kind() -> None:
    judged = {rule.id for rule in RULES.values() if rule.judge == "scope"}
    assert judged == set(scopes.ILLEGAL)
    assert judged == set(scopes.LEGAL)


def test_what_only_a_running_server_can_show_is_known_by_name() -> None:
    beyond = {rule.id for rule in RULES.values() if rule.judge == "beyond"}
    assert beyond == BEYOND.keys() | ON_THE_WIRE


@pytest.mark.parametrize("rule", BEYOND)
def test_the_test_that_keeps_such_a_rule_is_there(rule: str) -> None:
    file, _, name = BEYOND[rule].partition("::")
    assert f"def {name}(" in (TESTS / file).read_text(encoding="utf-8")


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
