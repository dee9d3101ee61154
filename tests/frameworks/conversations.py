"""The conversations that every framework has to hold, each a function of a stage.

``HTTP``, ``WEBSOCKET`` and ``LIFESPAN`` list them.
"""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from asgilab.errors import ProtocolViolation, UncleanExit
from tests.frameworks.applications.witness import SEEN
from tests.frameworks.stage import Stage

PLAIN = "text/plain"


def content_type(response: Any) -> str:
    (found,) = [value for name, value in response if name.lower() == b"content-type"]
    return str(found, "latin-1").partition(";")[0]


async def get(stage: Stage) -> None:
    communicator = stage.http("GET", "/hello")
    response = await answer(communicator)
    assert (response["status"], response["body"]) == (200, b"hello")
    assert content_type(response["headers"]) == PLAIN


async def post_with_a_body(stage: Stage) -> None:
    headers = [("content-type", PLAIN), ("content-length", "3")]
    communicator = stage.http("POST", "/upload", b"abc", headers)
    assert (await answer(communicator))["body"] == b"cba"


async def post_in_chunks(stage: Stage) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for chunk in (b"one ", b"", b"two ", b"three"):
            yield chunk

    headers = [("content-type", PLAIN)]
    communicator = stage.http("POST", "/upload", chunks(), headers)
    assert (await answer(communicator))["body"] == b"one two three"[::-1]


async def a_streamed_response(stage: Stage) -> None:
    communicator = stage.http("GET", "/stream", window=1)
    async with communicator.stream() as response:
        assert response.status == 200
        assert content_type(response.headers) == PLAIN
        chunks = [chunk async for chunk in response.chunks()]
    assert chunks == [b"one ", b"two ", b"three"]
    await communicator.wait()


async def server_sent_events_until_the_client_leaves(stage: Stage) -> None:
    communicator = stage.http("GET", "/events")
    if stage.framework.sees_leaving:
        assert await ticks_of(communicator) == ["0", "1", "2"]
        await communicator.settle()  # Django leaves its generator to the loop to close
        assert SEEN == ["left"]
    else:
        with pytest.raises(UncleanExit, match=r"ignored http\.disconnect"):
            await ticks_of(communicator)
        communicator.stop()


async def server_sent_events_until_send_raises(stage: Stage) -> None:
    communicator = stage.http("GET", "/events", raise_on_gone=True)
    with raising(stage.framework.lets_gone_out):
        assert await ticks_of(communicator) == ["0", "1", "2"]
    assert communicator.future.done()


async def answer(communicator: Any) -> Any:
    """Return the response, after the application has ended."""
    response = await communicator.get_response()
    await communicator.wait()
    return response


async def ticks_of(communicator: Any) -> list[str]:
    """Read three events of a stream, leave, and see that the application ends."""
    ticks = []
    async with communicator.stream() as response:
        assert content_type(response.headers) == "text/event-stream"
        async for event in response.events():
            ticks.append(event.data)
            if len(ticks) == 3:
                break
    return ticks


async def a_client_that_leaves_before_its_request_is_complete(stage: Stage) -> None:
    communicator = stage.http("POST", "/upload", headers=[("content-type", PLAIN)])
    event = {"type": "http.request", "body": b"one ", "more_body": True}
    await communicator.send_input(event)
    await communicator.settle()
    with raising(stage.framework.lets_leaving_out):
        await communicator.disconnect()
    assert communicator.drain() == []


async def a_page_that_fails(stage: Stage) -> None:
    communicator = stage.http("GET", "/fail")
    if stage.framework.lets_errors_out:
        # Starlette answers before it lets the exception out.
        with contextlib.suppress(RuntimeError):
            assert (await communicator.get_response())["status"] == 500
        with pytest.raises(RuntimeError, match="boom"):
            await communicator.wait()
    else:
        assert (await answer(communicator))["status"] == 500


