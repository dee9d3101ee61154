"""Which values differ from one run of a session to the next.

The recording and at least two replays are laid side by side; each value that
is not the same in all of them is volatile. Which matcher such a value becomes
is decided in ``asgilab.export``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asgilab.errors import UsageError
from asgilab.replay._alignment import align
from asgilab.replay._content import Path, content, permuted, same, show
from asgilab.replay._steps import Input, Output, Step


@dataclass(frozen=True, slots=True)
class Finding:
    """A value that differs from run to run.

    Attributes:
        event: Index in the recording of the event that holds it.
        connection: Name of the connection.
        path: Where it stands in the decoded message, such as
            ``("text", "id")``; for the address of a connection, ``("path",)``.
        values: The value in the recording and in each replay.
        moments: When each of them was sent.
        sent: True where the application sent the value, False where the client did.
    """

    event: int
    connection: str
    path: Path
    values: tuple[Any, ...]
    moments: tuple[datetime, ...]
    sent: bool = True

    def __str__(self) -> str:
        seen = ", ".join(dict.fromkeys(repr(value)[:60] for value in self.values))
        return f"event {self.event}, {show(self.path)}: {seen}"


@dataclass(frozen=True, slots=True)
class Volatility:
    """What was found by replaying a session.

    Attributes:
        findings: The volatile values, in the order of the recording.
        reordered: Step and connection of each group of outputs whose order
            differs from run to run.
        missing: Outputs of the recording that a replay did not send.
        added: Outputs of a replay that the recording does not have.
    """

    findings: tuple[Finding, ...] = ()
    reordered: tuple[tuple[int, str], ...] = ()
    missing: tuple[Output, ...] = ()
    added: tuple[Output, ...] = ()

    @property
    def reproduced(self) -> bool:
        """Whether each replay sent as many outputs as the recording, step by step."""
        return not self.missing and not self.added


def find_volatile(recorded: Sequence[Step], *replays: Sequence[Step]) -> Volatility:
    """Compare a recording with two or more replays of it.

    Args:
        recorded: The steps of the recording.
        *replays: The steps of each replay.

    Raises:
        UsageError: There are fewer than two replays: one alone cannot tell a
            value that changes each time from one that changed once.

    Example::

        found = find_volatile(steps(session), first.steps, second.steps)
        [str(finding) for finding in found.findings]
        # ["event 9, $.text.id: '6f0c…', '41d2…', '9a77…'"]
    """
    if len(replays) < 2:
        msg = f"Comparing needs at least 2 replays; {len(replays)} came."
        raise UsageError(msg)
    return _Comparison(recorded, replays).compare()


@dataclass(slots=True)
class _Comparison:
    recorded: Sequence[Step]
    replays: Sequence[Sequence[Step]]
    reordered: dict[tuple[int, str], None] = field(default_factory=dict)
    missing: dict[int, Output] = field(default_factory=dict)
    added: list[Output] = field(default_factory=list)

    def compare(self) -> Volatility:
        likes: dict[int, list[Output]] = {}
        for replay in self.replays:
            self._align(replay, likes)
        findings = [
            *self._inputs(),
            *(
                finding
                for step in self.recorded
                for output in step.outputs
                for finding in _findings(output, likes.get(output.event, []))
            ),
        ]
        findings.sort(key=lambda finding: finding.event)
        return Volatility(
            tuple(findings),
            tuple(self.reordered),
            tuple(self.missing.values()),
            tuple(self.added),
        )

    def _align(self, replay: Sequence[Step], likes: dict[int, list[Output]]) -> None:
        alignment = align(self.recorded, replay)
        self.reordered |= dict.fromkeys(alignment.reordered)
        for left, right in alignment.matched:
            likes.setdefault(left.event, []).append(right)
        for pair in alignment.pairs:
            if pair.left is None and pair.right is not None and matters(pair.right):
                self.added.append(pair.right)
            if pair.right is None and pair.left is not None and matters(pair.left):
                self.missing[pair.left.event] = pair.left

    def _inputs(self) -> list[Finding]:
        found = []
        for number, step in enumerate(self.recorded):
            others = [r[number].input for r in self.replays if number < len(r)]
            found += _input_findings(step.input, others)
        return found


def differences(values: Sequence[Any], path: Path = ()) -> list[tuple[Path, list[Any]]]:
    """Return where some payloads differ, with what each of them holds there.

    An object whose keys differ is one difference: so a key that is a fresh UUID
    each time is told by the object that holds it. An array whose length differs,
    or that holds the same items in another order, is one as well.
    """
    first, *others = values
    if all(same(first, other) for other in others):
        return []
    if _same_keys(values):
        return [
            d
            for key in first
            for d in differences([v[key] for v in values], (*path, key))
        ]
    if _same_length(values) and not permuted(values):
        return [
            difference
            for place in range(len(first))
            for difference in differences([v[place] for v in values], (*path, place))
        ]
    return [(path, list(values))]


def matters(output: Output) -> bool:
    """Tell whether anybody waits for an output.

    An application may return a little sooner or later.
    """
    return output.type != "application.returned"


def _findings(output: Output, likes: list[Output]) -> list[Finding]:
    group = [output, *likes]
    return [
        Finding(
            output.event,
            output.connection,
            path,
            tuple(values),
            tuple(each.moment for each in group),
        )
        for path, values in differences([each.content for each in group])
    ]


def _input_findings(recorded: Input, others: list[Input]) -> list[Finding]:
    contents = [_sent_by_client(each) for each in (recorded, *others)]
    return [
        Finding(
            recorded.event, recorded.connection, path, tuple(values), (), sent=False
        )
        for path, values in differences(contents)
    ]


def _sent_by_client(step_input: Input) -> dict[str, Any]:
    found = content(step_input.message)
    if step_input.request is not None:
        found["path"] = step_input.request.path
    return found


def _same_keys(values: Sequence[Any]) -> bool:
    return all(isinstance(v, dict) and v.keys() == values[0].keys() for v in values)


def _same_length(values: Sequence[Any]) -> bool:
    return all(isinstance(v, list) and len(v) == len(values[0]) for v in values)
