"""Which events may come in a state, and the words for one that may not.

Reads the table of a protocol; changes nothing and judges no value.
"""

from collections.abc import Sequence

from asgilab.protocol._memory import Memory
from asgilab.protocol._messages import Direction, MessageType
from asgilab.protocol._protocol import Protocol


def legal_types(
    protocol: Protocol, memory: Memory, state: str, direction: Direction
) -> tuple[str, ...]:
    """The event types that break no order now.

    Args:
        protocol: The protocol.
        memory: The facts of the conversation.
        state: Its state.
        direction: Which way the events go.

    Returns:
        Their names in the order of the table. Extensions count where the scope
        announces them. An answer that is only too early (``+early``) counts too:
        it is the right one in its state.
    """
    rows = protocol.sends if direction is Direction.SEND else protocol.receives
    steps = (step.partition("+")[0] for step in protocol.table[state])
    kinds = dict.fromkeys(step for step in steps if step in rows)
    return tuple(
        kind for kind in kinds if _is_legal(protocol, memory, state, rows[kind])
    )


def _is_legal(protocol: Protocol, memory: Memory, state: str, row: MessageType) -> bool:
    if row.extension is not None and not memory.announces(row.extension):
        return False
    flag = protocol.flag(memory, row.type, {"type": row.type})
    step = row.type + flag.removesuffix("+early")
    return protocol.table[state][step].rule is None


def expected(kinds: Sequence[str]) -> str:
    """Event types as the end of a sentence: ``"expected this, that or another"``.

    Args:
        kinds: The types; none is "nothing now".

    Returns:
        The words.
    """
    *most, last = kinds or ("nothing now",)
    return f"expected {', '.join(most)} or {last}" if most else f"expected {last}"


def disorder(
    protocol: Protocol, memory: Memory, state: str, row: MessageType, flag: str
) -> str:
    """Say that an event may not come in this state, and which may.

    Args:
        protocol: The protocol.
        memory: The facts of the conversation.
        state: Its state.
        row: The row of the event's type.
        flag: The flag that it carries.

    Returns:
        Such as ``"websocket.send in state connecting; expected websocket.accept,
        websocket.close or websocket.http.response.start"``.
    """
    said = f"{row.type} in state {state}"
    due = expected(legal_types(protocol, memory, state, row.direction))
    if flag in protocol.phrases and protocol.table[state][row.type].rule is None:
        # The flag is what makes it wrong.
        said += protocol.phrases[flag]
        due = "expected it afterwards" if flag == "+early" else due
    return f"{said}; {due}"
