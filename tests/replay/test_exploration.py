"""Replaying in several worlds, until it is known what varies."""

import itertools
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from asgilab.errors import UsageError
from asgilab.replay import Step, explore, replay, steps
from asgilab.sessions import Session
from asgilab.types import Receive, Scope, Send
from tests.processes import found_by
from tests.replay.applications import Meter, say
from tests.replay.recording import Recording
from tests.replay.small_lab import SmallLab, factory
from tests.replay.values import OTHERS, STABLE, VOLATILE

ROOT = Path(__file__).parents[2]
NOW = time.time()
"""An application here tells by it in which world it is."""


@pytest.fixture(scope="module")
def explored() -> dict[str, Any]:
    """What exploring the application in ``values`` has found, in a process."""
    return found_by("tests.replay.values")


def test_of_38_kinds_of_volatile_values_each_is_found_and_no_lookalike(
    explored: dict[str, Any],
) -> None:
    volatile = sorted([*VOLATILE, *OTHERS])
    assert len(volatile) >= 20
    assert len(STABLE) >= 6
    assert explored["found"] == [volatile, volatile], "one list for each message"


def test_all_replays_of_them_count_and_nothing_is_left_to_be_said(
    explored: dict[str, Any],
) -> None:
    assert explored["runs"] == 6
    assert explored["notes"] == []
    assert explored["reproduced"]


def recorded(*heard: Any) -> Session:
    recording = Recording()
    recording.opens("alice")
    recording.says("alice", "go")
    for payload in heard:
        recording.hears("alice", payload)
    return recording.session


class Calendar:
    """Closed from next year on."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        if time.time() > NOW + 100 * 86_400:
            await send({"type": "websocket.close", "code": 4000})
        else:
            await say(send, open=True)


async def test_a_world_in_which_something_else_happens_does_not_count() -> None:
    found = await explore(recorded({"open": True}), factory(Calendar))
    assert len(found.runs) == 3
    assert found.found.findings == ()
    assert found.found.reproduced
    (note,) = found.notes
    assert note.startswith("In 2 of the replays, on another day and another machine, ")


class Moody:
    """Sends one message or two, in turn, whatever the world."""

    moods = itertools.count()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        for _ in range(next(self.moods) % 3):
            await say(send, open=True)


async def test_an_application_that_is_unsteady_by_itself_is_not_put_on_the_world() -> (
    None
):
    found = await explore(recorded({"open": True}), factory(Moody))
    assert len(found.runs) == 5
    assert found.notes == ()
    assert not found.found.reproduced


async def test_the_first_and_the_last_replay_are_in_the_world_as_it_is() -> None:
    numbers: list[int] = []

    def noted(number: int) -> Any:
        numbers.append(number)
        return pytest.MonkeyPatch.context()

    session = recorded({"run": 1})
    found = await explore(session, factory(Meter), replays=2, perturb=noted)
    assert numbers == [0, 1, 2]
    assert len(found.runs) == 3
    assert found.recorded == tuple(steps(session))


async def test_a_replay_in_another_process_counts_where_it_sends_the_same() -> None:
    session = recorded({"open": True})

    async def alike(_: Session) -> Sequence[Step]:
        return steps(recorded({"open": "elsewhere"}))

    async def unlike(_: Session) -> Sequence[Step]:
        return steps(recorded())

    async def failing(_: Session) -> Sequence[Step]:
        msg = "No module named 'shop'."
        raise UsageError(msg)

    one = await explore(session, factory(Calendar), elsewhere=alike)
    assert [finding.path for finding in one.found.findings] == [("text", "open")]
    other = await explore(session, factory(Calendar), elsewhere=unlike)
    assert other.found.findings == ()
    assert other.notes[-1].startswith("In a process of its own the application sent o")
    third = await explore(session, factory(Calendar), elsewhere=failing)
    assert "process of its own: No module named 'shop'. A value" in third.notes[-1]


async def test_a_steady_application_has_nothing_that_varies() -> None:
    async with factory(Calendar)():
        session = (await replay(recorded(), factory(Calendar))).session
    assert (await explore(session, factory(Calendar))).found.findings == ()


async def test_no_replay_that_explores_moves_the_clock() -> None:
    session = recorded({"open": True})
    session.clock = "manual"
    labs: list[SmallLab] = []

    @asynccontextmanager
    async def timed() -> AsyncIterator[SmallLab]:
        async with factory(Meter, labs)():
            labs[-1].owns_time = True
            yield labs[-1]

    await explore(session, timed, replays=2)
    assert [lab.moments for lab in labs] == [[]] * 3
    await replay(session, timed)
    assert labs[-1].moments, "another replay keeps the time"
