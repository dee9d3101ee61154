"""The application's end of the line: recorded, judged, held at gates."""

import asyncio
import gc
import weakref
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from asgilab.communicators import Wiring
from asgilab.engine import Gates, LabLoop
from asgilab.errors import IllegalDelivery, ProtocolViolation
from asgilab.sessions import Kind, Session
from asgilab.testing import ApplicationCommunicator, WebsocketCommunicator
from tests.communicators.applications import connected, echo, quiet
from tests.engine.loops import real, run_on, until


def gated(*directions: Any) -> Wiring:
    """Return a wiring whose connection alice stops at each event."""
    gates = Gates()
    gates.pause("alice", directions or ("receive", "send"))
    return Wiring(name="alice", gates=gates)


def gates_of(wiring: Wiring) -> Gates:
    assert wiring.gates is not None
    return wiring.gates


def session_of(wiring: Wiring) -> Session:
    assert wiring.session is not None
    return wiring.session


async def stop_at_gate(wiring: Wiring) -> Any:
    """Wait until an event of alice's is held, and return its stop."""
    return (await until(lambda: gates_of(wiring).stops("alice")))[0]


# -- what is recorded ------------------------------------------------------


async def test_each_event_is_recorded_once_with_its_line_and_its_cause() -> None:
    wiring = Wiring(name="alice")
    communicator = await connected(echo, wiring=wiring)
    await communicator.send_to("hi")
    await communicator.receive_from()
    await communicator.disconnect()
    rows = [
        (e.kind, e.type, e.cause, e.source and e.source.function)
        for e in session_of(wiring)
    ]
    assert rows == [
        (Kind.OPEN, "websocket", None, None),
        (Kind.RECEIVE, "websocket.connect", None, "echo"),
        (Kind.SEND, "websocket.accept", 1, "echo"),
        (Kind.RECEIVE, "websocket.receive", None, "echo"),
        (Kind.SEND, "websocket.send", 3, "echo"),
        (Kind.RECEIVE, "websocket.disconnect", None, "echo"),
        (Kind.END, "returned", 5, None),
    ]
    assert {event.connection for event in session_of(wiring)} == {"alice"}


async def test_what_is_recorded_does_not_change_with_what_is_passed_on() -> None:
    async def changes(scope: Any, receive: Any, send: Any) -> None:
        event = await receive()
        event["type"] = "changed by the application"
        answer = {"type": "test.answer", "text": "first"}
        await send(answer)
        answer["text"] = "changed after it was sent"
        await receive()

    wiring = Wiring(validate="off")
    communicator = ApplicationCommunicator(changes, {"type": "test"}, wiring=wiring)
    await communicator.send_input({"type": "test.go"})
    answer = await communicator.receive_output()
    assert answer["text"] == "first"
    answer["text"] = "changed by the test"
    communicator.stop()
    kept = [e.message for e in session_of(wiring) if e.kind is not Kind.OPEN]
    assert kept[:2] == [{"type": "test.go"}, {"type": "test.answer", "text": "first"}]


async def test_an_exception_is_recorded_as_text_with_its_line() -> None:
    async def fails(scope: Any, receive: Any, send: Any) -> None:
        msg = "boom"
        raise LookupError(msg)

    wiring = Wiring()
    communicator = ApplicationCommunicator(fails, {"type": "test"}, wiring=wiring)
    with pytest.raises(LookupError):
        await communicator.wait()
    end = session_of(wiring)[-1]
    assert (end.kind, end.type) == (Kind.END, "raised")
    assert end.message["exception"].rstrip().endswith("LookupError: boom")
    assert end.source is not None
    assert end.source.function.endswith("fails")


async def test_a_cancelled_application_is_recorded_as_just_that() -> None:
    wiring = Wiring()
    communicator = await connected(quiet, wiring=wiring)
    communicator.stop()
    await communicator.wait()
    assert session_of(wiring)[-1].type == "cancelled"


async def test_a_session_keeps_nothing_of_the_application_alive() -> None:
    class Row:
        pass

    watched: list[weakref.ref[Any]] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        row = Row()
        watched.append(weakref.ref(row))
        scope["state"]["row"] = row
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        msg = f"with {row} in its frames"
        raise LookupError(msg)

    async def run() -> Session:
        wiring = Wiring()
        row = Row()
        watched.append(weakref.ref(row))
        communicator = WebsocketCommunicator(
            application, "/", wiring=wiring, state={"mine": row}
        )
        await communicator.connect()
        with pytest.raises(LookupError):
            await communicator.disconnect()
        return session_of(wiring)

    session = await run()
    gc.collect()
    assert [reference() for reference in watched] == [None, None]
    assert session[-1].type == "raised"


