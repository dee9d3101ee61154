"""Flags and facts that more than one protocol has: first, again, late, early.

Shared words only; which of them an event carries is told by the protocols.
"""

from asgilab.protocol._memory import Memory
from asgilab.types import Message


def greeting_flag(memory: Memory, message: Message) -> str:
    """Whether the first event of the conversation was delivered before."""
    return "+again" if memory.greeted else ""


def note_greeting(memory: Memory, message: Message) -> None:
    """Remember that the first event was delivered."""
    memory.greeted = True


def disconnect_flag(memory: Memory, message: Message) -> str:
    """Whether a disconnect was delivered before."""
    return "+again" if memory.left else ""


def note_disconnect(memory: Memory, message: Message) -> None:
    """Remember that a disconnect was delivered."""
    memory.left = True


def answer_flag(memory: Memory, message: Message) -> str:
    """Whether an answer comes before the event that it answers was received."""
    return "" if memory.heard else "+early"
