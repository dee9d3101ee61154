"""The tasks that an application starts, and what is said of those that it leaves."""

import asyncio
import sys
from typing import Any

import pytest
from channels.generic.websocket import AsyncWebsocketConsumer

from asgilab.communicators._tasks import tasks_of
from asgilab.errors import NoOutput, UncleanExit
from asgilab.testing import WebsocketCommunicator
from tests.communicators.applications import connected
from tests.engine.test_frames import line_of


async def tick(number: int) -> None:
    await asyncio.Event().wait()


async def clean_up(number: int) -> None:
    try:
        await tick(number)
    finally:
        await asyncio.sleep(0.01)


class Starting:
    """Starts tasks before it waits for the end; ends them, or does not."""

    def __init__(self, *, ends_them: bool = True, does: Any = tick) -> None:
        self.ends_them = ends_them
        self.does = does
        self.tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        self.tasks = [
            asyncio.create_task(self.does(number), name=f"tick {number}")
            for number in range(2)
        ]
        await receive()
        if self.ends_them:
            for task in self.tasks:
                task.cancel()


SPAWNS = (
    "Starting.__call__.<locals>.<listcomp>"  # a frame of its own, up to Python 3.11
    if sys.version_info < (3, 12)
    else "Starting.__call__"
)


def names(communicator: Any) -> list[str]:
    found = tasks_of(communicator._line, communicator.future)
    return [task.get_name() for task in found]


async def test_each_connection_has_its_own_tasks() -> None:
    first, second = await connected(Starting()), await connected(Starting())
    await first.settle()
    assert names(first) == ["tick 0", "tick 1"]
    mine = tasks_of(first._line, first.future)
    theirs = tasks_of(second._line, second.future)
    assert not {*mine} & {*theirs}
    await first.disconnect()
    await asyncio.sleep(0)
    assert names(first) == []
    assert names(second) == ["tick 0", "tick 1"]
    await second.disconnect()


async def test_a_task_of_a_task_is_found_as_well() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        async with asyncio.TaskGroup() as group:

            async def grow() -> None:
                group.create_task(tick(1), name="child")
                await tick(0)

            await receive()
            await send({"type": "websocket.accept"})
            group.create_task(grow(), name="parent")

    communicator = await connected(application)
    await communicator.settle()
    assert names(communicator) == ["child", "parent"]
    communicator.stop()


def test_an_application_that_never_started_has_none() -> None:
    assert tasks_of(WebsocketCommunicator(Starting(), "/")._line, None) == []


async def test_where_each_task_stands_is_told_word_for_word() -> None:
    communicator = await connected(Starting())
    with pytest.raises(NoOutput) as caught:
        await communicator.receive_from()
    stands = [note for note in caught.value.__notes__ if " stands at:" in note]
    assert len(stands) == 3
    line = tick.__code__.co_firstlineno + 1
    for number, note in enumerate(stands[1:]):
        assert note == (
            f"Its task 'tick {number}' stands at:\n"
            f"  {__file__}:{line} in tick\n"
            f"    number={number}"
        )
    await communicator.disconnect()


async def test_an_idle_consumers_own_tasks_are_no_news() -> None:
    communicator = await connected(AsyncWebsocketConsumer.as_asgi())
    with pytest.raises(NoOutput) as caught:
        await communicator.receive_from()
    assert not [note for note in caught.value.__notes__ if "Its task" in note]
    await communicator.disconnect()


async def test_a_strict_exit_names_the_tasks_that_go_on() -> None:
    starting = Starting(ends_them=False)
    communicator = await connected(starting, strict=True)
    await communicator.settle()
    with pytest.raises(UncleanExit) as caught:
        await communicator.disconnect()
    line = tick.__code__.co_firstlineno + 1
    spawned = line_of(Starting.__call__, "asyncio.create_task")
    assert str(caught.value) == " ".join(
        f"The application has ended, and its task 'tick {number}' goes on "
        f"at {__file__}:{line} in tick, "
        f"spawned from {__file__}:{spawned} in {SPAWNS}."
        for number in range(2)
    )
    for task in starting.tasks:
        task.cancel()


async def test_in_a_strict_conversation_a_post_mortem_tells_who_spawned_a_task() -> (
    None
):
    communicator = await connected(Starting(), strict=True)
    with pytest.raises(NoOutput) as caught:
        await communicator.receive_from()
    spawned = line_of(Starting.__call__, "asyncio.create_task")
    told = (
        f"Its task 'tick 0', spawned from {__file__}:{spawned} in {SPAWNS}, stands at"
    )
    assert told in "\n".join(caught.value.__notes__)
    await communicator.disconnect()


async def test_the_task_factory_of_the_loop_is_its_own_again_afterwards() -> None:
    loop = asyncio.get_running_loop()
    assert loop.get_task_factory() is None
    communicator = await connected(Starting(), strict=True)
    assert loop.get_task_factory() is not None
    await communicator.disconnect()
    assert loop.get_task_factory() is None


async def test_tasks_that_are_being_cancelled_are_not_left() -> None:
    starting = Starting(does=clean_up)
    communicator = await connected(starting, strict=True)
    await communicator.settle()
    await communicator.disconnect()
    assert names(communicator) == ["tick 0", "tick 1"]
    await asyncio.wait(starting.tasks)


async def test_without_strict_nobody_looks_for_tasks() -> None:
    starting = Starting(ends_them=False)
    communicator = await connected(starting)
    await communicator.settle()
    await communicator.disconnect()
    assert not any(task.done() for task in starting.tasks)
    for task in starting.tasks:
        task.cancel()
