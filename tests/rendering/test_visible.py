"""Recorded text cannot move a cursor, hide itself or turn around."""

import pytest

from asgilab.rendering._visible import clip, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "␛[31mred"),
        ("a\x00b", "a␀b"),
        ("\x7f", "␡"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("line\u2028end", "line\\u2028end"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_a_character_that_cannot_be_seen_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize("text", ["", "hi", "żółw 漢字", "👩\u200d👩\u200d👧"])
def test_text_that_can_be_seen_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_line_ends_stay_where_they_are_asked_for() -> None:
    assert visible("a\n\tb\r", keep="\n\t") == "a\n\tb␍"


def test_a_text_that_is_cut_ends_with_an_ellipsis() -> None:
    assert clip("abcdef", 4) == "abc…"
    assert clip("abcd", 4) == "abcd"
