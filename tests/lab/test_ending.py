"""How the connections of a lab end, and what nobody had seen by then."""

import asyncio
import re
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from asgilab.communicators import Wiring
from asgilab.errors import (
    AsgilabWarning,
    LifespanFailed,
    ProtocolViolation,
    UncleanExit,
)
from asgilab.lab import Lab
from asgilab.lab._ending import end, hang_up, unseen_of
from asgilab.testing import LifespanCommunicator, WebsocketCommunicator


class Room:
    """An application that does as it is told, and says what it heard last."""

    def __init__(self, told: str = "") -> None:
        self.told = told
        self.last = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        if scope["type"] == "lifespan":
            await self.live(receive, send)
            return
        await send({"type": "websocket.accept"})
        if self.told == "raise at once":
            raise ValueError(self.told)
        if self.told == "break a rule":
            await send({"type": "websocket.accept"})
        if self.told == "stay":
            await asyncio.Event().wait()
        self.last = (await receive())["type"]
        if self.told == "raise at the end":
            raise ValueError(self.told)

    async def live(self, receive: Any, send: Any) -> None:
        await send({"type": "lifespan.startup.complete"})
        if self.told == "raise at once":
            raise ValueError(self.told)
        await receive()
        await send({"type": "lifespan.shutdown.failed", "message": "no"})


async def connected(told: str) -> tuple[Room, WebsocketCommunicator]:
    room = Room(told)
    communicator = WebsocketCommunicator(room, "/")
    await communicator.connect()
    return room, communicator


async def test_who_was_forgotten_is_told_that_the_client_has_left() -> None:
    room, communicator = await connected("")
    assert await hang_up(communicator) == []
    assert room.last == "websocket.disconnect"
    assert communicator.future.done()


async def test_who_ignores_that_is_cancelled_without_a_warning() -> None:
    _, communicator = await connected("stay")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert await hang_up(communicator) == []
    assert communicator.future.cancelled()


@pytest.mark.parametrize("told", ["raise at once", "raise at the end"])
async def test_what_nobody_saw_is_returned_once(told: str) -> None:
    _, communicator = await connected(told)
    (error,) = await hang_up(communicator)
    assert isinstance(error, ValueError)
    assert await hang_up(communicator) == []


async def test_its_traceback_begins_in_the_application() -> None:
    _, communicator = await connected("raise at the end")
    (error,) = await hang_up(communicator)
    assert error.__traceback__ is not None
    assert error.__traceback__.tb_frame.f_code is Room.__call__.__code__


async def test_a_broken_rule_that_nobody_saw_is_returned() -> None:
    _, communicator = await connected("break a rule")
    (error,) = await hang_up(communicator)
    assert isinstance(error, ProtocolViolation)


async def test_what_somebody_saw_is_not_returned() -> None:
    _, communicator = await connected("raise at once")
    with pytest.raises(ValueError, match="raise at once"):
        await communicator.receive_from()
    assert unseen_of(communicator) == []


async def test_a_connection_that_was_never_opened_has_nothing_to_tell() -> None:
    communicator = WebsocketCommunicator(Room(), "/")
    assert await hang_up(communicator) == []


async def test_a_shutdown_that_fails_is_raised_after_all_else() -> None:
    room, communicator = await connected("raise at the end")
    lifespan = LifespanCommunicator(room)
    await lifespan.startup()
    unseen: list[Exception] = []
    with pytest.raises(LifespanFailed, match="no"):
        await end([communicator], lifespan, unseen, Wiring())
    assert [str(error) for error in unseen] == ["raise at the end"]


async def test_a_lifespan_that_ended_by_itself_is_not_asked_to() -> None:
    lifespan = LifespanCommunicator(Room("raise at once"))
    await lifespan.startup()
    unseen: list[Exception] = []
    await end([], lifespan, unseen, Wiring())
    assert [str(error) for error in unseen] == ["raise at once"]


