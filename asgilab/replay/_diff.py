"""What two sessions differ in, as values to print or draw.

Another order of the same outputs is told apart from another output. Values
that differ from run to run by nature are differences here like any other;
``_volatile`` is what tells them apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from asgilab.replay._alignment import Pair, align
from asgilab.replay._content import Path, content, show
from asgilab.replay._steps import Output, Step, steps
from asgilab.replay._volatile import differences
from asgilab.sessions import Session


@dataclass(frozen=True, slots=True)
class OtherInput:
    """A step in which the client did something else.

    Attributes:
        step: Number of the step.
        left: Connection and decoded event on the left, or None where it did nothing.
        right: The same on the right.
    """

    step: int
    left: tuple[str, dict[str, Any]] | None
    right: tuple[str, dict[str, Any]] | None

    def __str__(self) -> str:
        return f"step {self.step}: input {_told(self.left)} → {_told(self.right)}"


@dataclass(frozen=True, slots=True)
class Changed:
    """A value that differs between two outputs that belong together.

    Attributes:
        step: Number of the step.
        left: The output on the left.
        right: The output on the right.
        path: Where in the decoded message.
        before: The value on the left.
        after: The value on the right.
    """

    step: int
    left: Output
    right: Output
    path: Path
    before: Any
    after: Any

    def __str__(self) -> str:
        where = f"step {self.step}, {self.left.connection}, {show(self.path)}"
        return f"{where}: {self.before!r} → {self.after!r}"


@dataclass(frozen=True, slots=True)
class OnlyLeft:
    """An output that the right session does not have."""

    step: int
    output: Output

    def __str__(self) -> str:
        return f"step {self.step}, {self.output.connection}: - {self.output.content!r}"


@dataclass(frozen=True, slots=True)
class OnlyRight:
    """An output that the left session does not have."""

    step: int
    output: Output

    def __str__(self) -> str:
        return f"step {self.step}, {self.output.connection}: + {self.output.content!r}"


@dataclass(frozen=True, slots=True)
class Reordered:
    """The same outputs on one connection, in another order."""

    step: int
    connection: str

    def __str__(self) -> str:
        return f"step {self.step}, {self.connection}: another order"


Difference = OtherInput | Changed | OnlyLeft | OnlyRight | Reordered


def diff(left: Session, right: Session) -> list[Difference]:
    """Return what two sessions differ in, in the order of their steps.

    Example::

        for difference in diff(load("monday.asgilab.jsonl"), session):
            print(difference)            # step 3, bob, $.text.message: 'hi' → 'ho'
    """
    one, other = steps(left), steps(right)
    return sorted(
        [*_inputs(one, other), *diff_outputs(one, other)],
        key=lambda difference: difference.step,
    )


def diff_outputs(one: Sequence[Step], other: Sequence[Step]) -> list[Difference]:
    """Return what the application sent differently, whatever the inputs were.

    Args:
        one: The steps of a session.
        other: Those of another, of a replay of it for example.
    """
    alignment = align(one, other)
    found: list[Difference] = [
        *(Reordered(step, name) for step, name in alignment.reordered),
    ]
    for pair in alignment.pairs:
        found += _outputs(pair)
    return sorted(found, key=lambda difference: difference.step)


def _inputs(one: list[Step], other: list[Step]) -> list[OtherInput]:
    found = []
    for number in range(max(len(one), len(other))):
        left, right = (
            _act(side[number]) if number < len(side) else None for side in (one, other)
        )
        if left != right:
            found.append(OtherInput(number, left, right))
    return found


def _act(step: Step) -> tuple[str, dict[str, Any]]:
    done = step.input
    said = content(done.message)
    if done.request is not None:
        said["path"] = done.request.path
    return done.connection, said


def _outputs(pair: Pair) -> list[Difference]:
    if pair.left is None or pair.right is None:
        if pair.left is not None:
            return [OnlyLeft(pair.step, pair.left)]
        return [] if pair.right is None else [OnlyRight(pair.step, pair.right)]
    contents = [pair.left.content, pair.right.content]
    return [
        Changed(pair.step, pair.left, pair.right, path, before, after)
        for path, (before, after) in differences(contents)
    ]


def _told(act: tuple[str, dict[str, Any]] | None) -> str:
    return "nothing" if act is None else f"{act[0]} {act[1]!r}"
