"""What is different when a session is replayed on the application of today.

It is replayed twice: what differs between the two replays differs in every one,
and says nothing about the application.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from asgilab.replay import (
    Changed,
    Difference,
    LabFactory,
    OnlyLeft,
    OnlyRight,
    Output,
    Path,
    Reordered,
    Step,
    diff_outputs,
    find_volatile,
    replay,
    show,
    steps,
)
from asgilab.sessions import Session

_UUID: Final = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
_HTTP_DATE: Final = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT")
_NEAR: Final = timedelta(minutes=10)
"""How far from the events of its session a time may lie that tells when it was."""
_LATEST: Final = 1e11
"""Seconds since 1970 that a date can still hold."""
_TOLD: Final = 5
"""How many places are named; the rest is counted."""


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
    differences: Sequence[Difference], left: Session, right: Session
) -> tuple[tuple[Difference, ...], tuple[Changed, ...]]:
    """Return the differences of two sessions that say something, and the others.

    What two sessions alone can tell: an id that is a UUID is another in every run,
    and so is a time that lies near the clock of its own session, on both sides.
    :func:`compare` knows more, because it replays.

    Args:
        differences: What :func:`asgilab.replay.diff` has found.
        left: The one session.
        right: The other one.
    """
    kept: list[Difference] = []
    passed: list[Changed] = []
    for each in differences:
        if isinstance(each, Changed) and _is_of_a_run(each, left, right):
            passed.append(each)
        else:
            kept.append(each)
    return tuple(kept), tuple(passed)


def places_of(passed: Sequence[Changed]) -> str:
    """Return where the values stand that were passed over, each place once."""
    places = dict.fromkeys(show(each.path) for each in passed)
    more = f" and {len(places) - _TOLD} more" if len(places) > _TOLD else ""
    return ", ".join(list(places)[:_TOLD]) + more


def _is_of_a_run(changed: Changed, left: Session, right: Session) -> bool:
    before, after = changed.before, changed.after
    if isinstance(before, str) and isinstance(after, str):
        if _is_uuid(before) and _is_uuid(after):
            return True
    elif isinstance(before, str) or isinstance(after, str):
        return False
    return _is_now(before, changed.left, left) and _is_now(after, changed.right, right)


def _is_now(value: object, output: Output, session: Session) -> bool:
    """Tell whether a value is a time at which its session may have been running.

    A clock that is moved says little about the time of day.
    """
    near = timedelta(days=1 if session.clock in ("manual", "virtual") else 0) + _NEAR
    return any(
        session.started - near <= moment <= output.moment + near
        for moment in _moments(value)
    )


def _moments(value: object) -> list[datetime]:
    """Return the times that a value may mean."""
    if isinstance(value, str):
        return _times(value)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return []
    return [
        datetime.fromtimestamp(value / unit, UTC)
        for unit in (1, 1000)
        if 0 < value < _LATEST * unit
    ]


def _times(text: str) -> list[datetime]:
    try:
        if _HTTP_DATE.fullmatch(text):
            return [parsedate_to_datetime(text)]
        moment = datetime.fromisoformat(text)
        if ":" not in text:
            return []  # a date alone may well be what a message is about
        if moment.tzinfo is not None:
            return [moment]
        return [moment.replace(tzinfo=UTC), moment.astimezone()]  # it does not say
    except (ValueError, OverflowError):
        return []


def _is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


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
