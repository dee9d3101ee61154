"""What is different when a session is replayed on the application of today.

It is replayed twice: what differs between the two replays differs in every one,
and says nothing about the application.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

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

_UUID: Final = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
_HTTP_DATE: Final = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT")
_EPOCH: Final = ((1.5e9, 3e9), (1.5e12, 3e12))
"""Times since 1970 from 2017 on, in seconds and in milliseconds."""


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


def without_moving(
    differences: Sequence[Difference],
) -> tuple[tuple[Difference, ...], int]:
    """Return the differences of two sessions that say something, and count the rest.

    What two sessions alone can tell: an id that is a UUID, and a time, are another
    in every run. :func:`compare` knows more, because it replays.
    """
    kept = tuple(each for each in differences if not _is_of_a_run(each))
    return kept, len(differences) - len(kept)


def _is_of_a_run(difference: Difference) -> bool:
    if not isinstance(difference, Changed):
        return False
    before, after = difference.before, difference.after
    if isinstance(before, str) and isinstance(after, str):
        return any(is_one(before) and is_one(after) for is_one in (_is_uuid, _is_time))
    return _is_moment(before) and _is_moment(after)


def _is_moment(value: object) -> bool:
    if not isinstance(value, (int, float)):
        return False
    return any(low < value < high for low, high in _EPOCH)


def _is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return _HTTP_DATE.fullmatch(text) is not None
    return ":" in text  # a date alone may well be what a message is about


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
