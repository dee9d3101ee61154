"""Passes in place: the same callbacks in the same order as the loop's own."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from asgilab.engine import LabLoop
from asgilab.engine._passes import _MOST, Passes

Factory = Callable[[], asyncio.AbstractEventLoop]
LOOPS = [asyncio.SelectorEventLoop, LabLoop]
every_loop = pytest.mark.parametrize("factory", LOOPS)


def run(factory: Factory, main: Callable[..., Awaitable[Any]]) -> Any:
    """Run ``main(loop, passes)`` on a new loop."""

    async def body() -> Any:
        loop = asyncio.get_running_loop()
        return await main(loop, Passes(loop))

    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(body())


@every_loop
def test_what_is_ready_runs_in_order_and_nothing_that_comes_of_it(
    factory: Factory,
) -> None:
    async def main(loop: Any, passes: Passes) -> None:
        ran: list[str] = []
        loop.call_soon(ran.append, "first")
        loop.call_soon(loop.call_soon, ran.append, "what came of it")
        loop.call_soon(ran.append, "second")
        assert passes.make(loop)
        assert ran == ["first", "second"]
        await asyncio.sleep(0)
        assert ran == ["first", "second", "what came of it"]

    run(factory, main)


@every_loop
def test_nothing_runs_a_second_time(factory: Factory) -> None:
    async def main(loop: Any, passes: Passes) -> None:
        ran: list[str] = []
        loop.call_soon(ran.append, "once")
        assert passes.make(loop)
        assert not passes.make(loop)
        await asyncio.sleep(0)
        assert ran == ["once"]

    run(factory, main)


@every_loop
def test_the_loops_own_passes_between_are_no_reason_to_miss_anything(
    factory: Factory,
) -> None:
    async def main(loop: Any, passes: Passes) -> None:
        ran: list[int] = []
        for number in range(4 * _MOST):
            loop.call_soon(ran.append, number)
            if number % 3 == 0:
                passes.make(loop)
            if number % 7 == 0:
                await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert ran == list(range(4 * _MOST))

    run(factory, main)


@every_loop
def test_what_was_cancelled_does_not_run(factory: Factory) -> None:
    async def main(loop: Any, passes: Passes) -> None:
        ran: list[str] = []
        loop.call_soon(ran.append, "cancelled").cancel()
        assert not passes.make(loop)
        loop.call_soon(ran.append, "not")
        assert passes.make(loop)
        assert ran == ["not"]

    run(factory, main)


@every_loop
def test_every_task_takes_itself_for_the_current_one(factory: Factory) -> None:
    async def main(loop: Any, passes: Passes) -> None:
        seen: list[Any] = []

        async def other() -> None:
            seen.append(asyncio.current_task())

        task = asyncio.create_task(other())
        loop.call_soon(lambda: seen.append(asyncio.current_task()))
        assert passes.make(loop)
        assert seen == [task, None]
        assert asyncio.current_task() not in (task, None)
        await task

    run(factory, main)


@every_loop
def test_an_exception_in_a_callback_is_the_loops_to_report(factory: Factory) -> None:
    async def main(loop: Any, passes: Passes) -> None:
        reported: list[Any] = []
        ran: list[str] = []
        loop.set_exception_handler(lambda _, context: reported.append(context))
        loop.call_soon(int, "no number")
        loop.call_soon(ran.append, "next")
        assert passes.make(loop)
        assert [type(each["exception"]) for each in reported] == [ValueError]
        assert ran == ["next"]

    run(factory, main)


@every_loop
def test_tasks_that_drive_each_other_do_not_run_within_each_other(
    factory: Factory,
) -> None:
    async def main(loop: Any, passes: Passes) -> None:
        made: list[bool] = []
        ran: list[str] = []

        async def other() -> None:
            loop.call_soon(ran.append, "due")
            made.append(passes.make(loop))

        async with asyncio.TaskGroup() as group:
            group.create_task(other())
            assert passes.make(loop)
        assert made == [False]
        assert ran == ["due"]

    run(factory, main)


@every_loop
def test_a_task_that_is_cancelled_meanwhile_is_told_to_give_way(
    factory: Factory,
) -> None:
    async def main(loop: Any, passes: Passes) -> None:
        made: list[bool] = []

        async def driver() -> None:
            loop.call_soon(task.cancel)
            made.append(passes.make(loop))
            await asyncio.sleep(0)
            raise AssertionError

        task = asyncio.create_task(driver())
        await asyncio.wait({task})
        assert task.cancelled()
        assert made == [False]

    run(factory, main)


@every_loop
def test_the_loops_own_pass_finds_as_many_callbacks_as_it_counted(
    factory: Factory,
) -> None:
    async def main(loop: Any, passes: Passes) -> None:
        ran: list[int] = []

        async def one(number: int) -> None:
            await asyncio.sleep(0)
            passes.make(loop)
            ran.append(number)

        await asyncio.gather(*map(one, range(5)))
        assert sorted(ran) == [0, 1, 2, 3, 4]

    run(factory, main)


@every_loop
def test_what_has_to_run_in_our_own_context_waits_for_the_loop(
    factory: Factory,
) -> None:
    async def main(loop: Any, passes: Passes) -> None:
        ran: list[str] = []
        context = contextvars.copy_context()

        async def inner() -> None:
            loop.call_soon(ran.append, "ours", context=context)
            loop.call_soon(ran.append, "another's")
            assert not passes.make(loop)
            assert ran == []
            await asyncio.sleep(0)
            assert ran == ["ours", "another's"]

        await loop.create_task(inner(), context=context)

    run(factory, main)


@every_loop
def test_a_task_that_never_waits_lets_timers_and_input_through(
    factory: Factory,
) -> None:
    async def main(loop: Any, passes: Passes) -> int:
        fired: list[bool] = []
        loop.call_later(0, fired.append, True)
        for number in range(10 * _MOST):
            loop.call_soon(bool)
            if not passes.make(loop):
                await asyncio.sleep(0)
            if fired:
                return number
        return -1

    assert 0 < run(factory, main) <= _MOST + 1


def test_debug_mode_is_left_to_the_loop() -> None:
    async def main(loop: Any, passes: Passes) -> None:
        loop.set_debug(True)
        loop.call_soon(bool)
        assert not passes.make(loop)

    run(asyncio.SelectorEventLoop, main)


def test_a_loop_that_does_not_show_what_is_ready_is_left_to_itself() -> None:
    async def main(loop: Any, _: Passes) -> None:
        ready, loop._ready = loop._ready, None
        passes = Passes(loop)
        loop._ready = ready
        loop.call_soon(bool)
        assert not passes.make(loop)

    run(asyncio.SelectorEventLoop, main)


def test_outside_of_a_task_there_is_no_pass() -> None:
    made: list[bool] = []

    async def main(loop: Any, passes: Passes) -> None:
        loop.call_soon(lambda: made.append(passes.make(loop)))
        loop.call_soon(bool)
        await asyncio.sleep(0)

    run(asyncio.SelectorEventLoop, main)
    assert made == [False]
