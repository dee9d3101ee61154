"""The table of HTTP, cell by cell where the specification names one, and its checks.

An example of each rule is in ``rulebook/test_http.py``.
"""

import pytest

from asgilab.protocol._http import (
    HTTP,
    TABLE,
    body_breaches,
    content_flag,
    note_start,
    quick_start,
    request_flag,
)
from asgilab.protocol._memory import Memory


def rules(step: str) -> dict[str, str | None]:
    return {state: arrows[step].rule for state, arrows in TABLE.items()}


def test_the_states_are_those_of_a_response() -> None:
    assert HTTP.states == (
        "waiting",
        "responding",
        "streaming",
        "trailing",
        "finished",
        "gone",
    )


def test_a_request_has_three_ends() -> None:
    assert HTTP.ends == {"finished", "gone"}


@pytest.mark.parametrize(
    "step", [step for step in TABLE["waiting"] if step.startswith("http.response.")]
)
def test_after_the_end_every_event_is_ignored(step: str) -> None:
    for state, rule in (("finished", "HTTP-30"), ("gone", "HTTP-33")):
        arrow = TABLE[state][step]
        assert (arrow.rule, arrow.ignored, arrow.state) == (rule, True, state)


def test_each_unfinished_return_has_its_rule() -> None:
    assert rules("(return)") == {
        "waiting": "HTTP-40",
        "responding": "HTTP-24",
        "streaming": "HTTP-41",
        "trailing": "HTTP-42",
        "finished": None,
        "gone": None,
    }


def test_content_leads_on_by_what_follows_it() -> None:
    ends = {
        flag: TABLE["responding"][f"http.response.body{flag}"].state
        for flag in ("", "+more", "+due")
    }
    assert ends == {"": "finished", "+more": "streaming", "+due": "trailing"}


@pytest.mark.parametrize(
    ("promised", "more", "flag"),
    [(False, False, ""), (True, False, "+due"), (True, True, "+more")],
)
def test_the_flag_of_content_tells_what_follows(
    promised: bool, more: bool, flag: str
) -> None:
    memory = Memory({})
    memory.trailers = promised
    assert content_flag(memory, {"more_body": more}) == flag


def test_the_flag_of_a_request_tells_a_part_too_many() -> None:
    memory = Memory({})
    assert request_flag(memory, {}) == ""
    memory.asked = True
    assert request_flag(memory, {}) == "+extra"
    memory.left = True
    assert request_flag(memory, {}) == "+late"


@pytest.mark.parametrize("way", [note_start, quick_start])
def test_a_start_is_remembered_alike_on_both_ways(way: object) -> None:
    memory = Memory({"method": "GET"})
    headers = [(b"content-length", b"3")]
    message = {"type": "http.response.start", "status": 201, "headers": headers}
    assert callable(way)
    way(memory, message)
    assert memory.status == 201
    assert memory.headers is headers
    assert (memory.content, memory.length) == (True, 3)


def test_a_body_too_long_is_told_with_both_lengths() -> None:
    memory = Memory({})
    memory.length = 3
    message = {"type": "http.response.body", "body": b"1234"}
    assert list(body_breaches(memory, message, "responding")) == [
        ("HTTP-25", "brings the body to 4 bytes; expected the 3 of content-length")
    ]