async def frames_of_all_kinds(stage: Stage) -> None:
    communicator = stage.websocket("/ws/echo", subprotocols=["soap", "chat"])
    assert await communicator.connect() == (True, "chat")
    if stage.framework.json:
        for content in ("hi", "", {"a": [1, None]}):
            await communicator.send_json_to(content)
            assert await communicator.receive_json_from() == content
    else:
        for text in ("hi", "", "\N{SNOWMAN}"):
            await communicator.send_to(text_data=text)
            assert await communicator.receive_from() == text
        for data in (b"hi", b"", b"\xff"):
            await communicator.send_to(bytes_data=data)
            assert await communicator.receive_from() == data
    assert await communicator.receive_nothing()
    await communicator.disconnect()


async def a_client_that_closes(stage: Stage) -> None:
    communicator = stage.websocket("/ws/echo")
    assert await communicator.connect() == (True, None)
    await communicator.disconnect(4010, reason="bye")
    assert SEEN == [4010]


async def a_client_that_is_lost(stage: Stage) -> None:
    communicator = stage.websocket("/ws/echo")
    assert await communicator.connect() == (True, None)
    await communicator.drop()
    assert SEEN == [1006]


async def a_client_that_is_lost_before_the_answer(stage: Stage) -> None:
    communicator = stage.websocket("/ws/echo")
    with raising(stage.framework.lets_loss_out):
        await communicator.drop()
    assert communicator.drain() == []


async def a_rejection(stage: Stage) -> None:
    communicator = stage.websocket("/ws/reject")
    if stage.framework.rejects_early:
        with pytest.raises(ProtocolViolation, match=r"WS-21: websocket\.close"):
            await communicator.connect()
        communicator = stage.websocket("/ws/reject", validate="spec")
    assert await communicator.connect() == (False, 4003)
    await communicator.wait()


async def a_close_by_the_application(stage: Stage) -> None:
    communicator = stage.websocket("/ws/echo")
    await communicator.connect()
    await say(stage, communicator, "close")
    assert await communicator.expect_close(4001, "done") == (4001, "done")
    await communicator.wait()
    assert SEEN == [4001]


async def an_exception(stage: Stage) -> None:
    communicator = stage.websocket("/ws/echo")
    await communicator.connect()
    await say(stage, communicator, "fail")
    if stage.framework.lets_errors_out:
        with pytest.raises(RuntimeError, match="boom"):
            await communicator.receive_from()
    else:
        assert (await communicator.expect_close())[0] >= 1000


async def startup_state_and_shutdown(stage: Stage) -> None:
    async with stage.lifespan() as lifespan:
        assert SEEN == ["started"]
        state = dict(lifespan.state)
        response = await answer(stage.http("GET", "/ready", state=state))
        assert response["body"] == b"yes"
    assert SEEN == ["started", "stopped"]


async def say(stage: Stage, communicator: Any, word: str) -> None:
    """Send a word as the framework's frames have it."""
    if stage.framework.json:
        await communicator.send_json_to(word)
    else:
        await communicator.send_to(text_data=word)


def raising(name: str) -> Any:
    """Expect the exception of a name, or none."""
    if not name:
        return contextlib.nullcontext()
    return pytest.raises(Exception, check=lambda error: type(error).__name__ == name)


HTTP = (
    get,
    post_with_a_body,
    post_in_chunks,
    a_streamed_response,
    server_sent_events_until_the_client_leaves,
    server_sent_events_until_send_raises,
    a_client_that_leaves_before_its_request_is_complete,
    a_page_that_fails,
)
WEBSOCKET = (
    frames_of_all_kinds,
    a_client_that_closes,
    a_client_that_is_lost,
    a_client_that_is_lost_before_the_answer,
    a_rejection,
    a_close_by_the_application,
    an_exception,
)
LIFESPAN = (startup_state_and_shutdown,)

FINDINGS: dict[Any, dict[str, str]] = {
    a_rejection: {"WS-47": "it gives a code that no client can see"},
    an_exception: {"WS-52": "it raises while the connection is open"},
}
"""What a conversation is about to bring to light, whatever the framework is."""