async def test_a_sync_consumers_line_is_found_through_its_thread() -> None:
    def handle(receive: Any, send: Any) -> None:
        async_to_sync(receive)()
        async_to_sync(send)({"type": "websocket.accept"})
        async_to_sync(receive)()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await sync_to_async(handle)(receive, send)

    wiring = Wiring()
    communicator = await connected(application, wiring=wiring)
    await communicator.disconnect()
    accept = next(e for e in session_of(wiring) if e.type == "websocket.accept")
    assert accept.source is not None
    assert accept.source.function.endswith("handle")


async def test_three_sends_at_once_through_gather_name_the_line_that_gathers() -> None:
    from channels.generic.websocket import AsyncJsonWebsocketConsumer

    class Three(AsyncJsonWebsocketConsumer):
        async def receive_json(self, content: Any, **_: Any) -> None:
            await asyncio.gather(*(self.send_json(number) for number in range(3)))

    wiring = Wiring()
    communicator = await connected(Three, wiring=wiring)
    await communicator.send_json_to({})
    for number in range(3):
        assert await communicator.receive_json_from() == number
    await communicator.disconnect()
    sends = [e for e in session_of(wiring) if e.type == "websocket.send"]
    assert {event.source and event.source.function for event in sends} == {
        Three.receive_json.__qualname__
    }


# -- what is judged --------------------------------------------------------


