"""Time that stands while an application is held, and what is kept of it afterwards."""

import asyncio
import gc
import logging
import time
import weakref
from types import SimpleNamespace
from typing import Any

import pytest
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from asgilab.engine import LabLoop, _clock
from asgilab.errors import UsageError
from asgilab.lab import Lab
from tests.engine.loops import Factory, real, run_on, virtual


class Careful(AsyncJsonWebsocketConsumer):
    """Gives its work five seconds, and tells whether they were enough."""

    async def receive_json(self, content: Any, **_: Any) -> None:
        try:
            async with asyncio.timeout(5):
                await self.send_json("working")
                await asyncio.sleep(0.01)  # its work, by the clock of the loop
                await self.send_json("done")
        except TimeoutError:
            await self.send_json("too late")


@pytest.mark.parametrize("factory", [real, virtual])
def test_a_consumer_held_for_longer_than_its_timeout_goes_on_as_if_no_time_had_passed(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = [0.0]
    wall = SimpleNamespace(monotonic=lambda: time.monotonic() + passed[0])
    monkeypatch.setattr(_clock, "time", wall)

    async def main() -> list[Any]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, LabLoop)
        async with Lab(Careful) as lab:
            alice = lab.websocket("/", name="alice")
            await alice.connect()
            lab.pause("alice", "send")
            await alice.send_json_to({})
            held_at, changed = [], asyncio.Event()
            lab.gates.watch(changed.set)
            for _ in range(2):
                while not lab.stops("alice"):
                    changed.clear()
                    await changed.wait()
                held_at.append(loop.time())
                passed[0] += 60  # a minute, while somebody looks at it
                assert loop.time() == held_at[-1]
                lab.step("alice")
            assert held_at[1] - held_at[0] < 5
            lab.resume()
            return [await alice.receive_json_from() for _ in range(2)]

    assert run_on(factory, main()) == ["working", "done"]


def test_without_a_gate_the_same_minute_is_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passed = [0.0]
    wall = SimpleNamespace(monotonic=lambda: time.monotonic() + passed[0])
    monkeypatch.setattr(_clock, "time", wall)

    class Slow(Careful):
        async def send_json(self, content: Any, close: bool = False) -> None:
            if content == "working":
                passed[0] += 60
            await super().send_json(content, close)

    async def main() -> list[Any]:
        async with Lab(Slow) as lab:
            alice = lab.websocket("/", name="alice")
            await alice.connect()
            await alice.send_json_to({})
            return [await alice.receive_json_from() for _ in range(2)]

    assert run_on(real, main()) == ["working", "too late"]


class Row:
    """Stands for a row of a database."""


async def test_a_timeline_keeps_no_frame_and_no_row_alive_however_it_was_stepped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows: list[weakref.ref[Row]] = []
    log = logging.getLogger("rich")
    monkeypatch.setattr(log, "propagate", False)  # pytest keeps what it is told

    class Rich(AsyncJsonWebsocketConsumer):
        async def receive_json(self, content: Any, **_: Any) -> None:
            self.row = row = Row()
            rows.append(weakref.ref(row))
            log.warning("about %s", row)
            task = asyncio.create_task(self.later(row))
            await self.send_json("at once")
            await task
            raise LookupError(row)

        async def later(self, row: Row) -> None:
            rows.append(weakref.ref(row))
            await self.send_json("later")

    async def step_through() -> tuple[Any, list[Any]]:
        async with Lab(Rich) as lab:
            alice = lab.websocket("/", name="alice")
            await alice.connect()
            lab.pause("alice")
            await alice.send_json_to({})
            stops = []
            await lab.settle()
            while held := lab.stops("alice"):
                stops += held
                lab.step("alice")
                await lab.settle()
            with pytest.raises(LookupError):
                await alice.wait()
        return lab.session, stops

    session, stops = await step_through()
    gc.collect()
    assert [row() for row in rows] == [None, None]
    assert len(stops) >= 3
    shown = [name for stop in stops for frame in stop.frames for name in frame.locals]
    assert "row" in shown
    assert session[-1].type == "raised"


async def tell_the_time(scope: Any, receive: Any, send: Any) -> None:
    """Sends the time of day."""
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": str(time.time())})


def test_the_time_of_day_travels_with_the_labs_clock_where_it_is_asked_to() -> None:
    lab = Lab(tell_the_time, clock="manual", joint_travel=True).start()
    try:
        alice = lab.websocket("/", name="alice")
        lab.call(alice.connect())
        times = []
        for _ in range(2):
            lab.call(alice.send_to("?"))
            times.append(float(lab.call(alice.receive_from())))
            lab.call(lab.advance(3600))
    finally:
        lab.stop()
    assert times[1] - times[0] == pytest.approx(3600)
    assert abs(time.time() - times[0]) < 600


async def test_a_real_clock_takes_no_time_along() -> None:
    lab = Lab(tell_the_time, joint_travel=True)
    with pytest.raises(UsageError, match="real clock"):
        await lab.__aenter__()
