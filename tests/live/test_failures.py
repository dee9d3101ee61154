"""What the application raised is told once, in the way that was asked for."""

import warnings

import pytest

from asgilab.errors import AsgilabWarning
from asgilab.live import note_on, report


def failure(text: str = "broken") -> ValueError:
    try:
        raise ValueError(text)
    except ValueError as error:
        return error


def test_a_single_failure_is_raised_as_it_is() -> None:
    one = failure()
    failures: list[Exception] = [one]
    with pytest.raises(ValueError, match="broken") as raised:
        report(failures, "raise")
    assert raised.value is one
    assert failures == []


def test_several_failures_are_raised_together() -> None:
    failures: list[Exception] = [failure("one"), failure("two")]
    with pytest.raises(ExceptionGroup, match="several times") as raised:
        report(failures, "raise")
    assert [str(one) for one in raised.value.exceptions] == ["one", "two"]


def test_a_warning_has_the_traceback() -> None:
    with pytest.warns(AsgilabWarning) as warned:
        report([failure()], "warn")
    (text,) = (str(one.message) for one in warned)
    assert "raise ValueError(text)" in text
    assert text.endswith("ValueError: broken")


def test_keeping_silent_keeps_the_list() -> None:
    failures: list[Exception] = [failure()]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report(failures, "keep")
    assert len(failures) == 1


def test_no_failure_is_nothing_to_report() -> None:
    failures: list[Exception] = []
    report(failures, "raise")
    assert failures == []


def test_a_test_that_fails_gets_the_tracebacks_as_notes() -> None:
    own = AssertionError("nothing came")
    failures: list[Exception] = [failure("one"), failure("two")]
    note_on(own, failures)
    assert failures == []
    assert [note.splitlines()[-1] for note in own.__notes__] == [
        "ValueError: one",
        "ValueError: two",
    ]


def test_an_exception_is_not_noted_on_itself() -> None:
    own = failure()
    note_on(own, [own])
    assert not hasattr(own, "__notes__")
