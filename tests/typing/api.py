"""The public names as a user's type checker sees them. Never run, only checked.

``assert_type`` fails where a checker infers something else, so that mypy and
pyright have to agree.
"""

from typing import Any, assert_type

import asgilab
from asgilab.communicators import Response
from asgilab.engine import Quiet
from asgilab.sessions import Event, Session
from asgilab.testing import (
    ApplicationCommunicator,
    HttpCommunicator,
    LifespanCommunicator,
    WebsocketCommunicator,
)
from asgilab.types import Receive, Scope, Send


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """An application as the types spell it."""
    message = await receive()
    assert_type(message["type"], Any)
    await send({"type": "websocket.accept"})


async def any_application() -> None:
    """The generic communicator."""
    communicator = ApplicationCommunicator(application, {"type": "http"})
    await communicator.send_input({"type": "http.request", "body": b""})
    assert_type(await communicator.receive_output(timeout=1), Any)
    assert_type(await communicator.receive_nothing(timeout=0.1, interval=0.01), bool)
    assert_type(await communicator.settle(), Quiet)
    assert_type(communicator.drain(), list[Any])
    await communicator.wait(timeout=1)
    communicator.stop(exceptions=False)


async def http() -> None:
    """One request."""
    communicator = HttpCommunicator(
        application,
        "POST",
        "/",
        body=[b"one", b"two"],
        headers=[("accept", "text/html"), (b"x-a", b"b")],
        cookies={"theme": "dark"},
    )
    response = await communicator.get_response(timeout=1, deadline=5)
    assert_type(response, Response)
    assert_type(response["status"], int)
    assert_type(response["headers"], list[tuple[bytes, bytes]])
    assert_type(communicator.cookies, dict[str, str])
    async with communicator.stream() as stream:
        assert_type(stream.status, int)
        async for chunk in stream.chunks():
            assert_type(chunk, bytes)
        async for line in stream.lines():
            assert_type(line, str)
        async for event in stream.events():
            assert_type(event.data, str)
        assert_type(await stream.read(), bytes)
        assert_type(stream.complete, bool)


async def websocket() -> None:
    """One connection."""
    communicator = WebsocketCommunicator(
        application,
        "/ws/",
        subprotocols=["chat"],
        user="alice",
        session={"theme": "dark"},
        cookies={"theme": "dark"},
        origin="https://chat.example",
        client=("10.0.0.1", 1234),
        server=["chat.example", 443],
        state={"pool": None},
        extensions={"websocket.http.response": {}},
        context="inherit",
        validate="strict",
        strict=True,
        served_by="hypercorn",
        window=8,
        raise_on_gone=True,
    )
    assert_type(await communicator.connect(), tuple[bool, Any])
    await communicator.send_to(text_data="")
    await communicator.send_to(bytes_data=b"")
    await communicator.send_json_to({"message": "hi"})
    assert_type(await communicator.receive_from(), str | bytes)
    assert_type(await communicator.receive_json_from(timeout=2), Any)
    assert_type(await communicator.expect_close(4001), tuple[int, str])
    assert_type(communicator.groups, frozenset[str])
    await communicator.disconnect(code=1001, timeout=1)
    await communicator.drop(code=1006)
    assert_type(await communicator.expect_denied(403), dict[str, Any])
    assert_type(await communicator.expect_group_send("lobby"), dict[str, Any])
    assert_type(communicator.denial, dict[str, Any] | None)
    assert_type(
        await communicator.receive_until(lambda event: event["type"] == "x"), list[Any]
    )
    async with communicator as entered:
        assert_type(entered, WebsocketCommunicator)


async def lifespan() -> None:
    """Startup and shutdown."""
    async with LifespanCommunicator(application) as communicator:
        assert_type(communicator.state, dict[str, Any])
    await communicator.startup(timeout=1)
    await communicator.shutdown(timeout=1)


async def lab() -> None:
    """The lab and its session."""
    async with asgilab.Lab(application, lifespan="off", clock="virtual") as lab:
        alice = lab.websocket("/ws/", name="alice")
        assert_type(alice, WebsocketCommunicator)
        assert_type(await lab.http("GET", "/"), Response)
        assert_type(await lab.settle(), Quiet)
        await lab.advance(30)
    assert_type(lab.session, Session)
    assert_type(lab.session[0], Event)
    assert_type(lab.session[1:], list[Event])
    assert_type(lab.session[0].type, str)
    assert_type(asgilab.load("talk.asgilab.jsonl"), Session)
