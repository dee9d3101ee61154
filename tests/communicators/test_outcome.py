"""How an application ended, and what of that a test has been shown."""

import pytest

from asgilab.communicators._outcome import Outcome
from asgilab.errors import ProtocolViolation


def violation() -> ProtocolViolation:
    return ProtocolViolation("WS-30", "too early")


def test_at_first_nothing_has_ended_and_nothing_is_unseen() -> None:
    outcome = Outcome()
    assert (outcome.ended, outcome.error, outcome.unseen) == (False, None, False)
    assert outcome.take_error() is None
    with pytest.raises(RuntimeError, match="no violation"):
        outcome.take_violation()


def test_an_exception_is_unseen_until_it_is_taken() -> None:
    outcome = Outcome()
    outcome.error = ValueError("from the application")
    assert outcome.unseen
    assert outcome.take_error() is outcome.error
    assert not outcome.unseen


def test_a_violation_is_unseen_until_it_is_taken() -> None:
    outcome = Outcome()
    outcome.violation = refused = violation()
    assert outcome.unseen
    assert outcome.take_violation() is refused
    assert not outcome.unseen


@pytest.mark.parametrize("wrapped", [False, True])
def test_an_exception_that_came_of_a_violation_is_shown_together_with_it(
    wrapped: bool,
) -> None:
    outcome = Outcome()
    outcome.violation = refused = violation()
    outcome.error = LookupError() if wrapped else refused
    if wrapped:
        outcome.error.__cause__ = refused
    assert outcome.take_error() is outcome.error
    assert not outcome.unseen


def test_a_violation_that_was_shown_is_no_news_when_the_application_ends_with_it() -> (
    None
):
    outcome = Outcome()
    outcome.violation = refused = violation()
    outcome.take_violation()
    outcome.error = refused
    assert not outcome.unseen


def test_an_exception_is_shown_with_the_traceback_it_had() -> None:
    outcome = Outcome()
    try:
        raise ValueError("once")
    except ValueError as error:
        outcome.error, outcome.traceback = error, error.__traceback__
    for _ in range(2):
        with pytest.raises(ValueError, match="once") as caught:
            raise outcome.take_error() or AssertionError
        assert len(caught.traceback) == 2
