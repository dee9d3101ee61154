"""What a traceback says at its end."""

import json
import traceback
from collections.abc import Callable

import pytest

from asgilab.replay._failure import Failure, failure_of


def told(act: Callable[[], object]) -> Failure:
    try:
        act()
    except Exception as error:
        return failure_of("".join(traceback.format_exception(error)))
    pytest.fail("nothing was raised")


def chained() -> None:
    try:
        {}["a"]  # type: ignore[index]  # the KeyError is wanted
    except KeyError as error:
        raise ValueError("two lines\nKeyError: not me") from error


def grouped() -> None:
    raise ExceptionGroup("several", [ValueError("one"), TypeError("two")])


def test_an_exception_is_told_by_type_and_text() -> None:
    assert told(lambda: 1 / 0) == Failure("ZeroDivisionError", "division by zero")


def test_an_exception_of_a_module_has_its_dotted_name() -> None:
    assert told(lambda: json.loads("{")).type == "json.decoder.JSONDecodeError"


def test_of_a_chain_the_last_exception_counts_and_of_its_text_the_first_line() -> None:
    assert told(chained) == Failure("ValueError", "two lines")


def test_a_group_is_told_as_the_group() -> None:
    assert told(grouped) == Failure("ExceptionGroup", "several (2 sub-exceptions)")


def test_an_exception_without_a_text_has_none() -> None:
    assert failure_of(
        "Traceback (most recent call last):\n  File x\nKeyError\n"
    ) == Failure("KeyError", "")


@pytest.mark.parametrize("text", [None, "", "   \n", "!! no traceback at all !!"])
def test_without_a_traceback_it_is_just_an_exception(text: str | None) -> None:
    assert failure_of(text) == Failure("Exception", "")
