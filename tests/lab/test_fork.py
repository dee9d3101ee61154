"""A fork: another lab that goes on from an event of this one's session."""

import asyncio
import json
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import pytest

from asgilab.errors import AsgilabWarning, ForkParted, UsageError
from asgilab.lab import Lab
from asgilab.sessions import Kind
from asgilab.types import Receive, Scope, Send
from tests.processes import found_by

ROOT = Path(__file__).parents[2]


class Numbers:
    """Answers each frame with how many frames the connection has sent."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        count = 0
        while (await receive())["type"] == "websocket.receive":
            count += 1
            await self.answer(send, count)

    async def answer(self, send: Send, count: int) -> None:
        await send({"type": "websocket.send", "text": json.dumps({"count": count})})


async def counted(lab: Lab, frames: int) -> Any:
    """Let alice send some frames and read each answer."""
    alice = lab.websocket("/", name="alice")
    await alice.connect()
    for _ in range(frames):
        await alice.send_to(text_data="x")
        await alice.receive_from()
    return alice


@pytest.fixture(scope="module")
def talk() -> dict[str, Any]:
    """What came of forking a talk of 20 events in the chat project at each of them."""
    return found_by("tests.lab.forked_talk")


def test_forks_at_all_20_points_of_a_channels_session_have_the_same_prefix(
    talk: dict[str, Any],
) -> None:
    assert talk["points"] == 20
    assert talk["alike"] == [True] * 20
    assert talk["masked"] == ["at", "id"], "more was left out than changes each time"


def test_each_fork_goes_its_own_way_on_a_database_of_its_own(
    talk: dict[str, Any],
) -> None:
    said = [f"number {number}" for number in range(5)]
    # Five events until both are in the room, then three for each thing said.
    heard = [0] * 5 + [count for count in range(1, 6) for _ in range(3)]
    assert talk["stored"][0] == [], "nobody was in the room yet"
    assert talk["stored"][1:] == [[*said[:n], "another way"] for n in heard[1:]]


def test_the_database_of_the_lab_is_the_same_to_the_byte_after_20_forks(
    talk: dict[str, Any],
) -> None:
    assert talk["unchanged"]
    assert talk["here"] == [f"number {number}" for number in range(5)]
    assert talk["goes on"] == "still here"


async def test_a_fork_is_where_its_session_was_and_goes_another_way() -> None:
    async with Lab(Numbers(), lifespan="off") as lab:
        alice = await counted(lab, 3)
        second = [e.index for e in lab.session if e.type == "websocket.receive"][1]
        async with lab.fork(second + 2) as other:
            forked: Any = other.connection("alice")
            assert forked.output_queue.empty(), "what was sent before counts as read"
            await forked.send_to(text_data="x")
            assert await forked.receive_json_from() == {"count": 3}
            assert other.origin is not None
            assert other.origin.at == second + 2
        await alice.send_to(text_data="x")
        assert await alice.receive_json_from() == {"count": 4}


async def test_what_is_sent_after_the_event_is_there_to_be_read() -> None:
    async with Lab(Numbers(), lifespan="off") as lab:
        await counted(lab, 1)
        asked = next(e.index for e in lab.session if e.type == "websocket.receive")
        async with lab.fork(asked + 1) as other:
            forked: Any = other.connection("alice")
            assert await forked.receive_json_from() == {"count": 1}


async def test_a_connection_that_was_only_opened_is_only_opened() -> None:
    async with Lab(Numbers(), lifespan="off") as lab:
        await counted(lab, 1)
        async with lab.fork(1) as other:
            assert [event.kind for event in other.session] == [Kind.OPEN]
            forked: Any = other.connection("alice")
            assert (await forked.connect())[0]


async def test_a_fork_at_nothing_is_an_empty_lab_and_one_without_a_place_has_all() -> (
    None
):
    async with Lab(Numbers(), lifespan="off") as lab:
        await counted(lab, 2)
        async with lab.fork(0) as other:
            assert len(other.session) == 0
        async with lab.fork() as other:
            assert len(other.session) == len(lab.session)


@pytest.mark.parametrize("at", [-1, 99])
async def test_an_event_that_there_is_not_cannot_be_forked_at(at: int) -> None:
    async with Lab(Numbers(), lifespan="off") as lab:
        await counted(lab, 1)
        with pytest.raises(UsageError, match=f"no event {at} to fork at; expected 0"):
            lab.fork(at)


class Once(Numbers):
    """Remembers across connections, so no second run is like the first."""

    def __init__(self) -> None:
        self.answers = 0

    async def answer(self, send: Send, count: int) -> None:
        self.answers += 1
        if self.answers == 5:
            await send({"type": "websocket.close", "code": 4000})
        else:
            await super().answer(send, count)


async def test_a_fork_that_parts_from_its_session_names_the_event() -> None:
    async with Lab(Once(), lifespan="off") as lab:
        await counted(lab, 3)
        sends = [e.index for e in lab.session if e.type == "websocket.send"]
        with pytest.raises(ForkParted) as parted:
            await lab.fork().__aenter__()
    assert parted.value.event == sends[1]
    assert str(parted.value) == (
        f"The fork parted from its session at event {sends[1]}: websocket.send on "
        "'alice' came as websocket.close."
    )


async def test_a_fork_before_the_place_where_it_would_part_can_be_had() -> None:
    async with Lab(Once(), lifespan="off") as lab:
        await counted(lab, 3)
        first = next(e.index for e in lab.session if e.type == "websocket.send")
        async with lab.fork(first + 1) as other:
            assert other.prefix is not None
            assert other.prefix.changed == ()


class Beside(Numbers):
    """Answers from a thread that nobody knows of."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.threads: list[threading.Thread] = []

    async def answer(self, send: Send, count: int) -> None:
        self.threads.append(threading.Thread(target=self.go_on.wait))
        self.threads[-1].start()
        await super().answer(send, count)


