"""Values of a run put back where the client used them."""

import json
from dataclasses import replace
from typing import Any

import pytest

from asgilab.replay import steps
from asgilab.replay._substitutes import Substitutes
from tests.replay.recording import Recording, frame

OLD = "8c7f0aac-efd9-4f2c-a7ac-0b4ff1d2ae41"
NEW = "11111111-2222-4333-8444-555555555555"


def learned(old: Any, new: Any) -> Substitutes:
    """Return a table that saw one message in the recording and in the replay."""
    table = Substitutes()
    table.learn(*(step(payload) for payload in (old, new)))
    return table


def step(payload: Any) -> Any:
    recording = Recording()
    recording.opens("alice")
    recording.says("alice", {"do": "it"})
    recording.hears("alice", payload)
    return steps(recording.session)[1]


def put_back(table: Substitutes, payload: Any) -> Any:
    message = table.in_message({"type": "websocket.receive", **frame(payload)})
    text = message["text"]
    return text if isinstance(payload, str) else json.loads(text)


def test_an_id_that_was_made_anew_is_put_into_later_messages() -> None:
    table = learned({"id": OLD}, {"id": NEW})
    assert put_back(table, {"read": [OLD], "by": "me"}) == {"read": [NEW], "by": "me"}


def test_an_id_inside_a_longer_text_is_put_back_too() -> None:
    table = learned({"url": f"/files/{OLD}/"}, {"url": f"/files/{NEW}/"})
    assert put_back(table, {"get": f"{OLD}.txt"}) == {"get": f"{NEW}.txt"}
    assert put_back(table, f"GET {OLD}") == f"GET {NEW}"


@pytest.mark.parametrize("key", ["id", "message_id", "messageId", "pk"])
def test_a_number_is_put_back_under_a_key_of_the_same_name(key: str) -> None:
    table = learned({"id": 17}, {"id": 1})
    assert put_back(table, {key: 17}) == {key: 1}


def test_a_number_under_another_key_stays_what_it_is() -> None:
    table = learned({"id": 17}, {"id": 1})
    assert put_back(table, {"amount": 17, "ok": True}) == {"amount": 17, "ok": True}


def test_a_short_text_is_put_back_under_a_key_of_the_same_name_only() -> None:
    table = learned({"code": "ab1"}, {"code": "xy2"})
    assert put_back(table, {"code": "ab1", "say": "ab1"}) == {
        "code": "xy2",
        "say": "ab1",
    }


def test_a_message_without_learned_values_is_the_same_to_the_letter() -> None:
    table = learned({"id": OLD}, {"id": NEW})
    message = {"type": "websocket.receive", "text": '{"a":1,  "b":2}'}
    assert table.in_message(message) == message


def test_the_body_of_a_request_stays_bytes() -> None:
    table = learned({"id": OLD}, {"id": NEW})
    message = table.in_message({"body": json.dumps({"id": OLD}).encode()})
    assert json.loads(message["body"]) == {"id": NEW}
    assert isinstance(message["body"], bytes)


def test_an_address_gets_its_ids_back() -> None:
    table = learned({"id": OLD, "room_id": 17}, {"id": NEW, "room_id": 1})
    assert table.in_path(f"/ws/{OLD}/17/?x=17") == f"/ws/{NEW}/1/?x=17"


def test_an_address_without_ids_stays_what_it_is() -> None:
    assert Substitutes().in_path("/ws/²/lobby/") == "/ws/²/lobby/"


def test_outputs_are_compared_as_json_sees_them() -> None:
    table = Substitutes()

    def compared(old: Any, new: Any) -> list[Any]:
        one, other = (step(payload).outputs[0] for payload in (old, new))
        assert table.differences(one, other) is table.differences(one, other)
        return list(table.differences(one, other))

    assert compared({"n": 1}, {"n": 1}) == []
    assert compared({"n": 1}, {"n": True}) == [(("text", "n"), [1, True])]
    one, other = (step({"n": 1}).outputs[0] for _ in range(2))
    truth = [replace(each, message={"n": n}) for each, n in ((one, 1), (other, True))]
    assert table.differences(*truth) == [(("n",), [1, True])]
