"""What is taken as an event, and which findings are raised."""

from collections import UserDict
from typing import Any

import pytest

from asgilab.communicators._judging import copied, gravest, leave_out
from asgilab.protocol import Finding, Severity

FINDINGS = (
    Finding("A-1", Severity.RECORD, "mild"),
    Finding("A-2", Severity.WARNING, "worse"),
    Finding("A-3", Severity.ERROR, "worst"),
)


@pytest.mark.parametrize(
    ("validate", "rule"), [("record", None), ("spec", "A-3"), ("strict", "A-2")]
)
def test_the_first_that_may_not_pass_is_raised(validate: str, rule: str | None) -> None:
    found = gravest(FINDINGS, validate)
    assert (found and found.rule) == rule


@pytest.mark.parametrize("validate", ["record", "spec", "strict"])
def test_what_is_only_recorded_is_never_raised(validate: str) -> None:
    assert gravest(FINDINGS[:1], validate) is None
    assert gravest((), validate) is None


def test_an_event_of_another_type_becomes_a_plain_one() -> None:
    event: Any = UserDict(type="http.request")
    assert copied(event) == {"type": "http.request"}
    assert type(copied(event)) is dict


@pytest.mark.parametrize("thing", [None, 5, "text"])
def test_what_is_no_event_stays_what_it_is(thing: Any) -> None:
    assert copied(thing) is thing


def test_once_enough_is_kept_a_body_is_left_out_with_its_size() -> None:
    body: dict[str, Any] = {"type": "http.response.body", "body": b"12345"}
    assert leave_out(body, 10) == (5, "")
    kept = body["body"]
    assert leave_out(body, 5) == (0, "body of 5 bytes not kept")
    assert (kept, body["body"]) == (b"12345", b"")
    assert leave_out({"type": "http.response.body"}, 0) == (0, "")
