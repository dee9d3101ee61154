"""What an application is told once its connection is over, with nobody telling it."""

import asyncio
from typing import Any

import pytest

from asgilab.communicators import Wiring
from asgilab.engine import Gates
from asgilab.errors import ClientDisconnected, NoOutput
from asgilab.testing import (
    HttpCommunicator,
    LifespanCommunicator,
    WebsocketCommunicator,
)

START = {"type": "http.response.start", "status": 200, "headers": []}
END = {"type": "http.response.body", "body": b"done"}
LEFT = {"type": "http.disconnect"}


class Asking:
    """Sends its events, then asks for more and more, and keeps what it is given."""

    def __init__(self, *events: Any, times: int = 100) -> None:
        self.events = events
        self.times = times
        self.given: list[Any] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        for event in self.events:
            await send(event)
        for _ in range(self.times):
            self.given.append(await receive())


def closing(**close: Any) -> Asking:
    return Asking({"type": "websocket.accept"}, {"type": "websocket.close", **close})


async def settled(communicator: Any) -> Any:
    """Let the application come to rest, wherever that is."""
    await communicator.settle()
    communicator.stop()
    return communicator


async def test_http_03_after_the_response_the_client_has_gone() -> None:
    asking = Asking(START, END, times=1)
    communicator = HttpCommunicator(asking, "GET", "/")
    await communicator.get_response()
    await communicator.wait()
    assert asking.given == [LEFT]
    assert communicator.findings == []


