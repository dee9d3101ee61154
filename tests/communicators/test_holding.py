"""Gates of a line: what goes on, what is lost, and a client that leaves meanwhile."""

from typing import Any

import pytest

from asgilab.communicators import Wiring
from asgilab.engine import Breakpoint, Gates, Stop
from asgilab.errors import ClientDisconnected, ProtocolViolation
from asgilab.sessions import Session
from asgilab.testing import WebsocketCommunicator
from tests.communicators.applications import connected, echo


class Talkative:
    """Sends a letter for each one that it is given, and keeps what that raised."""

    raised: BaseException | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        event = await receive()
        for letter in event["text"]:
            try:
                await send({"type": "websocket.send", "text": letter})
            except OSError as error:
                self.raised = error
                raise
        await receive()


def wired(**options: Any) -> tuple[Wiring, Gates, Session]:
    gates, session = Gates(), Session()
    return (
        Wiring(session=session, name="alice", gates=gates, **options),
        gates,
        session,
    )


def sent(session: Session) -> list[tuple[str, str]]:
    """Return the text and the note of each frame that the application sent."""
    return [(e.message["text"], e.note) for e in session if e.type == "websocket.send"]


async def only_stop(communicator: Any, gates: Gates) -> Stop:
    await communicator.settle()
    (stop,) = gates.stops()
    return stop


@pytest.mark.parametrize("raises", [True, False])
async def test_what_is_held_when_the_client_is_lost_reaches_nobody(
    raises: bool,
) -> None:
    wiring, gates, session = wired(raise_on_gone=raises)
    application = Talkative()
    communicator = await connected(application, wiring=wiring)
    gates.pause("alice", ("send",))
    await communicator.send_to("ab")
    stop = await only_stop(communicator, gates)
    communicator._line.drop()
    gates.release(stop)
    gates.resume()
    await communicator.settle()
    assert communicator.drain() == []
    assert sent(session) == [("a", "lost: the client has gone")]
    assert isinstance(application.raised, ClientDisconnected) is raises
    communicator.stop(exceptions=False)


@pytest.mark.parametrize("raises", [True, False])
async def test_what_waits_for_room_when_the_client_is_lost_reaches_nobody(
    raises: bool,
) -> None:
    session = Session()
    wiring = Wiring(session=session, name="alice", raise_on_gone=raises, window=1)
    application = Talkative()
    communicator = await connected(application, wiring=wiring)
    await communicator.send_to("ab")
    await communicator.settle()
    await communicator.drop()
    read = [event["text"] for event in communicator.drain()]
    assert read == ["a"], "b was not sent before the client was lost"
    assert sent(session) == [("a", ""), ("b", "lost: the client has gone")]
    assert isinstance(application.raised, ClientDisconnected) is raises


async def test_all_that_replaces_an_event_is_past_the_gate() -> None:
    wiring, gates, session = wired()
    communicator = await connected(echo, wiring=wiring)
    gates.pause("alice", ("receive",))
    await communicator.send_to("x")
    stop = await only_stop(communicator, gates)
    other = {"type": "websocket.receive", "text": "y"}
    gates.release(stop, stop.message, other, stop.message)
    await communicator.settle()
    assert gates.stops() == []
    assert [e["text"] for e in communicator.drain()] == ["x", "y", "x"]
    notes = [e.note for e in session if e.type == "websocket.receive"]
    assert notes == ["", "injected", "duplicated"]
    await communicator.send_to("z")
    assert (await only_stop(communicator, gates)).message["text"] == "z"
    gates.resume()
    await communicator.disconnect()


async def test_what_nobody_watches_is_not_looked_at() -> None:
    wiring, gates, _ = wired()
    asked: list[Any] = []
    gates.set(Breakpoint("bob", condition=asked.append))
    communicator = await connected(echo, wiring=wiring)
    await communicator.send_to("x")
    assert await communicator.receive_from() == "x"
    await communicator.disconnect()
    assert asked == []


async def test_an_injected_frame_does_not_wait_at_the_gate() -> None:
    wiring, gates, session = wired()
    communicator = await connected(echo, wiring=wiring)
    gates.pause("alice")
    frame = {"type": "websocket.send", "text": "x"}
    communicator._line.inject(frame)
    assert await communicator.receive_from() == "x"
    assert sent(session) == [("x", "injected")]
    gates.resume()
    await communicator.disconnect()


async def test_an_injected_event_that_breaks_a_rule_is_told_once() -> None:
    communicator = WebsocketCommunicator(echo, "/")
    await communicator.connect()
    with pytest.raises(ProtocolViolation):
        communicator._line.inject({"type": "websocket.nonsense"})
    assert await communicator.receive_nothing()
    await communicator.disconnect()