@pytest.mark.parametrize("event", [None, 5, "text", [("type", "x")], {"no": "type"}])
async def test_what_is_no_event_is_refused(event: Any) -> None:
    async def sends_nonsense(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(event)

    communicator = WebsocketCommunicator(sends_nonsense, "/")
    with pytest.raises(ProtocolViolation):
        await communicator.connect()


async def test_a_violation_is_raised_into_the_application_where_it_sends() -> None:
    caught: list[BaseException] = []

    async def careful(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        try:
            await send({"type": "websocket.nonsense"})
        except Exception as error:
            caught.append(error)
        await send({"type": "websocket.accept"})
        await receive()

    wiring = Wiring()
    communicator = WebsocketCommunicator(careful, "/", wiring=wiring)
    assert (await communicator.connect())[0]
    assert isinstance(caught[0], ProtocolViolation)
    with pytest.raises(ProtocolViolation):
        await communicator.receive_nothing()
    await communicator.disconnect()
    refused = next(e for e in session_of(wiring) if e.type == "websocket.nonsense")
    assert refused.note.startswith("refused by GEN-07")


async def test_only_a_strict_test_may_not_deliver_what_no_server_delivers() -> None:
    strict = await connected(quiet, wiring=Wiring(validate="strict"))
    with pytest.raises(IllegalDelivery):
        await strict.send_input({"type": "websocket.connect"})
    lax = await connected(quiet)
    await lax.send_input({"type": "websocket.connect"})
    assert lax.findings
    await strict.disconnect()
    await lax.disconnect()


# -- what is held ----------------------------------------------------------


async def test_an_event_is_held_before_it_is_received_and_before_it_is_sent() -> None:
    wiring = gated()
    communicator = WebsocketCommunicator(echo, "/", wiring=wiring)
    await communicator.send_input({"type": "websocket.connect"})
    received = await stop_at_gate(wiring)
    assert (received.direction, received.message["type"]) == (
        "receive",
        "websocket.connect",
    )
    assert received.frames[0].source.function == "echo"
    gates_of(wiring).step("alice")
    sent = await stop_at_gate(wiring)
    assert (sent.direction, sent.message["type"]) == ("send", "websocket.accept")
    gates_of(wiring).resume()
    assert await communicator.receive_output() == {"type": "websocket.accept"}
    await communicator.disconnect()


async def test_an_edited_event_is_what_goes_on_and_what_is_recorded() -> None:
    wiring = gated("send")
    communicator = WebsocketCommunicator(echo, "/", wiring=wiring)
    await communicator.send_input({"type": "websocket.connect"})
    stop = await stop_at_gate(wiring)
    gates_of(wiring).release(stop, {**stop.message, "subprotocol": None})
    assert await communicator.receive_output() == {
        "type": "websocket.accept",
        "subprotocol": None,
    }
    accept = session_of(wiring)[-1]
    assert (accept.note, accept.message["subprotocol"]) == ("edited", None)
    gates_of(wiring).resume()
    await communicator.disconnect()


async def test_a_doubled_event_arrives_twice_and_a_dropped_one_never() -> None:
    wiring = gated("receive")
    communicator = WebsocketCommunicator(echo, "/", wiring=wiring)
    await communicator.send_input({"type": "websocket.connect"})
    await stop_at_gate(wiring)
    gates_of(wiring).step("alice")
    assert await communicator.receive_output() == {"type": "websocket.accept"}
    await communicator.send_to("lost")
    gates_of(wiring).drop(await stop_at_gate(wiring))
    await communicator.send_to("twice")
    stop = await stop_at_gate(wiring)
    gates_of(wiring).release(stop, stop.message, stop.message)
    gates_of(wiring).resume()
    assert [await communicator.receive_from() for _ in range(2)] == ["twice", "twice"]
    assert await communicator.receive_nothing()
    await communicator.disconnect()
    notes = [e.note for e in session_of(wiring) if e.type == "websocket.receive"]
    assert notes[0] == "dropped"


async def test_an_exception_raised_at_a_gate_is_the_applications() -> None:
    wiring = gated("send")
    communicator = WebsocketCommunicator(echo, "/", wiring=wiring)
    await communicator.send_input({"type": "websocket.connect"})
    gates_of(wiring).fail(await stop_at_gate(wiring), ConnectionResetError("cut"))
    with pytest.raises(ConnectionResetError, match="cut"):
        await communicator.receive_output()


async def test_a_receive_that_is_cancelled_at_its_gate_loses_no_event() -> None:
    wiring = gated("receive")
    got: list[Any] = []

    async def impatient(scope: Any, receive: Any, send: Any) -> None:
        receiving = asyncio.ensure_future(receive())
        await asyncio.wait({receiving}, timeout=0.01)
        receiving.cancel()
        await asyncio.wait({receiving})
        got.append(await receive())

    communicator = ApplicationCommunicator(
        impatient, {"type": "websocket"}, wiring=wiring
    )
    await communicator.send_input({"type": "websocket.connect"})
    first = await stop_at_gate(wiring)
    second = await until(
        lambda: next(
            (s for s in gates_of(wiring).stops("alice") if s.id != first.id), None
        )
    )
    gates_of(wiring).release(second)
    await communicator.wait()
    assert got == [{"type": "websocket.connect"}]


async def test_an_application_that_is_cancelled_at_a_gate_leaves_no_stop() -> None:
    wiring = gated("receive")
    communicator = WebsocketCommunicator(echo, "/", wiring=wiring)
    await communicator.send_input({"type": "websocket.connect"})
    await stop_at_gate(wiring)
    communicator.stop()
    gates_of(wiring).resume()
    await communicator.wait()
    assert gates_of(wiring).stops() == []
    assert communicator.future.cancelled()


async def test_a_cancelled_sync_consumer_at_a_gate_does_not_hang_the_loop() -> None:
    def handle(receive: Any) -> None:
        async_to_sync(receive)()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await sync_to_async(handle)(receive)

    wiring = gated("receive")
    wiring.isolate_threads = True
    communicator = WebsocketCommunicator(application, "/", wiring=wiring)
    await communicator.send_input({"type": "websocket.connect"})
    await stop_at_gate(wiring)
    communicator.stop()
    await asyncio.wait({communicator.future}, timeout=10)
    assert communicator.future.done()
    assert gates_of(wiring).stops() == []


async def test_a_paused_sync_consumer_holds_up_nobody_elses_thread() -> None:
    def handle(receive: Any, send: Any) -> None:
        async_to_sync(receive)()
        async_to_sync(send)({"type": "websocket.accept"})
        async_to_sync(receive)()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await sync_to_async(handle)(receive, send)

    wiring = gated("receive")
    wiring.isolate_threads = True
    paused = WebsocketCommunicator(application, "/", wiring=wiring)
    await paused.send_input({"type": "websocket.connect"})
    await stop_at_gate(wiring)
    other = await connected(application, wiring=Wiring(isolate_threads=True))
    await other.disconnect()
    gates_of(wiring).resume()
    assert await paused.receive_output() == {"type": "websocket.accept"}
    await paused.disconnect()


def test_a_consumer_paused_for_longer_than_its_timeout_goes_on() -> None:
    async def careful(scope: Any, receive: Any, send: Any) -> None:
        async with asyncio.timeout(0.5):
            await receive()
            await send({"type": "websocket.accept"})
        await receive()

    async def main() -> Any:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, LabLoop)
        wiring = gated()
        communicator = WebsocketCommunicator(careful, "/", wiring=wiring)
        await communicator.send_input({"type": "websocket.connect"})
        for _ in range(2):
            await stop_at_gate(wiring)
            # By the wall: the loop's own clock stands while the gate is closed.
            await asyncio.to_thread(asyncio.run, asyncio.sleep(0.6))
            gates_of(wiring).step("alice")
        answer = await communicator.receive_output()
        gates_of(wiring).resume()
        await communicator.disconnect()
        return answer

    assert run_on(real, main()) == {"type": "websocket.accept"}
