"""Responses read while they are produced."""

import asyncio
import codecs
from collections.abc import AsyncIterator
from typing import Any

import pytest

from asgilab.errors import ApplicationEnded, NoOutput, UnexpectedEvent
from asgilab.testing import HttpCommunicator


def producing(*pieces: bytes, ends: bool = True) -> Any:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        headers = [(b"content-type", b"text/plain")]
        start = {"type": "http.response.start", "status": 200, "headers": headers}
        await send(start)
        for piece in pieces:
            body = {"type": "http.response.body", "body": piece, "more_body": True}
            await send(body)
        if ends:
            await send({"type": "http.response.body"})

    return application


def streamed(application: Any) -> Any:
    return HttpCommunicator(application, "GET", "/").stream()


async def test_status_and_headers_are_known_before_the_body() -> None:
    async with streamed(producing(b"a")) as response:
        assert response.status == 200
        assert response.headers == [(b"content-type", b"text/plain")]
        assert await response.read() == b"a"


async def test_chunks_come_as_they_were_sent_and_none_is_empty() -> None:
    async with streamed(producing(b"one", b"", b"two")) as response:
        assert [chunk async for chunk in response.chunks()] == [b"one", b"two"]
        assert response.complete


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        ((b"a\nb\n",), ["a", "b"]),
        ((b"a\r", b"\nb\rc"), ["a", "b", "c"]),
        (("é\n".encode()[:1], "é\n".encode()[1:]), ["é"]),
        ((b"\n\n",), ["", ""]),
        ((), []),
    ],
)
async def test_lines_are_cut_at_any_line_end(
    pieces: tuple[bytes, ...], lines: list[str]
) -> None:
    async with streamed(producing(*pieces)) as response:
        assert [line async for line in response.lines()] == lines


async def test_text_that_is_not_utf_8_is_an_error() -> None:
    async with streamed(producing(b"\xff")) as response:
        with pytest.raises(UnicodeDecodeError):
            assert [text async for text in response.text()]
        await response.disconnect()


async def test_server_sent_events_are_parsed_by_the_standards_rules() -> None:
    pieces = (
        codecs.BOM_UTF8[:0] + b": a comment\n\nevent: tick\nid: 7\ndata: 1\ndata:2\n\n",
        b"retry: 500\ndata: {",
        b"}\n\ndata: never ended",
    )
    async with streamed(producing(*pieces)) as response:
        events = [event async for event in response.events()]
    assert [(event.event, event.data, event.id) for event in events] == [
        ("tick", "1\n2", "7"),
        ("message", "{}", "7"),
    ]


async def test_the_application_waits_for_its_reader() -> None:
    sent = []

    async def eager(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for number in range(1000):
            body = {
                "type": "http.response.body",
                "body": b"x",
                "more_body": number < 999,
            }
            await send(body)
            sent.append(number)

    async with streamed(eager) as response:
        async for _ in response.chunks():
            break
        await asyncio.sleep(0)
        assert len(sent) < 50
        assert len(await response.read()) == 999
    assert len(sent) == 1000


async def test_leaving_early_disconnects_the_client() -> None:
    got = []

    async def long_polling(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        got.append(await receive())

    async with streamed(long_polling) as response:
        async for _ in response.chunks():
            break
    assert got == [{"type": "http.disconnect"}]


async def test_a_piece_that_does_not_come_is_told() -> None:
    async def stalls(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await receive()

    async with streamed(stalls) as response:
        with pytest.raises(NoOutput):
            await response.read()


async def test_a_response_that_breaks_off_is_told() -> None:
    async with streamed(producing(b"a", ends=False)) as response:
        with pytest.raises(ApplicationEnded, match="has returned"):
            await response.read()


async def test_what_is_no_part_of_a_response_is_told() -> None:
    async def silly(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})

    communicator = HttpCommunicator(silly, "GET", "/")
    with pytest.raises(AssertionError):
        async with communicator.stream():
            pass


async def test_a_large_response_leaves_little_in_the_session() -> None:
    communicator = HttpCommunicator(producing(*[b"x" * 65536] * 64), "GET", "/")
    async with communicator.stream() as response:
        assert len(await response.read()) == 64 * 65536
    session = communicator._wiring.session
    assert session is not None
    kept = sum(len(event.message.get("body", b"")) for event in session)
    assert kept <= 1 << 20
    assert "not kept" in session[-3].note


async def test_a_request_body_may_come_in_pieces() -> None:
    async def counting(scope: Any, receive: Any, send: Any) -> None:
        pieces = []
        more = True
        while more:
            event = await receive()
            pieces.append(event["body"])
            more = event.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": repr(pieces).encode()})

    async def generated() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    for body in ([b"a", b"b"], generated()):
        communicator = HttpCommunicator(counting, "POST", "/", body)
        response = await communicator.get_response()
        assert response["body"] == b"[b'a', b'b', b'']"


async def test_the_stream_tells_when_it_is_asked_too_early() -> None:
    response = streamed(producing())
    with pytest.raises(RuntimeError, match="has not begun"):
        assert response.status
    assert issubclass(UnexpectedEvent, AssertionError)
