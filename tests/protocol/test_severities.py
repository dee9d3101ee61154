"""Severities: a value that is altered into another one."""

import pytest

from asgilab.errors import UsageError
from asgilab.protocol import OFF, RULES, SPEC, STRICT, Severities, Severity


def test_the_specification_s_severities_are_those_of_the_rule_table() -> None:
    assert dict(SPEC) == {rule.id: rule.severity for rule in RULES.values()}


def test_strict_makes_every_warning_an_error_and_alters_nothing_else() -> None:
    for rule, severity in SPEC.items():
        grave = Severity.ERROR if severity is Severity.WARNING else severity
        assert STRICT[rule] is grave


def test_off_reports_nothing() -> None:
    assert set(OFF.values()) == {Severity.OFF}


def test_one_rule_is_altered_and_the_value_itself_stays() -> None:
    altered = SPEC.with_rules({"WS-30": Severity.WARNING})
    assert altered["WS-30"] is Severity.WARNING
    assert SPEC["WS-30"] is Severity.ERROR
    assert {rule for rule in SPEC if SPEC[rule] is not altered[rule]} == {"WS-30"}


def test_the_milder_form_goes_along_with_its_rule() -> None:
    altered = SPEC.with_rules({"WS-44": Severity.OFF})
    assert (altered["WS-44"], altered["WS-44b"]) == (Severity.OFF, Severity.OFF)


def test_the_milder_form_stays_apart_when_it_is_named_too() -> None:
    altered = SPEC.with_rules({"WS-44b": "error", "WS-44": "off"})
    assert (altered["WS-44"], altered["WS-44b"]) == (Severity.OFF, Severity.ERROR)


def test_alterations_add_up() -> None:
    altered = STRICT.with_rules({"WS-21": "off"}).with_rules({"WS-30": "record"})
    assert (altered["WS-21"], altered["WS-30"]) == (Severity.OFF, Severity.RECORD)
    assert altered["HTTP-13"] is Severity.ERROR


def test_a_rule_that_there_is_not_is_told_with_where_to_look() -> None:
    with pytest.raises(UsageError) as caught:
        SPEC.with_rules({"WS-99": Severity.OFF})
    assert str(caught.value) == (
        "No rule is called 'WS-99'; expected an id such as 'HTTP-13'. "
        "python -m asgilab.protocol prints them all."
    )


def test_a_severity_that_there_is_not_is_told_with_those_there_are() -> None:
    with pytest.raises(UsageError) as caught:
        SPEC.with_rules({"WS-30": "fatal"})
    assert str(caught.value) == (
        "'fatal' is no severity for WS-30; expected one of error, warning, record, off."
    )


def test_equal_severities_are_equal_and_hash_alike() -> None:
    first, second = (SPEC.with_rules({"WS-30": "off"}) for _ in range(2))
    assert first == second
    assert hash(first) == hash(second)
    assert first != SPEC


def test_the_repr_shows_what_was_altered() -> None:
    assert repr(SPEC) == "Severities({})"
    assert repr(Severities({"WS-30": "off"})) == "Severities({'WS-30': 'off'})"


def test_every_rule_has_a_severity_and_nothing_else_has_one() -> None:
    assert len(SPEC) == len(RULES)
    with pytest.raises(KeyError):
        SPEC["WS-99"]
