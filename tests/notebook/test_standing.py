"""Where a connection stands."""

import asyncio

import pytest

from asgilab.lab import Lab
from asgilab.notebook._standing import Standing, done_or_held, standing, standstill
from asgilab.notebook._statuses import Status, Statuses
from asgilab.types import Receive, Scope, Send


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Echo, or sleep for ever, or fail."""
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        if event["text"] == "sleep":
            await asyncio.Event().wait()
        if event["text"] == "fail":
            msg = "as asked"
            raise LookupError(msg)
        await send({"type": "websocket.send", "text": event["text"]})


async def told(lab: Lab) -> Standing:
    return await standing(lab, Statuses(lab.session), "bob")


async def test_a_free_connection_waits_in_the_users_code() -> None:
    async with Lab(echo, lifespan="off") as lab:
        await lab.websocket("/", name="bob").connect()
        where = await standstill(lab, Statuses(lab.session), "bob")
        assert where.sentence == "bob runs freely; it waits in your code"
        assert where.frames[0].source.function == "echo"
        assert where.quiet is not None
        assert where.quiet.certain


async def test_a_held_connection_tells_what_is_held() -> None:
    async with Lab(echo, lifespan="off") as lab:
        bob = lab.websocket("/", name="bob")
        await bob.connect()
        lab.gates.pause("bob")
        await bob.send_to(text_data="x")
        where = await standstill(lab, Statuses(lab.session), "bob")
        assert where.stop is not None
        assert where.sentence == "bob is paused, about to get websocket.receive"
        passed = frozenset({where.stop.id})
        again = await standstill(lab, Statuses(lab.session), "bob", passed)
        assert again.stop == where.stop
        assert again.quiet is not None
        lab.gates.resume()


async def test_a_message_of_a_channel_layer_that_is_held_tells_which_way_it_goes() -> (
    None
):
    async with Lab(echo, lifespan="off") as lab:
        await lab.websocket("/", name="bob").connect()
        for direction, verb in (("layer.receive", "get"), ("layer.send", "send")):
            held = asyncio.ensure_future(
                lab.gates.hold("bob", direction, {"type": "room.told"}, None)  # type: ignore[arg-type]  # nothing is done once it opens
            )
            await asyncio.sleep(0)
            sentence = (await told(lab)).sentence
            assert sentence == f"bob is paused, about to {verb} room.told"
            lab.gates.resume()
            await held


async def test_a_connection_that_has_ended_tells_how() -> None:
    async with Lab(echo, lifespan="off") as lab:
        bob = lab.websocket("/", name="bob")
        await bob.connect()
        await bob.send_to(text_data="fail")
        await lab.settle()
        assert (await told(lab)).sentence == (
            "bob has ended: raised (LookupError: as asked)"
        )
        with pytest.raises(LookupError):
            await bob.wait()


async def test_unread_events_are_counted() -> None:
    async with Lab(echo, lifespan="off") as lab:
        bob = lab.websocket("/", name="bob")
        await bob.connect()
        for text in ("a", "b"):
            await bob.send_to(text_data=text)
        await lab.settle()
        assert (await told(lab)).unread == 2


async def test_asking_does_not_start_an_application() -> None:
    async with Lab(echo, lifespan="off") as lab:
        lab.websocket("/", name="bob")
        assert (await told(lab)).frames == ()
        assert len(lab.session) == 0


async def test_work_is_done_or_its_connection_is_held() -> None:
    async with Lab(echo, lifespan="off") as lab:
        bob = lab.websocket("/", name="bob")
        assert await done_or_held(lab, "bob", bob.connect()) == (True, None)
        lab.gates.pause("bob")
        await done_or_held(lab, "bob", bob.disconnect())
        assert lab.gates.stops("bob")[0].message["type"] == "websocket.disconnect"
        lab.gates.resume()


async def test_work_that_is_cancelled_leaves_nothing_behind() -> None:
    async with Lab(echo, lifespan="off") as lab:
        bob = lab.websocket("/", name="bob")
        await bob.connect()
        await bob.send_to(text_data="sleep")
        before = asyncio.all_tasks()
        work = asyncio.ensure_future(done_or_held(lab, "bob", asyncio.Event().wait()))
        await lab.settle()
        work.cancel()
        await asyncio.wait({work})
        await lab.settle()
        assert asyncio.all_tasks() == before


def test_a_connection_still_at_work_says_so() -> None:
    at_work = Standing("bob", Status(), paused=True)
    assert at_work.sentence == ("bob is paused, nothing is held; it is still at work")
