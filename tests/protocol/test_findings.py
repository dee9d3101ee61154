"""Findings: their words."""

from asgilab.protocol import NOTHING, Finding, Severity


def test_a_finding_reads_as_its_rule_and_its_text() -> None:
    finding = Finding("WS-30", Severity.ERROR, "websocket.send in state connecting")
    assert str(finding) == "WS-30: websocket.send in state connecting"


def test_nothing_is_one_shared_empty_tuple() -> None:
    assert NOTHING == ()
    assert NOTHING is ()  # noqa: F632  the very object, that is the point


def test_severities_come_in_the_order_of_their_gravity() -> None:
    assert [str(each) for each in Severity] == ["error", "warning", "record", "off"]
