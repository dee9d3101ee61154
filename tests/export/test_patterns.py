"""Patterns fit what was seen, and as little else as possible."""

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgilab.export._patterns import pattern_of

V4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


@given(st.lists(st.text(), min_size=2, max_size=4))
def test_a_pattern_matches_every_text_it_was_made_from(texts: list[str]) -> None:
    pattern = pattern_of(texts)
    assert all(re.fullmatch(pattern, text) for text in texts)


@pytest.mark.parametrize(
    ("texts", "pattern"),
    [
        (["guest-4821 joined", "guest-77 joined"], r"guest-\d+ joined"),
        (["guest-4821 joined", "guest-7766 joined"], r"guest-\d{4} joined"),
        (["12:30", "07:15"], r"\d{2}:\d{2}"),
        (["a1b2c3d4", "00ffee11"], "[0-9a-f]{8}"),
        (["AB12", "CZ34"], "[0-9A-Z]{4}"),
        (["abc", "xyz"], "[a-z]{3}"),
        (["ab-c", "x_yz"], r"[\w-]{4}"),
        (["", "later"], "[a-z]*"),
        (["a b", "c\nd"], r"[\s\S]{3}"),
        (["same", "same"], "same"),
        (["1.2.3", "1.2.4"], r"1\.2\.\d"),
        (["Hello, Ann!", "Hello, Bob Stone!"], "Hello, .+!"),
    ],
)
def test_a_pattern_is_as_narrow_as_the_texts_allow(
    texts: list[str], pattern: str
) -> None:
    assert pattern_of(texts) == pattern


def test_a_uuid_inside_a_text_is_matched_as_one() -> None:
    texts = [f"/files/{uuid.uuid4()}/x-{n}" for n in (1, 2)]
    assert pattern_of(texts) == rf"/files/{V4}/x-\d"


def test_a_uuid_of_another_version_is_matched_without_one() -> None:
    texts = [f"<{uuid.uuid1()}>", f"<{uuid.uuid3(uuid.NAMESPACE_DNS, 'x')}>"]
    assert pattern_of(texts) == r"<[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}>"