async def test_a_fork_beside_a_thread_that_nobody_knows_says_that_it_is_uncertain() -> (
    None
):
    application = Beside()
    try:
        async with Lab(application, lifespan="off") as lab:
            await counted(lab, 1)
            with pytest.warns(AsgilabWarning, match=r"uncertain from event 1 on: thr"):
                async with lab.fork() as other:
                    assert len(other.session) == len(lab.session)
    finally:
        application.go_on.set()
        for thread in application.threads:
            thread.join()


async def heart(scope: Scope, receive: Receive, send: Send) -> None:
    """Beats every thirty seconds."""
    await receive()
    await send({"type": "websocket.accept"})
    for number in range(4):
        await asyncio.sleep(30)
        await send({"type": "websocket.send", "text": str(number)})


def test_the_timers_of_the_session_run_down_again_in_a_fork_with_its_own_clock() -> (
    None
):
    lab = Lab(heart, lifespan="off", clock="manual").start()
    alice = lab.websocket("/", name="alice")
    lab.call(alice.connect())
    lab.call(lab.advance(65))
    assert lab.call(alice.receive_from()) == "0"
    length = len(lab.session)
    other = lab.fork().start()
    forked: Any = other.connection("alice")
    lab.call(lab.settle())
    assert [e.type for e in other.session] == [e.type for e in lab.session]
    assert len(lab.session) == length, "the fork moved the clock of the lab"
    other.call(other.advance(30))
    assert other.call(forked.receive_from()) == "2"
    other.stop()
    lab.stop()


def test_a_fork_at_each_event_of_a_session_with_ticks_has_the_same_prefix() -> None:
    lab = Lab(heart, lifespan="off", clock="manual").start()
    others: list[Lab] = []
    try:
        lab.call(lab.websocket("/", name="alice").connect())
        lab.call(lab.advance(35))
        lab.call(lab.websocket("/", name="bob").connect())
        lab.call(lab.advance(40))
        told = [(round(e.at), e.connection, e.message) for e in lab.session]
        for at in range(len(lab.session) + 1):
            others.append(lab.fork(at).start())
            again = others[-1].session[:at]
            assert [(round(e.at), e.connection, e.message) for e in again] == told[:at]
    finally:
        for other in reversed(others):
            other.stop()
        lab.stop()
    assert [at for at, *_ in told] == [0, 0, 0, 30, 35, 35, 35, 60, 65]


async def hour(scope: Scope, receive: Receive, send: Send) -> None:
    """Sends the time of day whenever it is asked."""
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": str(time.time())})


def test_the_time_of_day_travels_with_the_clock_of_a_fork_as_well() -> None:
    lab = Lab(hour, lifespan="off", clock="manual", joint_travel=True).start()
    try:
        lab.call(lab.websocket("/", name="alice").connect())
        other = lab.fork().start()
        try:
            alice: Any = other.connection("alice")
            times = []
            for _ in range(2):
                other.call(alice.send_to(text_data="?"))
                times.append(float(other.call(alice.receive_from())))
                other.call(other.advance(3600))
        finally:
            other.stop()
    finally:
        lab.stop()
    assert times[1] - times[0] == pytest.approx(3600, abs=60)


def test_without_a_clock_of_its_own_a_fork_says_that_a_timer_did_not_run_down() -> None:
    lab = Lab(heart, lifespan="off", clock="manual").start()
    lab.call(lab.websocket("/", name="alice").connect())
    lab.call(lab.advance(35))
    with pytest.raises(ForkParted, match=r"event 3: websocket\.send on 'alice' did no"):
        lab.call(lab.fork().__aenter__())
    lab.stop()


async def test_a_fork_leaves_no_warning_behind() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        async with Lab(Numbers(), lifespan="off") as lab:
            await counted(lab, 1)
            async with lab.fork() as fork:
                assert fork is not lab