async def test_a_lab_keeps_what_nobody_saw() -> None:
    async with Lab(Room("raise at the end"), lifespan="off") as lab:
        await lab.websocket("/").connect()
    assert [str(error) for error in lab.unseen] == ["raise at the end"]


async def ticking(scope: Any, receive: Any, send: Any) -> None:
    """Start a task that nobody ends."""
    await receive()
    await send({"type": "websocket.accept"})
    task = asyncio.create_task(asyncio.sleep(3600), name="ticker")
    KEPT.append(asyncio.create_task(tick(task), name="outer"))
    await send({"type": "websocket.send", "text": "unread"})
    await receive()


async def tick(task: "asyncio.Task[None]") -> None:
    await task


KEPT: list["asyncio.Task[None]"] = []

LEFT = (
    r"The application of 'alice' has ended, and its task 'outer' goes on at "
    r"\S+test_ending\.py:\d+ in tick, "
    r"spawned from \S+test_ending\.py:\d+ in ticking\."
)


@pytest.fixture
def _none_kept() -> Iterator[None]:
    yield
    KEPT.clear()


@pytest.mark.usefixtures("_none_kept")
async def test_a_task_that_goes_on_is_a_warning_at_the_end_of_a_lab() -> None:
    lab = await Lab(ticking, lifespan="off").__aenter__()
    alice = lab.websocket("/", name="alice")
    await alice.connect()
    await alice.disconnect()
    with pytest.warns(AsgilabWarning, match=LEFT) as told:
        await lab.__aexit__(None, None, None)
    assert len(told) == 1
    assert KEPT[0].cancel()


@pytest.mark.usefixtures("_none_kept")
async def test_in_a_strict_lab_it_is_an_error_as_are_unread_events() -> None:
    with pytest.raises(UncleanExit, match=LEFT) as caught:
        async with Lab(ticking, lifespan="off", strict=True) as lab:
            await lab.websocket("/", name="alice").connect()
    unread = "'alice': 1 event(s) were sent and never read: websocket.send."
    assert str(caught.value).startswith(unread)
    assert KEPT[0].cancel()


async def test_who_ignores_the_goodbye_of_a_strict_lab_is_named() -> None:
    with pytest.raises(UncleanExit, match=r"^'alice': websocket\.disconnect was ign"):
        async with Lab(Room("stay"), lifespan="off", strict=True) as lab:
            await lab.websocket("/", name="alice").connect()
    assert lab.unseen == []


async def test_an_error_that_came_before_is_raised_and_has_it_as_a_note() -> None:
    lab = await Lab(Room("stay"), lifespan="off", strict=True).__aenter__()
    await lab.websocket("/", name="alice").connect()
    error = LookupError()
    await lab.__aexit__(LookupError, error, None)
    assert "websocket.disconnect was ignored" in error.__notes__[0]


@pytest.mark.usefixtures("_none_kept")
async def test_where_warnings_are_errors_it_is_such_a_note_too() -> None:
    error = LookupError()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        lab = await Lab(ticking, lifespan="off").__aenter__()
        await lab.websocket("/", name="alice").connect()
        await lab.__aexit__(LookupError, error, None)
    assert re.search(LEFT, error.__notes__[0])
    assert KEPT[0].cancel()


@pytest.mark.parametrize("turns", [0, 3])
async def test_a_task_that_is_about_to_end_goes_on_nowhere(turns: int) -> None:
    ended = []

    async def soon() -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        ended.append(turns)

    async def leaving(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        leaving.task = asyncio.create_task(soon())  # type: ignore[attr-defined]  # kept

    async with Lab(leaving, lifespan="off", strict=True) as lab:
        await lab.http("GET", "/")
    assert ended == [turns]


@pytest.mark.usefixtures("_none_kept")
async def test_the_labs_of_a_replay_say_nothing_of_it() -> None:
    async with Lab(ticking, lifespan="off") as lab:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            async with lab.fresh() as fresh:
                await fresh.websocket("/").connect()
        assert KEPT[0].cancel()
