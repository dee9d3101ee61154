"""Where an application stands when it is held: file, line and locals of the user's."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import fastapi
import pytest
import starlette.applications
import starlette.routing
from asgiref.sync import async_to_sync
from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from channels.generic.websocket import (
    AsyncJsonWebsocketConsumer,
    AsyncWebsocketConsumer,
    JsonWebsocketConsumer,
)
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path
from ipykernel.compiler import XCachingCompiler
from IPython.core.interactiveshell import InteractiveShell
from starlette.websockets import WebSocket

from asgilab.engine import FrameText, Stop
from asgilab.lab import Lab
from tests.engine.test_frames import line_of


class AsyncRoom(AsyncJsonWebsocketConsumer):
    """Answers in code of its own that the consumer's method calls."""

    async def connect(self) -> None:
        self.room = "lobby"
        await self.accept()

    async def receive_json(self, content: Any, **_: Any) -> None:
        number = content["number"]
        await self.answer(number + 1)

    async def answer(self, result: int) -> None:
        await self.send_json({"result": result})


class SyncRoom(JsonWebsocketConsumer):
    """The same from a thread."""

    def connect(self) -> None:
        self.room = "lobby"
        self.accept()

    def receive_json(self, content: Any, **_: Any) -> None:
        number = content["number"]
        self.answer(number + 1)

    def answer(self, result: int) -> None:
        self.send_json({"result": result})


class StoringRoom(AsyncJsonWebsocketConsumer):
    """Answers from within code that runs where the ORM does."""

    async def receive_json(self, content: Any, **_: Any) -> None:
        number = content["number"]
        await database_sync_to_async(self.store)(number + 1)

    def store(self, result: int) -> None:
        async_to_sync(self.send_json)({"result": result})


class SpawningRoom(AsyncJsonWebsocketConsumer):
    """Answers from a task that it does not wait for."""

    async def receive_json(self, content: Any, **_: Any) -> None:
        number = content["number"]
        self.task = asyncio.create_task(self.later(number + 1))

    async def later(self, result: int) -> None:
        await self.send_json({"result": result})


