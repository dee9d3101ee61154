"""Who waits for a task: the user's line behind library code."""

import asyncio
import sys
from typing import Any

import pytest

from asgilab.engine import (
    awaiting_line,
    stack_here,
)
from tests.engine.loops import until
from tests.engine.test_frames import library, line_of


@pytest.mark.parametrize(
    "wait",
    [
        asyncio.gather,
        lambda call: asyncio.wait([asyncio.ensure_future(call)]),
        lambda call: asyncio.wait_for(asyncio.ensure_future(call), 5),
        lambda call: asyncio.shield(call),
        asyncio.ensure_future,
    ],
    ids=["gather", "wait", "wait_for", "shield", "await"],
)
async def test_a_task_of_library_code_is_led_back_to_who_waits_for_it(
    wait: Any,
) -> None:
    seen: list[Any] = []
    framework = library(
        """
        async def send_json(look):
            look()
        """
    )

    def look() -> None:
        # As the line of a communicator does it: from the caller on outwards.
        seen.extend([awaiting_line(), stack_here(sys._getframe(1))])

    async def receive_json() -> None:
        await wait(framework["send_json"](look))

    await receive_json()
    place, stack = seen
    assert place[0].co_name == "receive_json"
    assert place[1] == line_of(receive_json, "await wait(")
    assert stack[0].source.function.endswith("receive_json")


async def test_a_task_group_leads_back_to_its_own_task() -> None:
    names: list[str] = []
    framework = library(
        """
        async def send_json(awaiting_line, names):
            names.append(awaiting_line()[0].co_name)
        """
    )

    async def receive_json() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(framework["send_json"](awaiting_line, names))

    await receive_json()
    assert names == ["receive_json"]


async def test_a_task_that_nobody_waits_for_leads_nowhere() -> None:
    lines: list[Any] = []
    framework = library(
        """
        async def send_json(awaiting_line, lines):
            lines.append(awaiting_line())
        """
    )
    task = asyncio.create_task(framework["send_json"](awaiting_line, lines))
    await until(task.done)
    assert lines == [None]


def test_outside_of_a_loop_nobody_waits() -> None:
    assert awaiting_line() is None
