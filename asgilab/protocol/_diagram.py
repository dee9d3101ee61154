"""A transition table as a state diagram, in Mermaid's text.

The documentation and the notebook draw from this, so that no drawing can differ from
the rules. Source of the syntax: https://mermaid.js.org/syntax/stateDiagram.html
"""

from collections.abc import Iterator

from asgilab.protocol._messages import Direction
from asgilab.protocol._protocol import Protocol

_WORDS = {"more": ", more to come", "due": ", trailers to come"}
"""Flags of legal steps in words."""


def state_diagram(protocol: Protocol) -> str:
    """Draw what is legal in a protocol.

    Args:
        protocol: The protocol.

    Returns:
        A ``stateDiagram-v2``: every state, an arrow for every legal step that leads
        to another state, and one for what may be repeated in its own. Left out are
        steps that break a rule, and deliveries that change nothing but the frames
        of a websocket. A state in which the application may return has an arrow to
        the end.
    """
    lines = ["stateDiagram-v2", f"    [*] --> {protocol.start}"]
    for state in protocol.states:
        lines += [f"    {state}", *_arrows(protocol, state)]
        if protocol.table[state]["(return)"].rule is None:
            lines.append(f"    {state} --> [*]")
    return "\n".join(lines) + "\n"


def _arrows(protocol: Protocol, state: str) -> Iterator[str]:
    """One line for each legal step."""
    for step, arrow in protocol.table[state].items():
        stays_silent = arrow.state == state and step in protocol.receives
        if step == "websocket.receive":
            stays_silent = False
        if arrow.rule is None and not stays_silent and not step.startswith("("):
            yield f"    {state} --> {arrow.state} : {_label(protocol, step)}"


def _label(protocol: Protocol, step: str) -> str:
    """A step in words, such as ``"send http.response.body , more to come"``."""
    kind, _, flag = step.partition("+")
    way = Direction.SEND if kind in protocol.sends else Direction.RECEIVE
    return f"{way} {kind}{_WORDS.get(flag, '')}"
