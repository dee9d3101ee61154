"""What two sessions differ in, as values to print or draw.

Another order of the same outputs is told apart from another output. Values
that differ from run to run by nature are differences here like any other;
``_volatile`` is what tells them apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from asgilab.replay._alignment import Pair, align
from asgilab.replay._content import Path, content, same, show
from asgilab.replay._pairing import pair_steps, renamed, same_names
from asgilab.replay._steps import Output, Step, steps
from asgilab.replay._volatile import differences, matters
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


@dataclass(frozen=True, slots=True)
class Moved:
    """An output that came in another step.

    Attributes:
        step: Number of the step on the left.
        output: The output on the left.
        to: Number of the step on the right, as steps are counted on the left.
    """

    step: int
    output: Output
    to: int

    def __str__(self) -> str:
        when = "later" if self.to > self.step else "sooner"
        where = f"step {self.step}, {self.output.connection}"
        return f"{where}: {self.output.content!r} came {when}, in step {self.to}"


@dataclass(frozen=True, slots=True)
class Renamed:
    """A connection that is called otherwise in the two sessions.

    Attributes:
        step: Number of the step that opens it.
        left: Its name on the left.
        right: Its name on the right.
    """

    step: int
    left: str
    right: str

    def __str__(self) -> str:
        return f"step {self.step}: {self.left} is called {self.right}"


Difference = OtherInput | Changed | OnlyLeft | OnlyRight | Reordered | Moved | Renamed


def diff(left: Session, right: Session) -> list[Difference]:
    """Return what two sessions differ in, in the order of their steps.

    Steps are paired by what the clients did, so one step more does not make all
    the later ones differ. A step that only the right session has is told with the
    number of the left step before it.

    Example::

        for difference in diff(load("monday.asgilab.jsonl"), session):
            print(difference)            # step 3, bob, $.text.message: 'hi' → 'ho'
    """
    one, other = steps(left), steps(right)
    names = same_names(one, other)
    found: list[Difference] = [
        Renamed(_opening(one, name), name, called) for called, name in names.items()
    ]
    place = 0
    for ours, theirs in pair_steps(one, renamed(other, names)):
        place = place if ours is None else ours.number
        found += _step(place, ours, theirs)
    return sorted(_with_moves(found), key=lambda difference: difference.step)


def diff_outputs(one: Sequence[Step], other: Sequence[Step]) -> list[Difference]:
    """Return what the application sent differently, whatever the inputs were.

    Args:
        one: The steps of a session.
        other: Those of another, of a replay of it for example: the same clients
            did as many things in it.
    """
    alignment = align(one, other)
    found: list[Difference] = [
        *(Reordered(step, name) for step, name in alignment.reordered),
    ]
    for pair in alignment.pairs:
        found += _outputs(pair)
    return sorted(found, key=lambda difference: difference.step)


def _opening(recorded: list[Step], name: str) -> int:
    return next(step.number for step in recorded if step.input.connection == name)


def _step(place: int, left: Step | None, right: Step | None) -> list[Difference]:
    ours = [] if left is None else [left]
    theirs = [] if right is None else [replace(right, number=place)]
    return [*_input(place, left, right), *diff_outputs(ours, theirs)]


def _input(place: int, left: Step | None, right: Step | None) -> list[OtherInput]:
    one, other = (None if side is None else _act(side) for side in (left, right))
    if one is None or other is None or one[0] != other[0]:
        return [OtherInput(place, one, other)]
    return [] if same(one[1], other[1]) else [OtherInput(place, one, other)]


def _with_moves(found: list[Difference]) -> list[Difference]:
    """Tell what is gone in one step and new in another as one thing that moved."""
    kept: list[Difference] = []
    new = [each for each in found if isinstance(each, OnlyRight)]
    for each in found:
        if isinstance(each, OnlyLeft):
            twin = next((other for other in new if _is_twin(each, other)), None)
            if twin is not None:
                new = [other for other in new if other is not twin]
                if matters(each.output):
                    kept.append(Moved(each.step, each.output, twin.step))
                continue
        if not isinstance(each, OnlyRight):
            kept.append(each)
    return [*kept, *new]


def _is_twin(gone: OnlyLeft, new: OnlyRight) -> bool:
    return gone.output.connection == new.output.connection and same(
        gone.output.content, new.output.content
    )


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
