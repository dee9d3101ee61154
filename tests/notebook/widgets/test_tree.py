"""Payloads of any size and shape become trees of bounded size."""

import json
from typing import Any

from asgilab.notebook.widgets._tree import frame_of, tree


def test_plain_values_stay_as_they_are() -> None:
    value = {"a": [1, 2.5, None, True, "x"], "b": {"c": []}}
    assert tree(value) == value


def test_what_json_or_javascript_cannot_hold_is_marked() -> None:
    value = {"big": 2**64, "nan": float("nan"), "raw": b"\x00\xff", "user": object()}
    assert tree(value) == {
        "big": {"$number": "18446744073709551616"},
        "nan": {"$number": "nan"},
        "raw": {"$bytes": "00ff", "size": 2},
        "user": {"$other": "<object>"},
    }


def test_keys_that_look_like_marks_are_escaped() -> None:
    assert tree({"$bytes": "x"}) == {"$dict": [["$bytes", "x"]]}
    assert tree({b"a": 1, 5: 2}) == {"a": 1, "5": 2}
    assert tree({1: "int", "1": "text"}) == {"$dict": [["1", "int"], ["1", "text"]]}


def test_strings_are_made_safe_and_cut() -> None:
    assert tree("\x1b[2J") == "␛[2J"
    assert len(tree("x" * 50_000)) == 10_000


def test_a_huge_value_is_cut_and_says_so() -> None:
    cut = tree([[1] * 1000] * 1000)
    assert len(json.dumps(cut)) < 200_000
    assert cut[-1] == {"$other": "… 1000 items"}


def test_a_deep_value_is_cut_and_does_not_overflow() -> None:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    assert "$other" in json.dumps(tree(nested))


def test_a_number_too_long_to_write_is_cut() -> None:
    assert len(tree(10**10_000)["$number"]) <= 200


def test_a_text_frame_that_holds_json_is_decoded() -> None:
    frame = frame_of({"type": "websocket.send", "text": '{"id": 12345678901234567890}'})
    assert frame.form == "json"
    assert frame.row()["value"] == {"id": {"$number": "12345678901234567890"}}
    assert frame.row()["text"] == '{"id": 12345678901234567890}'


def test_other_text_bytes_and_bodies_are_told_apart() -> None:
    forms = [
        frame_of(message).form
        for message in (
            {"text": "hi"},
            {"text": ""},
            {"text": "{broken"},
            {"text": None, "bytes": b"{}"},
            {"body": b'{"a": 1}'},
            {"body": b"hi"},
            {"body": b"\xff"},
            {"type": "websocket.connect"},
        )
    ]
    assert forms == ["text", "text", "text", "bytes", "json", "text", "bytes", ""]


def test_a_frame_that_is_cut_tells_its_whole_size() -> None:
    frame = frame_of({"bytes": bytes(1_000_000)})
    assert (len(frame.content), frame.size) == (65_536, 1_000_000)
    assert frame.row()["cut"]
    assert not frame_of({"bytes": b"abc"}).row()["cut"]
    assert frame_of({"text": "é" * 400_000}).row()["size"] == 800_000
    assert frame_of({"text": "é" * 400_000}).row()["cut"]


def test_a_lone_surrogate_breaks_nothing() -> None:
    assert frame_of({"text": "\ud800"}).row()["text"] == "\\ud800"
