"""What is different when a session is replayed on the application of today.

It is replayed twice: what differs between the two replays differs in every one,
and says nothing about the application.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from asgilab.replay import (
    Changed,
    Difference,
    LabFactory,
    OnlyLeft,
    OnlyRight,
    Path,
    Reordered,
    Step,
    diff_outputs,
    find_volatile,
    replay,
    steps,
)
from asgilab.sessions import Session


@dataclass(frozen=True, slots=True)
class Compared:
    """A replay, laid beside what was recorded.

    Attributes:
        session: The session of the replay.
        differences: What is different now.
        volatile: How many values differ in every replay, and are not among them.
    """

    session: Session
    differences: tuple[Difference, ...]
    volatile: int


async def compare(recorded: Session, fresh_lab: LabFactory) -> Compared:
    """Replay a session, and tell what is different now.

    All sides are compared as they may be shown: the recording may have been
    saved without its secrets.

    Args:
        recorded: The session.
        fresh_lab: Gives an empty lab of the application; ``lab.fresh`` does.
    """
    first = await replay(recorded, fresh_lab)
    second = await replay(recorded, fresh_lab)
    told = _shown(steps(recorded), recorded)
    sides = [_shown(each.steps, each.session) for each in (first, second)]
    found = find_volatile(sides[0], sides[1], sides[1])
    moving = {(finding.event, finding.path) for finding in found.findings}
    every = [each for each in diff_outputs(told, sides[0]) if not _hung_up(each)]
    kept = tuple(e for e in every if not _moves(e, moving, found.reordered))
    return Compared(first.session, kept, len(every) - len(kept))


def _shown(told: Sequence[Step], session: Session) -> list[Step]:
    redact = session.redact or dict
    return [
        replace(
            step,
            outputs=tuple(replace(o, message=redact(o.message)) for o in step.outputs),
        )
        for step in told
    ]


def _hung_up(each: Difference) -> bool:
    """Tell whether one side only saw the end of a connection: its lab was closed."""
    if not isinstance(each, (OnlyLeft, OnlyRight)):
        return False
    return each.output.type in ("application.returned", "cancelled")


def _moves(
    each: Difference, moving: set[tuple[int, Path]], reordered: Sequence[object]
) -> bool:
    if isinstance(each, Changed):
        return (each.right.event, each.path) in moving
    return isinstance(each, Reordered) and (each.step, each.connection) in reordered
