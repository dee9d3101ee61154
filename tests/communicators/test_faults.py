"""Where an exception came from."""

import json
from pathlib import Path

import pytest

from asgilab.communicators._faults import came_of, raised_at

CAUSE = ValueError("the cause")


def raising(error: BaseException, *, from_cause: bool) -> BaseException:
    """Return an exception that was raised because of another, or beside it."""
    try:
        try:
            raise CAUSE
        except ValueError:
            if from_cause:
                raise error from CAUSE
            raise error  # noqa: B904  # the context without a cause is the case
    except BaseException as raised:
        return raised


def test_an_exception_comes_of_itself() -> None:
    assert came_of(CAUSE, CAUSE)
    assert not came_of(None, CAUSE)
    assert not came_of(LookupError(), CAUSE)


@pytest.mark.parametrize("from_cause", [True, False])
def test_it_comes_of_what_it_was_raised_from_and_of_what_was_being_handled(
    from_cause: bool,
) -> None:
    assert came_of(raising(LookupError(), from_cause=from_cause), CAUSE)


def test_a_circle_of_causes_is_walked_once() -> None:
    first, second = LookupError(), LookupError()
    first.__cause__, second.__cause__ = second, first
    assert not came_of(first, CAUSE)


def test_the_place_of_an_exception_is_the_users_innermost_line() -> None:
    with pytest.raises(ValueError, match="Expecting value") as caught:
        json.loads("no JSON")
    place = raised_at(caught.value)
    assert place is not None
    code, line = place
    assert Path(code.co_filename).name == "test_faults.py"
    source = Path(__file__).read_text("utf-8").splitlines()
    assert source[line - 1].strip() == 'json.loads("no JSON")'


def test_an_exception_that_was_never_raised_has_no_place() -> None:
    assert raised_at(ValueError()) is None