async def test_http_03_who_waits_already_is_told_when_the_response_is_complete() -> (
    None
):
    async def listening(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        listener = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        await send(START)
        await asyncio.sleep(0)
        assert not listener.done()
        await send(END)
        assert await listener == LEFT

    communicator = HttpCommunicator(listening, "GET", "/")
    response = await communicator.get_response()
    assert response["status"] == START["status"]
    await communicator.wait()


async def test_http_04_who_asks_on_is_told_again_but_not_for_ever() -> None:
    asking = Asking(START, END)
    communicator = HttpCommunicator(asking, "GET", "/")
    await communicator.get_response()
    with pytest.raises(NoOutput, match="it waits for its next event"):
        await communicator.wait(timeout=3600)
    assert asking.given == [LEFT] * 9
    assert [finding.rule for finding in communicator.findings] == ["HTTP-04"] * 8
    communicator.stop()


@pytest.mark.parametrize(
    ("close", "told"),
    [
        ({}, {"code": 1000, "reason": ""}),
        ({"code": 4001, "reason": "late"}, {"code": 4001, "reason": "late"}),
        ({"code": 3000, "reason": None}, {"code": 3000, "reason": ""}),
    ],
)
async def test_ws_06_after_its_own_close_it_is_told_its_own_code(
    close: dict[str, Any], told: dict[str, Any]
) -> None:
    asking = closing(**close)
    communicator = WebsocketCommunicator(asking, "/")
    await communicator.connect()
    await settled(communicator)
    assert asking.given[0] == {"type": "websocket.disconnect", **told}


async def test_ws_06_before_version_2_5_there_is_no_reason() -> None:
    asking = closing(code=4001, reason="late")
    communicator = WebsocketCommunicator(asking, "/", spec_version="2.4")
    await communicator.connect()
    await settled(communicator)
    assert asking.given[0] == {"type": "websocket.disconnect", "code": 4001}


DENIAL = (
    {"type": "websocket.http.response.start", "status": 401, "headers": []},
    {"type": "websocket.http.response.body", "body": b"no"},
)


@pytest.mark.parametrize(
    "events", [({"type": "websocket.close", "code": 4003, "reason": "no"},), DENIAL]
)
async def test_ws_07_after_a_rejection_it_is_told_1006(events: Any) -> None:
    asking = Asking(*events)
    communicator = WebsocketCommunicator(asking, "/")
    assert not (await communicator.connect())[0]
    await settled(communicator)
    told = {"type": "websocket.disconnect", "code": 1006, "reason": ""}
    assert asking.given[0] == told


async def test_ws_08_who_asks_on_is_told_again_but_not_for_ever() -> None:
    asking = Asking({"type": "websocket.accept"})
    communicator = WebsocketCommunicator(asking, "/")
    await communicator.connect()
    with pytest.warns(UserWarning, match="was ignored: The application still runs"):
        await communicator.disconnect(4010, timeout=3600)
    assert asking.given == [{"type": "websocket.disconnect", "code": 4010}] * 9
    assert [finding.rule for finding in communicator.findings] == ["WS-08"] * 8
    communicator.stop()


async def test_what_the_client_had_sent_before_comes_first() -> None:
    asking = closing(code=4001)
    communicator = WebsocketCommunicator(asking, "/")
    await communicator.send_input({"type": "websocket.connect"})
    await communicator.send_input({"type": "websocket.receive", "text": "early"})
    await settled(communicator)
    assert [event["type"] for event in asking.given[:2]] == [
        "websocket.receive",
        "websocket.disconnect",
    ]


async def test_who_was_told_by_the_server_is_not_told_again_by_the_test() -> None:
    asking = closing(code=4001)
    asking.times = 1
    communicator = WebsocketCommunicator(asking, "/")
    await communicator.connect()
    await communicator.settle()
    await communicator.disconnect(code=1000)
    assert [event["code"] for event in asking.given] == [4001]
    assert communicator.findings == []


async def test_who_has_not_asked_yet_is_told_by_the_test_as_channels_does_it() -> None:
    told: list[Any] = []
    go_on = asyncio.Event()

    async def busy(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": 4001})
        await go_on.wait()
        told.append(await receive())

    communicator = WebsocketCommunicator(busy, "/")
    await communicator.connect()
    asyncio.get_running_loop().call_later(0.01, go_on.set)
    await communicator.disconnect(code=3001)
    assert told == [{"type": "websocket.disconnect", "code": 3001}]


async def test_the_session_tells_what_the_server_gave_by_itself() -> None:
    asking = closing(code=4001)
    communicator = WebsocketCommunicator(asking, "/", wiring=Wiring())
    await communicator.connect()
    await settled(communicator)
    session = communicator._wiring.session
    assert session is not None
    told = [event for event in session if event.type == "websocket.disconnect"]
    assert told[0].note == "by the server"
    assert {event.note for event in told[1:]} == {"by the server, again"}
    assert all(event.by_server for event in told)


@pytest.mark.parametrize(
    "late",
    [
        {"type": "websocket.send", "text": "too late"},
        {"type": "websocket.close", "code": 4002},
    ],
)
async def test_what_is_sent_after_the_end_reaches_nobody(late: Any) -> None:
    asking = Asking(*closing().events, late, times=0)
    communicator = WebsocketCommunicator(asking, "/", strict=True)
    await communicator.connect()
    assert await communicator.expect_close() == (1000, "")
    await communicator.wait()
    assert communicator.drain() == []
    session = communicator._wiring.session
    assert session is not None
    assert session[-2].note == "lost: the connection is over"
    await communicator.disconnect()


async def test_a_lifespan_that_has_ended_is_told_nothing() -> None:
    asking = Asking(
        {"type": "lifespan.startup.complete"}, {"type": "lifespan.shutdown.complete"}
    )
    communicator = LifespanCommunicator(asking, validate="record")
    await communicator.startup()
    await settled(communicator)
    assert asking.given == []


async def test_without_a_judge_nobody_knows_of_the_end() -> None:
    asking = closing()
    communicator = WebsocketCommunicator(asking, "/", validate="off")
    await communicator.connect()
    await settled(communicator)
    assert asking.given == []


async def test_a_disconnect_that_was_dropped_at_a_gate_does_not_come_back() -> None:
    gates = Gates()
    asking = closing()
    wiring = Wiring(gates=gates, name="alice")
    communicator = WebsocketCommunicator(asking, "/", wiring=wiring)
    await communicator.send_input({"type": "websocket.connect"})
    gates.pause("alice", ("receive",))
    await communicator.settle()
    gates.step("alice")
    await communicator.settle()
    (stop,) = gates.stops("alice")
    assert stop.message["type"] == "websocket.disconnect"
    gates.drop(stop)
    await communicator.settle()
    assert gates.stops("alice") == []
    assert asking.given == []
    communicator.stop()


class Endless:
    """Streams for ever; keeps what ``send()`` raised."""

    raised: type[BaseException] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        left = asyncio.ensure_future(receive())
        await send(START)
        try:
            listening = True
            while listening:
                listening = not left.done()
                body = {"type": "http.response.body", "body": b"x", "more_body": True}
                await send(body)
                await asyncio.sleep(0)
        except OSError as error:
            self.raised = type(error)
            raise
        finally:
            left.cancel()


@pytest.mark.parametrize(
    ("options", "raised"),
    [
        ({}, None),
        ({"raise_on_gone": True}, ClientDisconnected),
        ({"spec_version": "2.4"}, ClientDisconnected),
        ({"spec_version": "2.4", "raise_on_gone": False}, None),
    ],
    ids=["as servers do", "asked for", "of version 2.4", "not wanted"],
)
async def test_http_33_whether_send_raises_once_the_client_has_gone(
    options: dict[str, Any], raised: Any
) -> None:
    endless = Endless()
    communicator = HttpCommunicator(endless, "GET", "/", **options)
    async with communicator.stream() as response:
        async for _ in response.chunks():
            break
    assert endless.raised is raised
    await communicator.wait()  # it rose from the application, and is no fault of its


@pytest.mark.parametrize(
    ("asked", "version"), [(None, "2.3"), (False, "2.3"), (True, "2.5")]
)
def test_http_33_what_is_announced_is_what_is_done(
    asked: bool | None, version: str
) -> None:
    scope = HttpCommunicator(Endless(), "GET", "/", raise_on_gone=asked).scope
    assert scope["asgi"]["spec_version"] == version


async def test_ws_40_a_polite_goodbye_leaves_the_last_words_readable() -> None:
    async def answering(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        await send({"type": "websocket.send", "text": "last words"})

    communicator = WebsocketCommunicator(answering, "/")
    await communicator.connect()
    await communicator.disconnect()
    assert await communicator.receive_from() == "last words"


@pytest.mark.parametrize("asked", [True, False])
async def test_ws_40_what_send_does_after_a_goodbye_can_be_chosen(asked: bool) -> None:
    raised: list[bool] = []

    async def answering(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        try:
            await send({"type": "websocket.send", "text": "last words"})
        except OSError:
            raised.append(True)

    communicator = WebsocketCommunicator(answering, "/", raise_on_gone=asked)
    await communicator.connect()
    await communicator.disconnect()
    assert raised == [True] * asked
    assert communicator.drain() == []
