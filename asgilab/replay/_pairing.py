"""Which step of one session is which step of another, and which connection.

A client that did one thing more has done the rest all the same: steps are paired
by what was done in them, and only then by their place. How the outputs of a pair
of steps are matched stands in ``_alignment``.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TypeAlias

from asgilab.replay._alignment import shape_of
from asgilab.replay._content import content
from asgilab.replay._steps import Act, Step

StepPair: TypeAlias = tuple[Step | None, Step | None]


def pair_steps(left: Sequence[Step], right: Sequence[Step]) -> list[StepPair]:
    """Return the steps of two sessions side by side, in the order of the left one.

    Steps with the same input belong together. Between those, steps in which the
    same client did the same kind of thing do (a value may have changed), and then
    those that stand in the same place.
    """
    pairs: list[StepPair] = []
    exact = [_told(step) for step in left], [_told(step) for step in right]
    for tag, i, end, j, stop in _blocks(*exact):
        if tag == "equal":
            pairs += zip(left[i:end], right[j:stop], strict=True)
        else:
            pairs += _by_kind(left[i:end], right[j:stop])
    return pairs


def same_names(left: Sequence[Step], right: Sequence[Step]) -> dict[str, str]:
    """Return what the connections of the right session are called in the left one.

    Connections of the same name are the same. The others are, where they asked for
    the same path, in the order in which they were opened.
    """
    ours, theirs = _opened(left), _opened(right)
    free = [name for name in ours if name not in theirs]
    names: dict[str, str] = {}
    for name, path in theirs.items():
        if name in ours:
            continue
        likes = [each for each in free if ours[each] == path]
        if likes:
            free.remove(likes[0])
            names[name] = likes[0]
    return names


def renamed(steps: Sequence[Step], names: dict[str, str]) -> list[Step]:
    """Return steps whose connections have other names."""

    def called(name: str) -> str:
        return names.get(name, name)

    return [
        replace(
            step,
            input=replace(step.input, connection=called(step.input.connection)),
            outputs=tuple(
                replace(output, connection=called(output.connection))
                for output in step.outputs
            ),
        )
        for step in steps
    ]


def _by_kind(left: Sequence[Step], right: Sequence[Step]) -> list[StepPair]:
    pairs: list[StepPair] = []
    kinds = [_kind(step) for step in left], [_kind(step) for step in right]
    for _, i, end, j, stop in _blocks(*kinds):
        ours, theirs = left[i:end], right[j:stop]
        most = max(len(ours), len(theirs))
        pairs += zip(_filled(ours, most), _filled(theirs, most), strict=True)
    return pairs


def _filled(steps: Sequence[Step], count: int) -> list[Step | None]:
    return [*steps, *[None] * (count - len(steps))]


def _blocks(
    one: Sequence[object], other: Sequence[object]
) -> list[tuple[str, int, int, int, int]]:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return list(matcher.get_opcodes())


def _told(step: Step) -> tuple[str, Act, str, str]:
    """Return what was done, such that it is equal where the same was done."""
    done = step.input
    path = "" if done.request is None else done.request.path
    said = json.dumps(content(done.message), default=repr, sort_keys=True)
    return done.connection, done.act, path, said


def _kind(step: Step) -> tuple[str, Act, object]:
    done = step.input
    return done.connection, done.act, shape_of(content(done.message))


def _opened(steps: Sequence[Step]) -> dict[str, str]:
    found: dict[str, str] = {}
    for step in steps:
        path = "" if step.input.request is None else step.input.request.path
        found.setdefault(step.input.connection, path)
    return found
