"""Which output of one session is which output of another.

Two runs of the same inputs send the same things in nearly the same order. The
outputs are matched within each step and connection, by shape and likeness, so
that another order is told apart from another payload. What differs between a
matched pair lives in ``_volatile`` and ``_diff``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from asgilab.replay._content import Path, leaves, same
from asgilab.replay._steps import Output, Step

_UUID = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")
_MOST = 60
"""Groups longer than this are matched in place: likeness costs their square."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An output of the left session and its like in the right one.

    Attributes:
        step: Number of the step.
        connection: Name of the connection.
        left: The output on the left, or None where only the right has it.
        right: The output on the right, or None where only the left has it.
    """

    step: int
    connection: str
    left: Output | None
    right: Output | None


@dataclass(frozen=True, slots=True)
class Alignment:
    """All outputs of two sessions, side by side.

    Attributes:
        pairs: In the order of the left session; what only the right one has
            stands at the end of its step and connection.
        reordered: Step and connection of each group that holds the same
            outputs in another order.
    """

    pairs: tuple[Pair, ...]
    reordered: tuple[tuple[int, str], ...]

    @property
    def matched(self) -> list[tuple[Output, Output]]:
        """The pairs that have both sides."""
        return [
            (pair.left, pair.right)
            for pair in self.pairs
            if pair.left is not None and pair.right is not None
        ]


def align(left: Sequence[Step], right: Sequence[Step]) -> Alignment:
    """Match the outputs of two sessions, step by step.

    Example::

        alignment = align(steps(recorded), steps(replayed))
        alignment.reordered              # ((4, 'bob'),)
    """
    pairs: list[Pair] = []
    reordered: list[tuple[int, str]] = []
    for one, other in zip_longest(left, right):
        number = one.number if one is not None else other.number
        ours = one.outputs if one is not None else ()
        theirs = other.outputs if other is not None else ()
        for name in dict.fromkeys(o.connection for o in (*ours, *theirs)):
            mine = [o for o in ours if o.connection == name]
            yours = [o for o in theirs if o.connection == name]
            matches = _match(mine, yours)
            if _out_of_order(matches):
                reordered.append((number, name))
            pairs += _pairs(number, name, mine, yours, matches)
    return Alignment(tuple(pairs), tuple(reordered))


def shape(output: Output) -> frozenset[Path]:
    """Return where an output has leaves; see :func:`shape_of`."""
    return shape_of(output.content)


def shape_of(content: Mapping[str, Any]) -> frozenset[Path]:
    """Return where a decoded message has leaves, whatever they say.

    Places in arrays are not told apart, and a key that is a UUID counts as any
    other UUID: both change from run to run without the shape changing.
    """
    return frozenset(
        tuple(
            "[]"
            if isinstance(part, int)
            else "<uuid>"
            if _UUID.fullmatch(part)
            else part
            for part in path
        )
        for path, _ in leaves(content)
    )


def _match(mine: list[Output], yours: list[Output]) -> list[tuple[int, int]]:
    """Return pairs of places, best likeness first, each place once."""
    most = max(len(mine), len(yours))
    if most <= 1 or most > _MOST or _all_same(mine, yours):
        return [(i, i) for i in range(min(len(mine), len(yours)))]
    faces, others = list(map(_Face, mine)), list(map(_Face, yours))
    ranked = sorted(
        (
            (*face.likeness(other), -abs(i - j), i, j)
            for i, face in enumerate(faces)
            for j, other in enumerate(others)
        ),
        reverse=True,
    )
    taken: set[int] = set()
    given: set[int] = set()
    matches = []
    for *_, i, j in ranked:
        if i not in taken and j not in given:
            taken.add(i)
            given.add(j)
            matches.append((i, j))
    return sorted(matches)


def _all_same(mine: list[Output], yours: list[Output]) -> bool:
    return len(mine) == len(yours) and all(
        same(one.content, other.content) for one, other in zip(mine, yours, strict=True)
    )


class _Face:
    """What likeness is judged by, worked out once for each output."""

    def __init__(self, output: Output) -> None:
        self.shape = shape(output)
        self.leaves = dict(leaves(output.content))

    def likeness(self, other: "_Face") -> tuple[bool, float]:
        equal = sum(
            path in other.leaves and same(value, other.leaves[path])
            for path, value in self.leaves.items()
        )
        most = max(len(self.leaves), len(other.leaves), 1)
        return self.shape == other.shape, equal / most


def _out_of_order(matches: list[tuple[int, int]]) -> bool:
    places = [j for _, j in matches]
    return places != sorted(places)


def _pairs(
    number: int,
    name: str,
    mine: list[Output],
    yours: list[Output],
    matches: list[tuple[int, int]],
) -> list[Pair]:
    partner = dict(matches)
    pairs = [
        Pair(number, name, output, yours[partner[i]] if i in partner else None)
        for i, output in enumerate(mine)
    ]
    left_over = set(range(len(yours))) - set(partner.values())
    pairs += [Pair(number, name, None, yours[j]) for j in sorted(left_over)]
    return pairs
