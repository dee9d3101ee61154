"""Defects of today's kits, each as a test that shows what a test should get.

The numbers are those under which the defects were reproduced: R1 to R19 with
asgiref 3.13 and channels 4.3, R20 and R21 with Starlette's test client.
"""

import asyncio
import contextvars
import re
import warnings
from typing import Any

import channels.db
import django.db
import pytest
from channels.generic.websocket import AsyncWebsocketConsumer

from asgilab.communicators import Wiring
from asgilab.errors import (
    ApplicationEnded,
    AsgilabWarning,
    NoOutput,
    ProtocolViolation,
    UncleanExit,
    UnexpectedEvent,
)
from asgilab.testing import (
    ApplicationCommunicator,
    HttpCommunicator,
    WebsocketCommunicator,
)

KNOWN = {*range(1, 20), 21}
"""The numbers of the defects that concern a communicator of ours. R20 is Starlette's
test client, which hangs: what ours does then, R1 and R7 show."""

FOREVER = 3600.0
"""A timeout that no test waits for: what is claimed to come at once has to."""


def accepting(*events: dict[str, Any]) -> Any:
    """An application that accepts, sends these events, and returns when left."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        for event in events:
            await send(event)
        while (await receive())["type"] != "websocket.disconnect":
            pass

    return application


async def connected(application: Any, **options: Any) -> WebsocketCommunicator:
    communicator = WebsocketCommunicator(application, "/", **options)
    assert (await communicator.connect())[0]
    return communicator


async def echo(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] != "websocket.disconnect":
        await send({"type": "websocket.send", "text": event["text"]})


async def test_r01_an_application_that_returns_is_reported_at_once() -> None:
    async def returns(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})

    communicator = await connected(returns)
    with pytest.raises(ApplicationEnded, match="has returned, and nothing more"):
        await communicator.receive_from(timeout=FOREVER)


async def test_r02_an_exception_comes_out_at_once() -> None:
    async def fails_later(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await asyncio.sleep(0.001)
        raise ValueError("boom")

    communicator = await connected(fails_later)
    with pytest.raises(ValueError, match="boom"):
        await communicator.receive_from(timeout=FOREVER)


async def test_r03_what_was_sent_before_the_exception_is_read_first() -> None:
    async def greets_and_fails(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "hello"})
        raise ValueError("boom")

    communicator = await connected(greets_and_fails)
    assert await communicator.receive_from() == "hello"
    with pytest.raises(ValueError, match="boom"):
        await communicator.receive_from()


async def test_r04_an_empty_text_frame_can_be_sent() -> None:
    communicator = await connected(echo)
    await communicator.send_to(text_data="")
    assert await communicator.receive_from() == ""
    await communicator.disconnect()


async def test_r05_a_frame_with_text_and_no_bytes_is_a_text_frame() -> None:
    frame = {"type": "websocket.send", "text": "a", "bytes": None}
    communicator = await connected(accepting(frame))
    assert await communicator.receive_from() == "a"
    await communicator.disconnect()


async def denying(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    kind = "websocket.http.response"
    await send({"type": f"{kind}.start", "status": 401, "headers": []})
    await send({"type": f"{kind}.body", "body": b"Who ", "more_body": True})
    await send({"type": f"{kind}.body", "body": b"are you?"})


async def test_r06_a_denial_response_is_a_result() -> None:
    communicator = WebsocketCommunicator(denying, "/")
    assert await communicator.connect() == (False, 401)
    assert communicator.denial == {
        "status": 401,
        "headers": [],
        "body": b"Who are you?",
    }


async def test_r06_a_denial_response_can_be_expected() -> None:
    denial = await WebsocketCommunicator(denying, "/").expect_denied(401)
    assert denial["body"] == b"Who are you?"
    with pytest.raises(UnexpectedEvent, match="status 403, but was 401"):
        await WebsocketCommunicator(denying, "/").expect_denied(403)


async def test_r07_after_a_timeout_the_conversation_goes_on() -> None:
    communicator = await connected(echo)
    with pytest.raises(NoOutput):
        await communicator.receive_from(timeout=0.01)
    await communicator.send_to("still there?")
    assert await communicator.receive_from() == "still there?"
    await communicator.disconnect()


async def test_r08_after_a_timeout_the_client_can_leave() -> None:
    communicator = await connected(echo)
    with pytest.raises(TimeoutError):
        await communicator.receive_from(timeout=0.01)
    await communicator.disconnect()
    assert communicator.future.done()


VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("v", default="unset")


@pytest.mark.parametrize(
    ("context", "seen"), [("blank", "unset"), ("inherit", "test"), (None, "given")]
)
async def test_r09_the_context_of_the_application_can_be_chosen(
    context: Any, seen: str
) -> None:
    async def tells(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.close", "reason": VARIABLE.get()})

    VARIABLE.set("test")
    given = contextvars.Context()
    given.run(VARIABLE.set, "given")
    communicator = WebsocketCommunicator(tells, "/", context=context or given)
    await communicator.send_input({"type": "websocket.connect"})
    assert await communicator.expect_close() == (1000, seen)


async def test_r10_a_body_event_without_a_body_is_an_empty_one() -> None:
    async def empty(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    response = await HttpCommunicator(empty, "GET", "/").get_response()
    assert response == {"status": 204, "headers": [], "body": b""}


async def endless(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while True:
        await send({"type": "http.response.body", "body": b"x", "more_body": True})


async def test_r11_an_endless_response_ends_at_the_deadline() -> None:
    communicator = HttpCommunicator(endless, "GET", "/")
    with pytest.raises(NoOutput, match=r"did not end within 0\.05 s"):
        await communicator.get_response(deadline=0.05)
    communicator.stop()


@pytest.mark.parametrize("communicator", ["http", "websocket"])
async def test_r12_the_scope_is_complete(communicator: str) -> None:
    if communicator == "http":
        scope = HttpCommunicator(echo, "GET", "/a%20b?c").scope
    else:
        scope = WebsocketCommunicator(echo, "/a%20b?c").scope
    assert scope["asgi"]["version"] == "3.0"
    assert scope["raw_path"] == b"/a%20b"
    assert scope["path"] == "/a b"
    for key in ("scheme", "client", "server", "root_path", "http_version", "state"):
        assert key in scope
    assert isinstance(scope["extensions"], dict)


class Echo(AsyncWebsocketConsumer):
    async def receive(self, text_data: Any = None, bytes_data: Any = None) -> None:
        await self.send(text_data=text_data)


async def test_r13_two_receives_at_once_leave_nothing_patched() -> None:
    first, second = await connected(Echo.as_asgi()), await connected(Echo.as_asgi())
    waiting = asyncio.gather(first.receive_from(), second.receive_from())
    await second.send_to("b")
    await first.send_to("a")
    assert list(await waiting) == ["a", "b"]
    await first.disconnect()
    await second.disconnect()
    assert channels.db.close_old_connections is django.db.close_old_connections


async def test_r14_connections_are_not_closed_between_the_calls_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = []
    monkeypatch.setattr(channels.db, "close_old_connections", lambda: calls.append(1))
    communicator = await connected(Echo.as_asgi())
    await communicator.send_to("a")
    await asyncio.sleep(0)
    assert not await communicator.receive_nothing()
    await communicator.disconnect()
    assert calls == []


async def test_r15_a_close_is_told_with_its_code_and_reason() -> None:
    close = {"type": "websocket.close", "code": 4001, "reason": "too late"}
    communicator = await connected(accepting(close))
    text = "Expected type 'websocket.send', but was 'websocket.close'"
    with pytest.raises(AssertionError, match=text) as caught:
        await communicator.receive_from()
    notes = "\n".join(caught.value.__notes__)
    assert "closed with code 4001 and reason 'too late'" in notes
    await communicator.disconnect()


async def test_r15_a_close_can_be_expected() -> None:
    close = {"type": "websocket.close", "code": 4001, "reason": "too late"}
    communicator = await connected(accepting(close))
    assert await communicator.expect_close(4001, "too late") == (4001, "too late")
    await communicator.disconnect()


async def test_r16_sending_to_an_application_that_returned_is_an_error() -> None:
    async def returns(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})

    communicator = await connected(returns)
    await communicator.wait()
    with pytest.raises(ApplicationEnded, match=r"nobody is there to receive"):
        await communicator.send_to("hello?")


@pytest.mark.parametrize(
    ("event", "rule"),
    [
        ({"type": "websocket.accept"}, "WS-20"),
        ({"type": "websocket.nonsense"}, "GEN-07"),
        ({"type": "http.response.body"}, "GEN-06"),
        ({"type": "websocket.send", "text": "a", "bytes": b"b"}, "WS-31"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["type"],
)
async def test_r17_what_asgi_forbids_is_refused(
    event: dict[str, Any], rule: str
) -> None:
    communicator = await connected(accepting(event))
    with pytest.raises(ProtocolViolation) as caught:
        await communicator.receive_output()
    assert caught.value.rule == rule


async def deaf(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while True:
        await receive()


async def test_r18_an_ignored_disconnect_is_a_warning() -> None:
    communicator = await connected(deaf)
    with pytest.warns(AsgilabWarning, match=r"websocket\.disconnect was ignored"):
        await communicator.disconnect(timeout=0.01)
    communicator.stop()


async def test_r18_an_ignored_disconnect_is_an_error_in_strict_mode() -> None:
    communicator = await connected(deaf, wiring=Wiring(strict=True))
    with pytest.raises(UncleanExit, match="was ignored"):
        await communicator.disconnect(timeout=0.01)
    communicator.stop()


async def test_r19_unread_events_are_an_error_in_strict_mode() -> None:
    frame = {"type": "websocket.send", "text": "unread"}
    communicator = await connected(accepting(frame), wiring=Wiring(strict=True))
    with pytest.raises(UncleanExit, match=r"1 event\(s\) were sent and never read"):
        await communicator.disconnect()


async def test_r21_an_endless_stream_is_read_while_it_is_produced() -> None:
    communicator = HttpCommunicator(endless, "GET", "/")
    seen = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AsgilabWarning)  # it ignores the disconnect
        async with communicator.stream() as response:
            async for chunk in response.chunks():
                assert chunk == b"x"
                seen += 1
                if seen == 100:
                    break
    assert communicator.future.cancelled()


async def test_the_application_may_be_driven_event_by_event_too() -> None:
    communicator = ApplicationCommunicator(echo, {"type": "websocket"})
    await communicator.send_input({"type": "websocket.connect"})
    assert await communicator.receive_output() == {"type": "websocket.accept"}
    communicator.stop()


def test_every_known_defect_has_its_test() -> None:
    numbers = [re.match(r"test_r(\d\d)_", name) for name in globals()]
    assert {int(number[1]) for number in numbers if number} == KNOWN
