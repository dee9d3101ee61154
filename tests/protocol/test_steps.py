"""Flags that more than one protocol has."""

from asgilab.protocol._memory import Memory
from asgilab.protocol._steps import (
    answer_flag,
    disconnect_flag,
    greeting_flag,
    note_disconnect,
    note_greeting,
)


def test_a_greeting_is_the_first_one_only_once() -> None:
    memory = Memory({})
    assert greeting_flag(memory, {}) == ""
    note_greeting(memory, {})
    assert greeting_flag(memory, {}) == "+again"


def test_a_disconnect_is_the_first_one_only_once() -> None:
    memory = Memory({})
    assert disconnect_flag(memory, {}) == ""
    note_disconnect(memory, {})
    assert disconnect_flag(memory, {}) == "+again"


def test_an_answer_is_early_until_the_question_was_heard() -> None:
    memory = Memory({})
    assert answer_flag(memory, {}) == "+early"
    memory.heard = True
    assert answer_flag(memory, {}) == ""
