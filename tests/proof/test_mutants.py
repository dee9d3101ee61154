"""Which mistakes an application could make, and what each makes of an event."""

import json
from typing import Any

import pytest

from asgilab.proof import Mutant, Sent, mutants_of


def frame(payload: Any, place: int = 0, moment: int = 1) -> Sent:
    text = payload if isinstance(payload, str) else json.dumps(payload)
    return Sent(0, place, moment, {"type": "websocket.send", "text": text})


def kinds(*sent: Sent, **options: Any) -> list[str]:
    return [m.kind for m in mutants_of(sent, **options) if m.kind != "alter"]


def altered(sent: Sent, **options: Any) -> list[Any]:
    """Return what the payload becomes with each mutant that alters a value."""
    mutants = [m for m in mutants_of([sent], **options) if m.kind == "alter"]
    key = "text" if "text" in sent.message else "body"
    found = [m.altered(sent.message)[key] for m in mutants]
    return [json.loads(each) if each[:1] in ("{", "[") else each for each in found]


def test_a_frame_can_be_dropped_doubled_and_raised_instead_of() -> None:
    assert kinds(frame("hi")) == ["drop", "raise", "duplicate"]


def test_frames_of_one_breath_can_change_places() -> None:
    assert "swap" in kinds(frame("a", 0), frame("b", 1))
    assert "swap" not in kinds(frame("a", 0, 1), frame("b", 1, 2))
    assert "swap" not in kinds(frame("a", 0), frame("a", 1))


def test_frames_without_a_fixed_order_do_not_count_as_swapped() -> None:
    pair = frame("a", 0), frame("b", 1)
    assert "swap" not in kinds(*pair, unordered=lambda sent: True)


def test_every_value_of_a_payload_is_altered_in_turn() -> None:
    payload = {"a": "x", "n": 5, "none": None, "l": [], "d": {}, "in": [{"f": 0.5}]}
    assert altered(frame(payload)) == [
        {**payload, "a": "x~"},
        {**payload, "n": 6},
        {**payload, "none": "~"},
        {**payload, "l": ["~"]},
        {**payload, "d": {"~": "~"}},
        {**payload, "in": [{"f": 1.5}]},
    ]


@pytest.mark.parametrize(
    ("value", "others"),
    [(True, [False, 1]), (1, [2]), (0, [1]), (2.0, [3.0, 2]), (7, [8])],
)
def test_a_value_is_taken_for_one_of_another_type(
    value: Any, others: list[Any]
) -> None:
    found = [each["v"] for each in altered(frame({"v": value}))]
    assert [(type(v), v) for v in found] == [(type(v), v) for v in others]
    assert len(altered(frame({"v": value}), typed=False)) == 1


def test_where_any_fitting_value_may_stand_only_another_form_is_a_mistake() -> None:
    def loose(sent: Sent, path: tuple[str | int, ...]) -> bool:
        return path == ("text", "id")

    assert altered(frame({"id": 5}), loose=loose) == [{"id": None}]
    assert altered(frame({"id": {"a": 1, "b": 2}}), loose=loose) == [{"id": None}]
    assert altered(frame("guest-5"), loose=lambda sent, path: True) == ["~"]


def test_of_a_large_payload_some_values_are_altered_from_its_whole_length() -> None:
    found = altered(frame(list(range(10, 1010))))
    assert 10 < len(found) <= 25
    assert found[-1][:500] == list(range(10, 510))


def test_what_is_no_json_is_altered_as_a_whole() -> None:
    assert altered(frame("hello")) == ["hello~"]
    body = Sent(0, 1, 1, {"type": "http.response.body", "body": b"\x00\xff"})
    assert altered(body) == [b"\x00\xff~"]


@pytest.mark.parametrize(
    ("message", "paths"),
    [
        ({"type": "websocket.accept", "subprotocol": "chat"}, [("subprotocol",)]),
        ({"type": "websocket.accept", "subprotocol": None}, []),
        ({"type": "websocket.close", "code": 4401, "reason": ""}, [("code",)]),
        (
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"date", b"now"), (b"content-type", b"text/html")],
            },
            [("status",), ("headers", 1)],
        ),
    ],
)
def test_codes_statuses_and_telling_headers_are_altered(
    message: dict[str, Any], paths: list[Any]
) -> None:
    mutants = [m for m in mutants_of([Sent(0, 0, 0, message)]) if m.kind == "alter"]
    assert [m.path for m in mutants] == paths
    for mutant in mutants:
        assert mutant.altered(message) != message
        assert mutant.altered(message).keys() == message.keys()


def test_bytes_stay_bytes_when_a_value_in_them_is_altered() -> None:
    mutant = Mutant(0, 0, "alter", ("body", "a"), 2)
    message = {"type": "http.response.body", "body": b'{"a": 1}'}
    assert mutant.altered(message)["body"] == b'{"a": 2}'
