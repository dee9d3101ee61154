"""What makes up one protocol: its table, its event types and their checks.

The shape only. ``_http``, ``_websocket`` and ``_lifespan`` fill it in, and
``_conversation`` walks it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from asgilab.protocol._findings import Breaches
from asgilab.protocol._memory import Memory
from asgilab.protocol._messages import MESSAGES, Direction, MessageType
from asgilab.protocol._table import Arrow, Table
from asgilab.types import Message

Flag: TypeAlias = Callable[[Memory, Message], str]
"""Says which flag an event carries in the table, such as ``"+more"``, or ""."""

Check: TypeAlias = Callable[[Memory, Message, str], Breaches]
"""Says which rules an event breaks that is right in this state."""

Quick: TypeAlias = Callable[[Memory, Message], str | None]
"""Takes an event whose values are surely right: notes it and returns its flag.

None says only that the event has to be looked at; then nothing was noted. It is a
short cut for row, flag, check and note, and must never judge otherwise than they do.
"""

Ways: TypeAlias = Mapping[str, Mapping[str, tuple[Quick, Mapping[str, Arrow]]]]
"""State, then event type, to its short cut with the arrow for each flag."""

Note: TypeAlias = Callable[[Memory, Message], None]
"""Keeps in memory what an event said."""


@dataclass(frozen=True)
class Protocol:
    """One of the protocols that ASGI carries.

    Attributes:
        name: The scope type, such as ``"websocket"``.
        start: The state of a new conversation.
        table: What each step does in each state.
        unknown_sent: The rule that an unknown event type breaks when sent.
        unknown_delivered: The same when it is delivered.
        phrases: Flag to the words that tell it in a finding.
        flags: Event type to the function that finds its flag.
        checks: Event type to the function that judges its values.
        quick: Event type to the short cut for the plain form of it, for the events
            that every request has.
        notes: Event type to the function that remembers what it said.
        awaited: The event that the application has to have received before it
            answers, or None.
        steady: States in which frames go both ways and change nothing.
    """

    name: str
    start: str
    table: Table
    unknown_sent: str
    unknown_delivered: str
    phrases: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, Flag] = field(default_factory=dict)
    checks: Mapping[str, Check] = field(default_factory=dict)
    quick: Mapping[str, Quick] = field(default_factory=dict)
    notes: Mapping[str, Note] = field(default_factory=dict)
    awaited: str | None = None
    steady: frozenset[str] = frozenset()

    @property
    def states(self) -> tuple[str, ...]:
        """All states, in the order of the table."""
        return tuple(self.table)

    @cached_property
    def ends(self) -> frozenset[str]:
        """The states that no step leads out of."""
        return frozenset(
            state
            for state, arrows in self.table.items()
            if arrows and all(arrow.state == state for arrow in arrows.values())
        )

    @cached_property
    def exits(self) -> frozenset[str]:
        """The states in which an application may return: no rule is broken by it."""
        return frozenset(
            state
            for state, arrows in self.table.items()
            if "(return)" in arrows and arrows["(return)"].rule is None
        )

    @cached_property
    def sends(self) -> Mapping[str, MessageType]:
        """The rows of the event types that an application may send, by name."""
        return self._rows(Direction.SEND)

    @cached_property
    def receives(self) -> Mapping[str, MessageType]:
        """The rows of the event types that may be delivered to it, by name."""
        return self._rows(Direction.RECEIVE)

    @cached_property
    def ways_out(self) -> Ways:
        """The short cuts for what an application sends."""
        return self._ways(self.sends)

    @cached_property
    def ways_in(self) -> Ways:
        """The short cuts for what is delivered to it."""
        return self._ways(self.receives)

    def _ways(self, rows: Mapping[str, MessageType]) -> Ways:
        """The short cuts of each state: for events that are right there."""
        return {
            state: {
                kind: (quick, ways)
                for kind, quick in self.quick.items()
                if kind in rows and (ways := self._right_arrows(state, kind))
            }
            for state in self.states
        }

    def _right_arrows(self, state: str, kind: str) -> Mapping[str, Arrow]:
        """The arrow for each flag of an event; none where one may be wrong."""
        arrows = {
            step.removeprefix(kind): arrow
            for step, arrow in self.table[state].items()
            if step.partition("+")[0] == kind
            and step.removeprefix(kind) not in self.phrases
        }
        right = all(arrow.rule is None for arrow in arrows.values())
        return arrows if right else {}

    def _rows(self, direction: Direction) -> Mapping[str, MessageType]:
        return {
            row.type: row
            for row in MESSAGES.values()
            if row.direction is direction and row.type.startswith(f"{self.name}.")
        }

    def flag(self, memory: Memory, kind: str, message: Message) -> str:
        """The flag that an event carries in the table, or ""."""
        flag = self.flags.get(kind)
        return "" if flag is None else flag(memory, message)
