"""One request and its response, gathered or left halfway."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from asgilab.communicators import Wiring
from asgilab.errors import (
    ApplicationEnded,
    AsgilabWarning,
    NoOutput,
    PayloadError,
    UncleanExit,
    UnexpectedEvent,
)
from asgilab.testing import HttpCommunicator
from tests.communicators.applications import FOREVER

START: dict[str, Any] = {"type": "http.response.start", "status": 200, "headers": []}


async def mirror(scope: Any, receive: Any, send: Any) -> None:
    """Answer with the body of the request, event by event, joined by ``|``."""
    pieces, more = [], True
    while more:
        event = await receive()
        pieces.append(event["body"])
        more = event.get("more_body", False)
    await send(START)
    await send({"type": "http.response.body", "body": b"|".join(pieces)})


def sending(*events: dict[str, Any]) -> Any:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        for event in events:
            await send(event)

    return application


async def test_a_response_is_status_headers_and_body() -> None:
    headers = [(b"content-type", b"text/plain")]
    application = sending(
        {**START, "status": 201, "headers": headers},
        {"type": "http.response.body", "body": b"one ", "more_body": True},
        {"type": "http.response.body", "body": b"two"},
    )
    response = await HttpCommunicator(application, "POST", "/").get_response()
    assert response == {"status": 201, "headers": headers, "body": b"one two"}


async def pieces() -> AsyncIterator[bytes]:
    for piece in (b"a", b"b"):
        await asyncio.sleep(0)
        yield piece


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        (b"whole", b"whole"),
        (b"", b""),
        (bytearray(b"whole"), b"whole"),
        (memoryview(b"whole"), b"whole"),
        ([b"a", b"b"], b"a|b|"),
        ([bytearray(b"a"), memoryview(b"b")], b"a|b|"),
        (pieces(), b"a|b|"),
    ],
    ids=["bytes", "empty", "bytearray", "view", "list", "list of arrays", "async"],
)
async def test_a_body_goes_as_one_event_or_piece_by_piece(
    body: Any, seen: bytes
) -> None:
    response = await HttpCommunicator(mirror, "POST", "/", body).get_response()
    assert response["body"] == seen


@pytest.mark.parametrize("body", ["text", 5, None])
def test_a_body_that_is_neither_bytes_nor_pieces_is_refused(body: Any) -> None:
    with pytest.raises(PayloadError, match="The body of a request is bytes, got"):
        HttpCommunicator(mirror, "POST", "/", body)


@pytest.mark.parametrize(("body", "found"), [(["a"], "str"), ([b"a", 5], "int")])
async def test_a_piece_that_is_not_bytes_is_refused(body: Any, found: str) -> None:
    communicator = HttpCommunicator(mirror, "POST", "/", body)
    said = f"A piece of a request's body is bytes, got {found}."
    with pytest.raises(PayloadError, match=said):
        await communicator.get_response()
    communicator.stop()


async def test_the_request_is_sent_once() -> None:
    communicator = HttpCommunicator(mirror, "POST", "/", b"once")
    await communicator.send_request()
    await communicator.send_request()
    assert (await communicator.get_response())["body"] == b"once"


async def test_a_response_that_is_cut_is_named_at_once() -> None:
    part = {"type": "http.response.body", "body": b"x", "more_body": True}
    communicator = HttpCommunicator(sending(START, part), "GET", "/")
    with pytest.raises(ApplicationEnded):
        await communicator.get_response(timeout=FOREVER)


async def test_a_response_that_never_begins_is_known_at_once() -> None:
    async def waits(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await receive()

    communicator = HttpCommunicator(waits, "GET", "/")
    with pytest.raises(NoOutput):
        await communicator.get_response(timeout=FOREVER)
    communicator.stop()


async def test_an_event_out_of_place_is_unexpected_where_nobody_validates() -> None:
    wiring = Wiring(validate="off")
    body = {"type": "http.response.body", "body": b"x"}
    communicator = HttpCommunicator(sending(body), "GET", "/", wiring=wiring)
    with pytest.raises(UnexpectedEvent, match=r"'http\.response\.start'"):
        await communicator.get_response()


async def test_an_exception_comes_out_unwrapped() -> None:
    async def fails(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(START)
        msg = "halfway"
        raise LookupError(msg)

    with pytest.raises(LookupError, match="halfway"):
        await HttpCommunicator(fails, "GET", "/").get_response(timeout=FOREVER)


async def test_a_client_may_leave_in_the_middle_of_the_request() -> None:
    got: list[Any] = []

    async def uploads(scope: Any, receive: Any, send: Any) -> None:
        while not got or got[-1] != "http.disconnect":
            got.append((await receive())["type"])

    communicator = HttpCommunicator(uploads, "POST", "/")
    event = {"type": "http.request", "body": b"half", "more_body": True}
    await communicator.send_input(event)
    await communicator.disconnect()
    assert got == ["http.request", "http.disconnect"]


async def never_ends(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await asyncio.Event().wait()


async def test_an_ignored_disconnect_warns_at_once_and_cancels() -> None:
    communicator = HttpCommunicator(never_ends, "GET", "/")
    await communicator.send_request()
    with pytest.warns(AsgilabWarning, match=r"http\.disconnect"):
        await communicator.disconnect(timeout=FOREVER)
    assert communicator.future.cancelled()


async def test_an_ignored_disconnect_is_an_error_in_strict_mode() -> None:
    wiring = Wiring(strict=True)
    communicator = HttpCommunicator(never_ends, "GET", "/", wiring=wiring)
    await communicator.send_request()
    with pytest.raises(UncleanExit, match=r"http\.disconnect"):
        await communicator.disconnect(timeout=FOREVER)
    communicator.stop()


async def test_a_disconnect_shows_an_exception_that_nobody_saw_once() -> None:
    async def fails(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        msg = "unseen"
        raise LookupError(msg)

    communicator = HttpCommunicator(fails, "GET", "/")
    await communicator.send_request()
    with pytest.raises(LookupError, match="unseen"):
        await communicator.disconnect()
    await communicator.disconnect()


async def test_the_communicator_keeps_the_cookies_of_its_response() -> None:
    start = {**START, "headers": [(b"set-cookie", b"new=1")]}
    application = sending(start, {"type": "http.response.body"})
    communicator = HttpCommunicator(application, "GET", "/", cookies={"old": "0"})
    await communicator.get_response()
    assert communicator.cookies == {"old": "0", "new": "1"}


async def test_a_long_poll_is_answered_when_another_request_comes() -> None:
    posted: asyncio.Queue[bytes] = asyncio.Queue()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        if scope["method"] == "POST":
            posted.put_nowait(body)
        else:
            body = await posted.get()
        await send(START)
        await send({"type": "http.response.body", "body": body})

    poll = HttpCommunicator(application, "GET", "/")
    await poll.send_request()
    assert await poll.receive_nothing(timeout=FOREVER)
    await HttpCommunicator(application, "POST", "/", b"news").get_response()
    assert (await poll.get_response())["body"] == b"news"
