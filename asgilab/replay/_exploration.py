"""Replaying a session often enough, and in enough worlds, to see what varies.

One run of the application is one sample. What is compared, and how, stands in
``_volatile``; how the world is changed around a replay, in ``_perturbation``.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, TypeAlias

from asgilab.errors import AsgilabError
from asgilab.replay._alignment import align
from asgilab.replay._perturbation import can_travel, perturbed
from asgilab.replay._replay import LabFactory, replay
from asgilab.replay._steps import Step, steps
from asgilab.replay._volatile import Volatility, find_volatile, matters
from asgilab.sessions import Session

Perturbation: TypeAlias = Callable[[int], AbstractContextManager[object]]
"""Called with the number of a replay; changes the world around it (a clock, say)."""

Elsewhere: TypeAlias = Callable[[Session], Awaitable[Sequence[Step]]]
"""Replays a session in a process of its own, and returns the steps."""

REPLAYS: Final = 5
"""How many replays show a value that is thrown with a die."""


@dataclass(frozen=True, slots=True)
class Exploration:
    """What many replays of a session say about it.

    Attributes:
        recorded: The steps of the recording.
        runs: The steps of each replay that counts, the first one in the world as
            it is.
        found: What varies between the recording and those replays.
        notes: Replays that do not count, and why, one sentence each.
    """

    recorded: tuple[Step, ...]
    runs: tuple[tuple[Step, ...], ...]
    found: Volatility
    notes: tuple[str, ...] = ()


async def explore(
    session: Session,
    fresh_lab: LabFactory,
    *,
    replays: int = REPLAYS,
    perturb: Perturbation = perturbed,
    elsewhere: Elsewhere | None = None,
) -> Exploration:
    """Replay a session several times, some of them in another world.

    A replay in another world in which the application sends other messages says
    nothing about the values of these ones: it does not count, and a note says so.

    The replays do not keep the time of the session: what a timer of the application
    sent is missing in them, as it is in a test in which nobody moves the clock.

    Args:
        session: The recording.
        fresh_lab: Makes a lab around a fresh application; ``lab.fresh`` is one.
        replays: How many times to replay, 2 at least.
        perturb: Changes the world around a replay.
        elsewhere: Replays once more in another process, where hashes and addresses
            are others. None leaves that out.

    Example::

        explored = await explore(session, lab.fresh, elsewhere=replay_elsewhere)
        explored.found.findings
    """
    runs: list[tuple[Step, ...]] = []

    async def run_once() -> None:
        with perturb(len(runs)):
            runs.append((await replay(session, fresh_lab, in_time=False)).steps)

    for _ in range(max(replays, 2)):
        await run_once()
    if len(runs) % 2 == 0:
        await run_once()  # the first and the last are in the world as it is
    notes = [] if perturb is not perturbed or can_travel() else [_NO_TRAVEL]
    counted, ignored = _sift(runs)
    if ignored:
        notes.append(_OTHER_WORLD.format(count=ignored))
    if elsewhere is not None:
        await _look_elsewhere(session, elsewhere, counted, notes)
    recorded = tuple(steps(session))
    found = find_volatile(recorded, *counted)
    return Exploration(recorded, tuple(counted), found, tuple(notes))


def _sift(runs: list[tuple[Step, ...]]) -> tuple[list[tuple[Step, ...]], int]:
    """Take out the replays whose world made the application do something else.

    Where those in the world as it is differ as well, it is not the world.
    """
    plain, others = runs[::2], runs[1::2]
    if not all(_alike(plain[0], run) for run in plain[1:]):
        return runs, 0
    counted = [run for run in others if _alike(plain[0], run)]
    return [*plain, *counted], len(others) - len(counted)


def _alike(one: Sequence[Step], other: Sequence[Step]) -> bool:
    """Tell whether two replays sent messages of the same types."""
    pairs = align(one, other).pairs
    return all(
        pair.left is not None
        and pair.right is not None
        and pair.left.type == pair.right.type
        for pair in pairs
        if any(each is not None and matters(each) for each in (pair.left, pair.right))
    )


async def _look_elsewhere(
    session: Session,
    elsewhere: Elsewhere,
    counted: list[tuple[Step, ...]],
    notes: list[str],
) -> None:
    try:
        run = tuple(await elsewhere(session))
    except AsgilabError as error:
        notes.append(_NO_PROCESS.format(error=error))
        return
    if _alike(counted[0], run):
        counted.append(run)
    else:
        notes.append(_OTHER_PROCESS)


_NO_TRAVEL: Final = (
    "The clock was not moved, since time-machine is not installed: a value that "
    "follows the date may have gone unnoticed."
)
_OTHER_WORLD: Final = (
    "In {count} of the replays, on another day and another machine, the application "
    "sent other messages, so they do not count: a value that follows the date or the "
    "machine may have gone unnoticed."
)
_OTHER_PROCESS: Final = (
    "In a process of its own the application sent other messages, so that replay does "
    "not count: a value that is another one in each process may have gone unnoticed."
)
_NO_PROCESS: Final = (
    "There was no replay in a process of its own: {error} A value that is another one "
    "in each process may have gone unnoticed."
)
