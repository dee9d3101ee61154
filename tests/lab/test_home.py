"""Which loop a lab lives on: the one of its first use, if that has the right clock."""

import asyncio
from typing import Any

import pytest

from asgilab.engine import LabLoop
from asgilab.errors import UsageError, WrongLoop
from asgilab.lab import Lab
from asgilab.lab._home import advance, check_clock, check_home


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Has a lifespan with a state, and tells HTTP clients of it."""
    await receive()
    if scope["type"] == "lifespan":
        scope["state"]["startups"] = scope["state"].get("startups", 0) + 1
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    body = repr(scope["state"]).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def get(lab: Lab) -> bytes:
    response = await lab.http("GET", "/")
    body: bytes = response["body"]
    return body


async def test_a_lab_opens_itself_at_its_first_use() -> None:
    lab = Lab(application)
    loops = [lab.loop]
    assert await get(lab) == b"{'startups': 1}"
    loops.append(lab.loop)
    await lab.__aexit__(None, None, None)
    assert [*loops, lab.loop] == [None, asyncio.get_running_loop(), None]


async def test_first_uses_at_once_open_it_once() -> None:
    lab = Lab(application)
    bodies = await asyncio.gather(get(lab), get(lab), get(lab))
    assert list(bodies) == [b"{'startups': 1}"] * 3
    await lab.__aexit__(None, None, None)


async def test_times_count_from_its_opening_on() -> None:
    lab = Lab(application)
    await get(lab)
    await get(lab)
    times = [event.at for event in lab.session]
    assert times == sorted(times)
    assert times[0] < 1
    await lab.__aexit__(None, None, None)


async def test_a_state_that_was_given_stays() -> None:
    async with Lab(application) as lab:
        response = await lab.http("GET", "/", state={"mine": True})
    assert response["body"] == b"{'mine': True}"


def test_it_is_not_used_on_another_loop() -> None:
    lab = Lab(application)
    asyncio.run(get(lab))
    with pytest.raises(WrongLoop, match=r"^This lab lives on .* and was used on .*\.$"):
        asyncio.run(get(lab))
    lab.abandon()


def test_after_its_end_it_may_begin_elsewhere() -> None:
    async def talk() -> bytes:
        async with lab:
            return await get(lab)

    lab = Lab(application)
    assert asyncio.run(talk()) == asyncio.run(talk()) == b"{'startups': 1}"


async def test_a_connection_does_not_open_a_lab_that_has_ended() -> None:
    lab = Lab(application)
    async with lab:
        await get(lab)
    with pytest.raises(UsageError, match=r"has ended. Expected start\(\) or async"):
        await get(lab)
    with pytest.raises(UsageError, match="has ended"):
        await lab.websocket("/").connect()
    assert lab.loop is None


async def test_a_startup_that_was_cancelled_may_be_tried_again() -> None:
    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await started.wait()
        await application(scope, receive, send)

    started = asyncio.Event()
    lab = Lab(slow)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(get(lab), 0.01)
    started.set()
    assert await get(lab) == b"{'startups': 1}"
    await lab.__aexit__(None, None, None)


@pytest.mark.parametrize("mode", ["manual", "virtual"])
async def test_a_clock_that_the_loop_has_not_is_refused(mode: Any) -> None:
    lab = Lab(application, clock=mode)
    sentence = rf"asks for a {mode} clock, and .* has a real one"
    with pytest.raises(UsageError, match=sentence):
        await get(lab)


def test_a_loop_with_the_clock_is_taken() -> None:
    async def look() -> None:
        check_clock("real")
        check_clock("virtual")
        with pytest.raises(
            UsageError, match=r"a manual clock, and .* has a virtual one"
        ):
            check_clock("manual")

    with asyncio.Runner(loop_factory=lambda: LabLoop("virtual")) as runner:
        runner.run(look())


async def test_home_is_the_running_loop() -> None:
    check_home(asyncio.get_running_loop())
    with pytest.raises(WrongLoop):
        check_home(None)


async def test_only_a_clock_of_ours_can_be_moved() -> None:
    with pytest.raises(UsageError, match="The clock of this event loop"):
        await advance(1)


def test_a_manual_clock_moves_as_far_as_it_is_told() -> None:
    async def move() -> float:
        loop = asyncio.get_running_loop()
        before = loop.time()
        await advance(30)
        return loop.time() - before

    with asyncio.Runner(loop_factory=lambda: LabLoop("manual")) as runner:
        assert runner.run(move()) == 30