class Passing:
    """A middleware of the user's own."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.application(scope, receive, send)


async def endpoint(websocket: WebSocket) -> None:
    """Answers as an endpoint of Starlette and of FastAPI does."""
    await websocket.accept()
    while True:
        content = await websocket.receive_json()
        number = content["number"]
        result = number + 1
        await websocket.send_json({"result": result})


def routed(consumer: Any) -> Any:
    """Put a consumer where a project of Channels has it."""
    urls = URLRouter([path("room/", consumer.as_asgi())])
    return ProtocolTypeRouter({"websocket": AuthMiddlewareStack(urls)})


def starlette_app() -> Any:
    route = starlette.routing.WebSocketRoute("/room/", endpoint)
    return starlette.applications.Starlette(routes=[route])


def fastapi_app() -> Any:
    app = fastapi.FastAPI()
    app.websocket("/room/")(endpoint)
    return app


class Case(NamedTuple):
    """One application, and where it is when it sends.

    Attributes:
        name: What it shows.
        application: The application.
        functions: The functions of the user's that it stands in, innermost first.
        line: Text of the line in the innermost one.
        names: Local variables that must be there.
    """

    name: str
    application: Any
    functions: tuple[Callable[..., Any], ...]
    line: str
    names: dict[str, str]


RESULT = {"result": "8"}
ROOM = (AsyncRoom.answer, AsyncRoom.receive_json)
SYNC = (SyncRoom.answer, SyncRoom.receive_json)
CASES = [
    Case("async consumer", AsyncRoom, ROOM, "self.send_json", RESULT),
    Case("sync consumer", SyncRoom, SYNC, "self.send_json", RESULT),
    Case("routed", routed(AsyncRoom), ROOM, "self.send_json", RESULT),
    Case("routed, sync", routed(SyncRoom), SYNC, "self.send_json", RESULT),
    Case(
        "behind a middleware",
        Passing(AsyncRoom.as_asgi()),
        (*ROOM, Passing.__call__),
        "self.send_json",
        RESULT,
    ),
    Case(
        "behind a middleware, sync",
        Passing(SyncRoom.as_asgi()),
        (*SYNC, Passing.__call__),
        "self.send_json",
        RESULT,
    ),
    Case(
        "database_sync_to_async",
        StoringRoom,
        (StoringRoom.store, StoringRoom.receive_json),
        "async_to_sync(self.send_json)",
        RESULT,
    ),
    Case("spawned", SpawningRoom, (SpawningRoom.later,), "self.send_json", RESULT),
    Case("Starlette", starlette_app(), (endpoint,), "websocket.send_json", RESULT),
    Case("FastAPI", fastapi_app(), (endpoint,), "websocket.send_json", RESULT),
]


async def held_send(lab: Lab, text: str = '{"number": 7}') -> tuple[Any, Stop]:
    """Connect alice, let her send, and return what her consumer is about to send."""
    alice = lab.websocket("/room/", name="alice")
    assert (await alice.connect())[0]
    lab.break_at("alice", "send", type="websocket.send")
    await alice.send_to(text)
    await lab.settle()
    return alice, lab.stops("alice")[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_what_is_about_to_send_names_its_line_and_its_locals(case: Case) -> None:
    async with Lab(case.application) as lab:
        alice, stop = await held_send(lab)
        place = stop.frames[0].source
        assert (place.file, place.line) == (
            __file__,
            line_of(case.functions[0], case.line),
        )
        found = [frame.source.function for frame in stop.frames]
        assert found == [each.__qualname__ for each in case.functions]
        assert case.names.items() <= stop.frames[0].locals.items()
        lab.step("alice")
        assert await alice.receive_json_from() == {"result": 8}
        (sent,) = [event for event in lab.session if event.type == "websocket.send"]
        assert sent.source == place
        lab.resume()


@pytest.mark.parametrize("consumer", [AsyncRoom, SyncRoom])
async def test_the_attributes_of_the_consumer_are_shown(consumer: Any) -> None:
    async with Lab(routed(consumer)) as lab:
        _, stop = await held_send(lab)
        for frame in stop.frames:
            assert frame.attributes["room"] == "'lobby'"


async def test_a_spawned_task_says_which_line_spawned_it() -> None:
    async with Lab(SpawningRoom) as lab:
        _, stop = await held_send(lab)
        assert stop.spawned is not None
        line = line_of(SpawningRoom.receive_json, "asyncio.create_task")
        assert (stop.spawned.file, stop.spawned.line) == (__file__, line)
        assert stop.spawned.function == "SpawningRoom.receive_json"


# -- before an event is received -----------------------------------------------------


async def held_receive(lab: Lab) -> tuple[FrameText, ...]:
    alice = lab.websocket("/room/", name="alice")
    await alice.connect()
    lab.pause("alice", "receive")
    await alice.send_to('{"number": 7}')
    await lab.settle()
    (stop,) = lab.stops("alice")
    return stop.frames


@pytest.mark.parametrize("application", [starlette_app(), fastapi_app()])
async def test_an_endpoint_is_held_at_its_receive(application: Any) -> None:
    async with Lab(application) as lab:
        frames = await held_receive(lab)
    line = line_of(endpoint, "await websocket.receive_json()")
    assert (frames[0].source.file, frames[0].source.line) == (__file__, line)
    assert "websocket" in frames[0].locals


@pytest.mark.parametrize("consumer", [AsyncRoom, SyncRoom])
async def test_a_consumer_idle_in_its_dispatcher_is_in_no_line_of_the_users(
    consumer: Any,
) -> None:
    async with Lab(routed(consumer)) as lab:
        assert await held_receive(lab) == ()


# -- several at once ------------------------------------------------------------------


async def test_three_sends_at_once_are_held_at_the_line_that_gathers() -> None:
    class Three(AsyncJsonWebsocketConsumer):
        async def receive_json(self, content: Any, **_: Any) -> None:
            total = 3
            await asyncio.gather(*map(self.send_json, range(total)))

    async with Lab(Three) as lab:
        alice, _ = await held_send(lab)
        stops = lab.stops("alice")
        assert [stop.message["text"] for stop in stops] == ["0", "1", "2"]
        for stop in stops:
            place = stop.frames[0].source
            line = line_of(Three.receive_json, "asyncio.gather")
            assert (place.file, place.line) == (__file__, line)
            assert stop.frames[0].locals["total"] == "3"
            assert stop.frames[0].locals["content"] == "{'number': 7}"
            assert stop.spawned == place
        lab.reorder(*reversed(stops))
        received = [await alice.receive_json_from() for _ in range(3)]
        assert received == [2, 1, 0]


async def test_three_coroutines_of_the_users_are_held_each_with_its_locals() -> None:
    class Three(AsyncWebsocketConsumer):
        async def receive(self, text_data: Any = None, bytes_data: Any = None) -> None:
            await asyncio.gather(*(self.say(letter) for letter in "abc"))

        async def say(self, letter: str) -> None:
            await self.send(letter.upper())

    async with Lab(Three) as lab:
        await held_send(lab)
        found = [stop.frames[0] for stop in lab.stops("alice")]
        assert {frame.source.line for frame in found} == {
            line_of(Three.say, "self.send")
        }
        assert [frame.locals["letter"] for frame in found] == ["'a'", "'b'", "'c'"]


# -- a consumer of a notebook's cell -------------------------------------------------


CELL = inspect.cleandoc(
    """
    from channels.generic.websocket import AsyncJsonWebsocketConsumer

    class FromACell(AsyncJsonWebsocketConsumer):
        async def receive_json(self, content, **_):
            number = content["number"]
            await self.send_json({"result": number + 1})
    """
)


def from_ipython() -> tuple[Any, str]:
    """Define the consumer as terminal IPython does."""
    shell = InteractiveShell()
    shell.run_cell(CELL).raise_error()
    return shell.user_ns["FromACell"], "<ipython-input-"


def from_a_kernel() -> tuple[Any, str]:
    """Define the consumer under the name that a notebook's kernel gives a cell."""
    compiler: Any = XCachingCompiler
    name = compiler().cache(CELL)
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(CELL, name, "exec"), names)
    return names["FromACell"], name


@pytest.mark.parametrize("define", [from_ipython, from_a_kernel])
async def test_a_consumer_of_a_cell_is_held_at_the_line_of_its_cell(
    define: Callable[[], tuple[Any, str]],
) -> None:
    consumer, file = define()
    async with Lab(consumer) as lab:
        _, stop = await held_send(lab)
    place = stop.frames[0].source
    assert place.file.startswith(file)
    assert (place.line, place.function) == (6, "FromACell.receive_json")
    assert stop.frames[0].locals["number"] == "7"
