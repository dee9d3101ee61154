"""Where tasks come from: the user's line that made each."""

import asyncio
import gc
import weakref
from typing import Any

import pytest

from asgilab.engine import spawned_from, watch_spawning
from asgilab.engine._spawning import spawned_here
from tests.engine.loops import run_on, stock
from tests.engine.test_frames import library, line_of


def always() -> bool:
    return True


async def nothing() -> None:
    await asyncio.sleep(0)


async def test_a_task_knows_the_line_that_spawned_it() -> None:
    loop = asyncio.get_running_loop()
    spawning = watch_spawning(loop, always)

    def spawn() -> Any:
        return asyncio.create_task(nothing(), name="ours")

    task = spawn()
    spawning.leave(loop)
    place = spawned_from(task)
    assert place is not None
    assert (place.file, place.line) == (__file__, line_of(spawn, "create_task"))
    assert place.function.endswith("spawn")
    assert task.get_name() == "ours"
    await task


async def test_a_task_that_is_given_no_name_keeps_its_own() -> None:
    loop = asyncio.get_running_loop()
    spawning = watch_spawning(loop, always)
    task = asyncio.create_task(nothing())
    spawning.leave(loop)
    assert task.get_name().startswith("Task-")
    task.set_name("another")
    assert task.get_name() == "another"
    await task


async def test_library_code_that_spawns_is_passed_over() -> None:
    loop = asyncio.get_running_loop()
    spawning = watch_spawning(loop, always)
    framework = library(
        """
        def in_background(coroutine, loop):
            return loop.create_task(coroutine)
        """
    )

    def receive() -> Any:
        return framework["in_background"](nothing(), loop)

    task = receive()
    spawning.leave(loop)
    place = spawned_from(task)
    assert place is not None
    assert place.function.endswith("receive")
    await task


async def test_gather_and_a_task_group_spawn_too() -> None:
    loop = asyncio.get_running_loop()
    spawning = watch_spawning(loop, always)
    lines: list[Any] = []

    async def look() -> None:
        lines.append(spawned_here())

    async def handle() -> None:
        await asyncio.gather(look(), look())
        async with asyncio.TaskGroup() as group:
            group.create_task(look())

    await handle()
    spawning.leave(loop)
    gathered, grouped = line_of(handle, "gather"), line_of(handle, "group.create_task")
    assert [place.line for place in lines] == [gathered, gathered, grouped]


async def test_only_what_concerns_an_application_is_remembered() -> None:
    loop = asyncio.get_running_loop()
    spawning = watch_spawning(loop, lambda: False)
    task = asyncio.create_task(nothing())
    spawning.leave(loop)
    assert spawned_from(task) is None
    assert spawned_from(None) is None
    await task


async def test_a_factory_of_the_users_still_makes_the_tasks() -> None:
    loop = asyncio.get_running_loop()
    made: list[Any] = []

    def factory(loop: Any, coroutine: Any, **options: Any) -> Any:
        made.append(options)
        return asyncio.Task(coroutine, loop=loop, **options)

    loop.set_task_factory(factory)
    spawning = watch_spawning(loop, always)
    task = loop.create_task(nothing(), context=None)
    assert spawned_from(task) is not None
    spawning.leave(loop)
    assert loop.get_task_factory() is factory
    loop.set_task_factory(None)
    assert len(made) == 1
    await task


def test_the_last_who_looks_on_gives_the_factory_back() -> None:
    async def main() -> list[bool]:
        loop = asyncio.get_running_loop()
        first = watch_spawning(loop, always)
        second = watch_spawning(loop, always)
        assert first is second
        there = []
        for _ in range(2):
            there.append(loop.get_task_factory() is first)
            first.leave(loop)
        there.append(loop.get_task_factory() is None)
        return there

    assert run_on(stock, main()) == [True, True, True]


async def test_a_factory_that_came_later_stays() -> None:
    loop = asyncio.get_running_loop()
    spawning = watch_spawning(loop, always)

    def factory(loop: Any, coroutine: Any, **options: Any) -> Any:
        return spawning(loop, coroutine, **options)

    loop.set_task_factory(factory)
    spawning.leave(loop)
    assert loop.get_task_factory() is factory
    loop.set_task_factory(None)


async def test_nothing_of_the_code_that_spawned_is_kept_alive() -> None:
    class Row:
        pass

    loop = asyncio.get_running_loop()
    spawning = watch_spawning(loop, always)
    watched: list[weakref.ref[Any]] = []

    def spawn() -> Any:
        row = Row()
        watched.append(weakref.ref(row))
        return asyncio.create_task(nothing())

    gc.disable()
    try:
        task = spawn()
        kept = watched[0]()
    finally:
        gc.enable()
    assert kept is None, "a circle keeps it until the next collection"
    spawning.leave(loop)
    await task
    gone = weakref.ref(task)
    del task
    await asyncio.sleep(0)
    gc.collect()
    assert gone() is None


def test_outside_of_a_loop_there_is_no_task_to_ask_about() -> None:
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()
    assert spawned_here() is None
