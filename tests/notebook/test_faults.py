"""How errors of a magic are shown."""

import json
from typing import Any, Final

import pytest
from IPython.core.error import UsageError as BadArguments

from asgilab.errors import NoOutput, UnknownConnection
from asgilab.notebook._faults import shorten

LIBRARY: Final = json.__file__ or ""
"""A file that is no user's."""


def shown(error: BaseException) -> list[str]:
    shorten(error)
    lines: list[str] = error._render_traceback_()  # type: ignore[attr-defined]  # IPython's, set at run time
    return lines


def raised(error: BaseException) -> BaseException:
    """Return an error as it comes out of a library that the user has called."""
    source = "def library(error):\n    raise error\n"
    variables: dict[str, Any] = {}
    exec(compile(source, LIBRARY, "exec"), variables)
    with pytest.raises(type(error)) as caught:
        variables["library"](error)
    return caught.value


def test_an_error_of_ours_is_its_message_and_its_notes() -> None:
    error = NoOutput("Nothing came.")
    error.add_note("Last events:\n  one\n  two")
    assert shown(error) == [
        "NoOutput: Nothing came.",
        "Last events:",
        "  one",
        "  two",
    ]


def test_a_traceback_holds_the_users_own_lines() -> None:
    lines = "\n".join(shown(raised(LookupError("gone"))))
    assert lines.startswith("Traceback (most recent call last):")
    assert "test_faults.py" in lines
    assert "json" not in lines
    assert lines.endswith("LookupError: gone")


def test_the_causes_are_shortened_too() -> None:
    try:
        try:
            raise raised(KeyError("first"))
        except KeyError as error:
            raise ValueError("second") from error
    except ValueError as error:
        lines = "\n".join(shown(error))
    assert "KeyError: 'first'" in lines
    assert "json" not in lines


def test_an_error_without_any_line_of_the_users_keeps_its_last_ones() -> None:
    error = raised(LookupError("gone"))
    assert error.__traceback__ is not None
    library = error.__traceback__.tb_next
    assert any("json" in line for line in shown(error.with_traceback(library)))


def test_recorded_text_cannot_reach_the_terminal_raw() -> None:
    error = UnknownConnection("\x1b[2J\u202e", ())
    text = "\n".join(shown(error))
    assert "\x1b" not in text
    assert "\u202e" not in text
    text = "\n".join(shown(raised(LookupError("\x1b[2J\x07"))))
    assert "\x1b" not in text


def test_a_very_long_line_is_cut() -> None:
    assert len(shown(NoOutput("x" * 5000))[0]) == 400


def test_ipythons_own_error_is_left_to_ipython() -> None:
    error = BadArguments("bad")
    shorten(error)
    assert not hasattr(error, "_render_traceback_")


def test_an_exception_that_takes_no_attribute_is_left_alone() -> None:
    class Closed(Exception):
        def __setattr__(self, name: str, value: object) -> None:
            raise AttributeError(name)

    shorten(Closed("x"))
