"""What crosses back from the server's process."""

import pickle

import pytest

from asgilab.live._child import portable


class Stubborn(Exception):
    """An exception that cannot be rebuilt from its arguments."""

    def __init__(self, *, code: int) -> None:
        super().__init__(f"code {code}")


def caught(error: Exception) -> Exception:
    with pytest.raises(type(error)) as raised:
        raise error
    return raised.value


def test_an_exception_crosses_as_itself_with_its_traceback_as_a_note() -> None:
    crossed = pickle.loads(pickle.dumps(portable(caught(ValueError("broken")))))
    assert isinstance(crossed, ValueError)
    assert str(crossed) == "broken"
    (note,) = crossed.__notes__
    assert note.startswith("In the process of the live server:\nTraceback")
    assert "test_child.py" in note


def test_an_exception_that_cannot_be_rebuilt_crosses_as_its_text() -> None:
    crossed = portable(caught(Stubborn(code=3)))
    assert isinstance(crossed, RuntimeError)
    assert str(crossed) == "Stubborn: code 3"
    assert "Stubborn: code 3" in crossed.__notes__[0]


def test_an_exception_with_something_unpicklable_crosses_as_its_text() -> None:
    crossed = portable(caught(ValueError(lambda: None)))
    assert isinstance(crossed, RuntimeError)
    assert str(crossed).startswith("ValueError: <function")
