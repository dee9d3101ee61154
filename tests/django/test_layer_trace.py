"""What is remembered of the bytes on a layer's wire."""

import json
from typing import Any

import pytest

from asgilab.django._layer_trace import SENDING, Traced, Wire, traced


def as_bytes(message: Any) -> bytes:
    return json.dumps(message).encode()


class Ends:
    """The two ends of a wire."""

    def __init__(self) -> None:
        wire = Wire()
        self.serialize = wire.serializing(as_bytes)
        self.deserialize = wire.deserializing(json.loads)

    def send(self, message: Any, cause: int | None) -> bytes:
        if cause is None:
            return bytes(self.serialize(message))
        token = SENDING.set(cause)
        try:
            return bytes(self.serialize(message))
        finally:
            SENDING.reset(token)


def test_the_message_that_arrives_knows_what_it_was_sent_by() -> None:
    ends = Ends()
    first, second = ends.send({"a": 1}, 7), ends.send({"a": 2}, 8)
    assert ends.deserialize(second).cause == 8
    for _ in range(2):  # more than one consumer may get it
        arrived = ends.deserialize(first)
        assert (arrived, arrived.cause) == ({"a": 1}, 7)


def test_the_bytes_stay_as_the_layer_made_them() -> None:
    assert Ends().send({"a": 1}, 7) == as_bytes({"a": 1})


@pytest.mark.parametrize("cause", [None, 7])
def test_what_nobody_here_sent_has_no_cause(cause: int | None) -> None:
    ends = Ends()
    content = ends.send({"a": 1}, cause)
    foreign = as_bytes({"a": 2})
    assert type(ends.deserialize(foreign)) is dict
    assert (type(ends.deserialize(content)) is Traced) == (cause is not None)


def test_of_two_that_look_alike_nobody_can_tell_which_arrived() -> None:
    ends = Ends()
    ends.send({"a": 1}, 7)
    assert type(ends.deserialize(ends.send({"a": 1}, 8))) is dict


def test_the_oldest_is_forgotten_first() -> None:
    ends = Ends()
    contents = [ends.send(number, number) for number in range(300)]
    messages = [ends.send({"a": number}, number) for number in range(200)]
    assert len(contents) + len(messages) > 256
    assert type(ends.deserialize(messages[0])) is Traced
    for number in range(100):
        ends.send({"b": number}, number)
    assert type(ends.deserialize(messages[0])) is dict


@pytest.mark.parametrize("message", [[1], "text", None])
def test_only_a_dict_can_carry_its_cause(message: Any) -> None:
    assert traced(message, 7) is message


def test_a_message_without_a_cause_stays_the_same_object() -> None:
    message = {"a": 1}
    assert traced(message, None) is message
