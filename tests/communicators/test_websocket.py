"""The client's side of a WebSocket: handshake, frames, close."""

import asyncio
from typing import Any

import pytest

from asgilab.communicators import Wiring
from asgilab.errors import (
    ApplicationEnded,
    AsgilabWarning,
    NoOutput,
    UncleanExit,
    UnexpectedEvent,
)
from asgilab.testing import WebsocketCommunicator
from tests.communicators.applications import (
    FOREVER,
    connected,
    deaf,
    echo,
    quiet,
    undecided,
)
from tests.engine.loops import until


def sending(*events: dict[str, Any]) -> Any:
    """Return an application that answers the handshake with these events."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        for event in events:
            await send(event)
        await receive()

    return application


ACCEPT = {"type": "websocket.accept"}


# -- handshake ---------------------------------------------------------------------


async def test_an_acceptance_tells_subprotocol_and_headers() -> None:
    accept = {**ACCEPT, "subprotocol": "chat", "headers": [(b"x-room", b"lobby")]}
    communicator = WebsocketCommunicator(
        sending(accept), "/", subprotocols=["chat", "other"]
    )
    assert await communicator.connect() == (True, "chat")
    assert communicator.response_headers == [(b"x-room", b"lobby")]
    assert communicator.scope["subprotocols"] == ["chat", "other"]
    await communicator.disconnect()


@pytest.mark.parametrize(
    ("close", "code"),
    [({}, 1000), ({"code": 4003}, 4003), ({"code": 1008, "reason": "no"}, 1008)],
    ids=["bare", "code", "reason"],
)
async def test_a_rejection_tells_the_code(close: dict[str, Any], code: int) -> None:
    communicator = WebsocketCommunicator(
        sending({"type": "websocket.close", **close}), "/"
    )
    assert await communicator.connect() == (False, code)
    assert communicator.denial is None
    await communicator.wait()


async def test_an_application_that_does_not_answer_is_told_so_with_a_hint() -> None:
    communicator = WebsocketCommunicator(undecided, "/")
    with pytest.raises(NoOutput) as caught:
        await communicator.connect(timeout=FOREVER)
    assert "Hint:" in caught.value.__notes__[-1]
    communicator.stop()


async def test_an_application_that_returns_instead_of_answering_is_named() -> None:
    async def returns(scope: Any, receive: Any, send: Any) -> None:
        await receive()

    with pytest.raises(ApplicationEnded, match="has returned"):
        await WebsocketCommunicator(returns, "/").connect(timeout=FOREVER)


async def test_something_else_than_an_answer_is_unexpected() -> None:
    wiring = Wiring(validate="off")
    communicator = WebsocketCommunicator(
        sending({"type": "websocket.send", "text": "hi"}), "/", wiring=wiring
    )
    with pytest.raises(UnexpectedEvent, match=r"but was 'websocket\.send'"):
        await communicator.connect()
    communicator.stop()


def test_a_path_that_is_no_text_is_refused() -> None:
    path: Any = b"/ws"
    with pytest.raises(TypeError, match="Expected str, got <class 'bytes'>"):
        WebsocketCommunicator(echo, path)


async def test_the_version_of_the_specification_can_be_chosen() -> None:
    communicator = WebsocketCommunicator(echo, "/", spec_version="2.3")
    assert communicator.scope["asgi"]["spec_version"] == "2.3"


async def test_a_denial_can_be_expected_with_any_status_or_none() -> None:
    start = {"type": "websocket.http.response.start", "status": 402, "headers": []}
    body = {"type": "websocket.http.response.body", "body": b"pay"}
    denial = await WebsocketCommunicator(sending(start, body), "/").expect_denied()
    assert denial == {"status": 402, "headers": [], "body": b"pay"}


async def test_a_close_before_the_acceptance_counts_as_403() -> None:
    close = {"type": "websocket.close"}
    denial = await WebsocketCommunicator(sending(close), "/").expect_denied(403)
    assert denial["status"] == 403


async def test_an_acceptance_is_no_denial() -> None:
    communicator = WebsocketCommunicator(echo, "/")
    with pytest.raises(UnexpectedEvent, match="status any, but was accepted"):
        await communicator.expect_denied()
    await communicator.disconnect()


# -- frames -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "frame", [{"text_data": ""}, {"bytes_data": b""}, {"text_data": "\x00ü"}]
)
async def test_every_frame_goes_there_and_back(frame: dict[str, Any]) -> None:
    async def mirror(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(ACCEPT)
        event = await receive()
        await send({**event, "type": "websocket.send"})
        await receive()

    communicator = await connected(mirror)
    await communicator.send_to(**frame)
    (expected,) = frame.values()
    assert await communicator.receive_from() == expected
    await communicator.disconnect()


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({}, "You must supply exactly one of text_data or bytes_data"),
        (
            {"text_data": "a", "bytes_data": b"b"},
            "You must supply exactly one of text_data or bytes_data",
        ),
        ({"text_data": b"a"}, "The text_data argument must be a str"),
        ({"bytes_data": "a"}, "The bytes_data argument must be bytes"),
    ],
    ids=["none", "both", "text", "bytes"],
)
async def test_a_frame_is_exactly_one_of_text_and_bytes(
    frame: dict[str, Any], message: str
) -> None:
    communicator = await connected(quiet)
    with pytest.raises(AssertionError, match=message):
        await communicator.send_to(**frame)
    await communicator.disconnect()


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({}, "needs exactly one of 'text' or 'bytes'"),
        ({"text": "a", "bytes": b"b"}, "needs exactly one of 'text' or 'bytes'"),
        ({"text": 5}, "Text frame payload is not str, it is <class 'int'>"),
        ({"bytes": "a"}, "Binary frame payload is not bytes, it is <class 'str'>"),
    ],
    ids=["none", "both", "text", "bytes"],
)
async def test_a_frame_that_is_none_is_unexpected_where_nobody_validates(
    frame: dict[str, Any], message: str
) -> None:
    event = {"type": "websocket.send", **frame}
    wiring = Wiring(validate="off")
    communicator = await connected(sending(ACCEPT, event), wiring=wiring)
    with pytest.raises(AssertionError, match=message):
        await communicator.receive_from()
    await communicator.disconnect()


async def test_json_goes_there_and_back() -> None:
    communicator = await connected(echo)
    await communicator.send_json_to({"a": [1, None, "ü"]})
    assert await communicator.receive_json_from() == {"a": [1, None, "ü"]}
    await communicator.disconnect()


async def test_json_in_a_binary_frame_is_unexpected() -> None:
    event = {"type": "websocket.send", "bytes": b"{}"}
    communicator = await connected(sending(ACCEPT, event))
    with pytest.raises(AssertionError, match="JSON data is not a text frame"):
        await communicator.receive_json_from()
    await communicator.disconnect()


# -- close ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "reason", "message"),
    [
        (4002, None, r"Expected close 4002 'late', but was \(4001, 'late'\)"),
        (None, "soon", r"Expected close 4001 'soon', but was \(4001, 'late'\)"),
    ],
)
async def test_another_close_than_expected_is_named(
    code: int | None, reason: str | None, message: str
) -> None:
    close = {"type": "websocket.close", "code": 4001, "reason": "late"}
    communicator = await connected(sending(ACCEPT, close))
    with pytest.raises(UnexpectedEvent, match=message):
        await communicator.expect_close(code, reason)
    await communicator.disconnect()


async def test_a_frame_instead_of_a_close_is_unexpected() -> None:
    frame = {"type": "websocket.send", "text": "hi"}
    communicator = await connected(sending(ACCEPT, frame))
    with pytest.raises(UnexpectedEvent, match=r"'websocket\.close'"):
        await communicator.expect_close()
    await communicator.disconnect()


@pytest.mark.parametrize("reason", [None, "done"])
async def test_the_application_gets_code_and_reason(reason: str | None) -> None:
    got: list[Any] = []

    async def listens(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(ACCEPT)
        got.append(await receive())

    communicator = await connected(listens)
    await communicator.disconnect(4321, reason=reason)
    assert got[0]["code"] == 4321
    assert got[0].get("reason") == reason


async def test_a_disconnect_of_an_ended_application_returns_at_once() -> None:
    async def returns(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(ACCEPT)

    communicator = await connected(returns)
    await communicator.wait()
    await communicator.disconnect()
    await communicator.disconnect()
    assert communicator.input_queue.empty()  # nobody is there to be told


async def test_a_strict_disconnect_of_an_ended_application_wants_all_read() -> None:
    async def greets(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(ACCEPT)
        await send({"type": "websocket.send", "text": "unread"})
        await send({"type": "websocket.close"})

    communicator = await connected(greets, wiring=Wiring(strict=True))
    await until(communicator.future.done)
    with pytest.raises(UncleanExit, match=r"2 event\(s\) were sent and never read"):
        await communicator.disconnect()


async def test_an_ignored_disconnect_warns_at_once_and_the_application_lives() -> None:
    communicator = await connected(deaf)
    with pytest.warns(AsgilabWarning, match="websocket.disconnect was ignored"):
        await communicator.disconnect(timeout=FOREVER)
    assert not communicator.future.done()
    communicator.stop()


async def test_a_dropped_client_is_1006_and_a_send_to_it_is_an_oserror() -> None:
    told: list[Any] = []

    async def pushes(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(ACCEPT)
        told.append(await receive())
        try:
            await send({"type": "websocket.send", "text": "anybody there?"})
        except OSError as error:
            told.append(error)

    communicator = await connected(pushes)
    await communicator.drop()
    assert told[0] == {"type": "websocket.disconnect", "code": 1006}
    assert isinstance(told[1], OSError)
    assert communicator.drain() == []


async def test_the_oserror_of_a_dropped_client_is_no_fault_of_the_application() -> None:
    async def pushes(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(ACCEPT)
        await receive()
        await send({"type": "websocket.send", "text": "anybody there?"})

    communicator = await connected(pushes)
    await communicator.drop()
    await communicator.disconnect()
    await communicator.wait()
    assert isinstance(communicator.future.exception(), OSError)


async def test_a_client_may_be_lost_before_the_acceptance() -> None:
    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        assert (await receive())["code"] == 1006

    communicator = WebsocketCommunicator(slow, "/")
    await communicator.send_input({"type": "websocket.connect"})
    await communicator.drop()
    assert communicator.future.done()


async def test_a_with_block_connects_and_disconnects() -> None:
    async with WebsocketCommunicator(echo, "/") as communicator:
        await communicator.send_to("x")
        assert await communicator.receive_from() == "x"
    assert communicator.future.done()
    assert communicator.future.exception() is None


async def test_a_with_block_is_not_entered_after_a_rejection() -> None:
    communicator = WebsocketCommunicator(sending({"type": "websocket.close"}), "/")
    with pytest.raises(UnexpectedEvent, match="was rejected with 1000"):
        async with communicator:
            pytest.fail("not reached")
    await asyncio.wait({communicator.future}, timeout=5)
    assert communicator.future.done()
