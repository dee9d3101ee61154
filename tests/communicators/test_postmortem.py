"""The notes under an exception: what happened, where it stands, what was left."""

import asyncio
import json
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from asgilab.communicators import Wiring
from asgilab.communicators._postmortem import shorten_message
from asgilab.engine import Gates
from asgilab.errors import NoOutput
from asgilab.sessions import Event, Kind
from asgilab.testing import WebsocketCommunicator
from tests.communicators.applications import connected, echo, quiet, undecided


async def notes_of(communicator: WebsocketCommunicator) -> str:
    with pytest.raises(NoOutput) as caught:
        await communicator.receive_from(timeout=0.01)
    return "\n".join(caught.value.__notes__)


async def test_the_last_events_are_told_with_time_direction_and_line() -> None:
    communicator = await connected(quiet)
    await communicator.send_to("hello")
    lines = (await notes_of(communicator)).splitlines()
    assert lines[0] == "Last events of 'websocket':"
    assert lines[1].endswith(" s · open /ws")
    assert "→ websocket.connect  (" in lines[2]
    assert "← websocket.accept  (" in lines[3]
    assert "→ websocket.receive {'text': 'hello'}  (" in lines[4]
    assert "applications.py:" in lines[4]
    await communicator.disconnect()


async def test_of_many_events_the_last_ones_are_told() -> None:
    communicator = await connected(echo)
    for number in range(10):
        await communicator.send_to(str(number))
        await communicator.receive_from()
    notes = await notes_of(communicator)
    assert "Last events of 'websocket' (17 earlier ones left out):" in notes
    assert notes.count("→ websocket.receive") == 3
    await communicator.disconnect()


async def test_where_the_application_stands_is_told_with_its_locals() -> None:
    async def handler(receive: Any, send: Any, password: str) -> None:
        room = "lobby"
        await asyncio.Event().wait()
        await send(room)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await handler(receive, send, "hunter2")

    communicator = await connected(application)
    notes = await notes_of(communicator)
    first, second = (line for line in notes.splitlines() if " in test_where" in line)
    assert first.endswith("handler")
    assert second.endswith("application")
    assert "room='lobby'" in notes
    assert "hunter2" not in notes
    assert "[redacted]" in notes
    communicator.stop()


async def test_a_consumer_idle_in_its_dispatcher_is_called_just_that() -> None:
    from channels.generic.websocket import AsyncWebsocketConsumer

    communicator = await connected(AsyncWebsocketConsumer.as_asgi())
    notes = await notes_of(communicator)
    assert "The application waits in receive() for its next event." in notes
    await communicator.disconnect()


async def test_a_sync_consumer_that_waits_is_in_library_code() -> None:
    def handle(receive: Any, send: Any) -> None:
        async_to_sync(receive)()
        async_to_sync(send)({"type": "websocket.accept"})
        async_to_sync(receive)()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await sync_to_async(handle)(receive, send)

    communicator = await connected(application)
    assert "The application stands at:" in await notes_of(communicator)
    await communicator.disconnect()


async def test_an_application_at_a_closed_gate_is_called_paused() -> None:
    gates = Gates()
    gates.pause("alice")
    wiring = Wiring(name="alice", gates=gates)
    communicator = WebsocketCommunicator(echo, "/", wiring=wiring)
    with pytest.raises(NoOutput) as caught:
        await communicator.connect(timeout=0.01)
    notes = "\n".join(caught.value.__notes__)
    assert "paused at a gate with websocket.connect: step or continue" in notes
    gates.resume()
    assert await communicator.receive_output() == {"type": "websocket.accept"}
    await communicator.disconnect()


async def test_what_was_delivered_and_not_received_is_told() -> None:
    communicator = WebsocketCommunicator(undecided, "/")
    with pytest.raises(NoOutput):
        await communicator.connect()
    await communicator.send_to("a")
    notes = await notes_of(communicator)
    assert "not received by the application yet: websocket.receive." in notes
    communicator.stop()


async def test_a_forgotten_accept_gets_its_hint() -> None:
    communicator = WebsocketCommunicator(undecided, "/")
    with pytest.raises(NoOutput) as caught:
        await communicator.connect()
    assert caught.value.__notes__[-1].startswith("Hint: it neither accepted nor closed")
    assert "await super().connect()" in caught.value.__notes__[-1]
    communicator.stop()


async def test_without_a_session_there_are_no_last_events_and_no_fault() -> None:
    communicator = await connected(quiet, wiring=Wiring(session=None))
    notes = await notes_of(communicator)
    assert "Last events" not in notes
    assert "The application stands at:" in notes
    await communicator.disconnect()


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"type": "websocket.send", "text": "hi", "bytes": None}, "{'text': 'hi'}"),
        ({"type": "http.request", "body": b"\x00" * 10**7}, "{'body': b'"),
        ({"type": "x", b"k": {1: {2}}}, "{b'k': {1: {2}}}"),
        ({"type": "x", "headers": [(b"set-cookie", b"hunter2")]}, "[redacted]"),
    ],
    ids=["text", "body", "odd", "secret"],
)
def test_whatever_an_event_carries_fits_on_one_line(message: Any, text: str) -> None:
    line = shorten_message(Event(0, 0.0, "alice", Kind.SEND, message))
    assert text in line
    assert len(line) <= 100
    assert "hunter2" not in line


@pytest.mark.parametrize("evil", ["\x1b[2J", "\x9b2J", "a\r\nb", "\u202e"])
def test_recorded_text_moves_no_cursor(evil: str) -> None:
    for message in ({"type": evil}, {"type": "x", "text": evil}):
        line = shorten_message(Event(0, 0.0, "alice", Kind.SEND, message))
        assert line.isprintable()
    scope = {"type": "http", "path": evil}
    assert shorten_message(Event(0, 0.0, "a", Kind.OPEN, scope)).isprintable()


def test_the_end_is_told_without_its_traceback() -> None:
    end = {"type": "raised", "exception": json.dumps("x" * 1000)}
    assert shorten_message(Event(0, 0.0, "alice", Kind.END, end)) == "raised"
