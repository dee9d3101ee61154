"""A transition table: written as text that reads as the specification does.

This file reads such a text and holds the result. The texts stand in ``_http``,
``_websocket`` and ``_lifespan``; who walks them is ``_conversation``.

The first line names the states. Each line after it names a step, and says for every
state what the step does there::

    over = closed rejected

              connecting   open     over
    accept    open         WS-20    ~WS-20
    receive   WS-02        .        WS-02
    close     rejected     closed   ~WS-41b

``open``
    The step is right here and leads to that state.
``.``
    The step is right here and changes nothing.
``WS-02``
    The step breaks that rule; the state stays, as if the event had been refused.
``WS-21>open``
    It breaks the rule and takes effect all the same: it leads to that state, or
    with ``WS-08>.`` stays in its own.
``~WS-41b``
    It breaks the rule and has no effect: the specification makes it a no-op.

A step is an event type without the name of its protocol, followed by a flag where
more than the type matters (``response.body+more``); or, in brackets, something that
happens without an event, such as ``(return)``. A line with ``=`` gives several states
one column. Lines that begin with ``#`` are for the reader.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from asgilab.protocol._rules import RULES


@dataclass(frozen=True, slots=True)
class Arrow:
    """What one step does in one state.

    Attributes:
        state: The state afterwards.
        rule: The rule that the step breaks here, or None.
        taken: Whether the step takes effect, rule or not.
        ignored: Whether it has no effect because the specification says so, and
            not because it is refused.
    """

    state: str
    rule: str | None = None
    taken: bool = True
    ignored: bool = False


Table: TypeAlias = Mapping[str, Mapping[str, Arrow]]
"""State, then step, to what happens. Every state has every step."""


def read_table(prefix: str, text: str) -> Table:
    """Read a transition table.

    Args:
        prefix: What to put before each step that is an event, such as
            ``"websocket."``.
        text: The table, as told at the top of this file.

    Returns:
        The table, with steps in the order of the text.

    Raises:
        ValueError: A line has too few or too many cells, or a cell names neither
            a state nor a rule.
    """
    groups: dict[str, list[str]] = {}
    columns: list[str] = []
    table: dict[str, dict[str, Arrow]] = {}
    for words in _lines(text):
        if words[1:2] == ["="]:
            groups[words[0]] = words[2:]
        elif not columns:
            columns = words
            table = {state: {} for name in words for state in groups.get(name, [name])}
        else:
            step = words[0] if words[0].startswith("(") else prefix + words[0]
            for name, cell in zip(columns, words[1:], strict=True):
                for state in groups.get(name, [name]):
                    table[state][step] = _arrow(cell, state, table)
    return table


def _lines(text: str) -> Iterator[list[str]]:
    """The words of each line that says something."""
    for line in text.splitlines():
        words = line.split()
        if words and not words[0].startswith("#"):
            yield words


def _arrow(cell: str, here: str, states: Mapping[str, object]) -> Arrow:
    """One cell as a value."""
    if cell == ".":
        return Arrow(here)
    if cell in states:
        return Arrow(cell)
    rule, taken, state = cell.removeprefix("~").partition(">")
    if not taken or state == ".":
        state = here
    if rule not in RULES or state not in states:
        message = f"{cell!r} names neither a state nor a rule"
        raise ValueError(message)
    return Arrow(state, rule, taken=bool(taken), ignored=cell.startswith("~"))
