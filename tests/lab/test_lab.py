"""The lab: connections, session, gates and lifespan held by one object."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from asgilab.engine import LabLoop, LoopThread
from asgilab.errors import LifespanFailed, UnknownConnection, UsageError
from asgilab.lab import Lab
from asgilab.sessions import Kind
from asgilab.testing import WebsocketCommunicator


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Echoes over WebSocket, says hello over HTTP, keeps a counter in its state."""
    if scope["type"] == "lifespan":
        await receive()
        scope["state"]["shared"] = []
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
    elif scope["type"] == "http":
        await receive()
        logging.getLogger("shop").warning("asked for %s", scope["path"])
        scope["state"]["mine"] = 1
        scope["state"]["shared"].append(scope["path"])
        body = str(len(scope["state"]["shared"])).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})
    else:
        await receive()
        await send({"type": "websocket.accept"})
        while (event := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": event["text"]})


async def without_lifespan(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        raise ValueError("no lifespan here")
    await receive()
    await send({"type": "websocket.close"})


async def failing_lifespan(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})


async def test_connections_are_known_by_their_names() -> None:
    async with Lab(application) as lab:
        alice = lab.websocket("/", name="alice")
        await alice.connect()
        await lab.websocket("/").connect()
        assert list(lab.connections) == ["alice", "ws1"]
        assert lab.connection("alice") is alice
        with pytest.raises(UnknownConnection, match=r"'bob'\. Connected: alice, ws1\."):
            lab.connection("bob")


async def test_all_connections_share_one_session() -> None:
    async with Lab(application) as lab:
        for name in ("alice", "bob"):
            async with lab.websocket("/", name=name) as websocket:
                await websocket.send_to(name)
                assert await websocket.receive_from() == name
        await lab.http("GET", "/shop/")
    assert lab.session.connections == ("alice", "bob", "http1")
    assert [event.type for event in lab.session.of("bob")] == [
        "websocket",
        "websocket.connect",
        "websocket.accept",
        "websocket.receive",
        "websocket.send",
        "websocket.disconnect",
        "returned",
    ]


async def test_each_send_names_its_line_and_its_cause() -> None:
    async with Lab(application) as lab:
        await lab.http("GET", "/")
    response = next(e for e in lab.session if e.type == "http.response.start")
    assert response.source is not None
    assert response.source.function == "application"
    assert response.cause is not None
    assert lab.session[response.cause].type == "http.request"


async def test_log_lines_stand_between_the_events() -> None:
    async with Lab(application) as lab:
        await lab.http("GET", "/shop/")
    (line,) = [event for event in lab.session if event.kind is Kind.LOG]
    assert line.connection == "http1"
    assert line.message["text"] == "asked for /shop/"
    assert line.message["level"] == "WARNING"


async def test_the_lifespans_state_is_copied_for_each_connection() -> None:
    async with Lab(application) as lab:
        assert (await lab.http("GET", "/one"))["body"] == b"1"
        assert (await lab.http("GET", "/two"))["body"] == b"2"
        scope = lab.session.scope("http2")
    assert scope is not None
    assert scope["state"]["shared"] == ["/one"]  # as the second one found it


async def test_an_application_without_lifespan_is_fine_unless_it_is_asked_for() -> None:
    async with Lab(without_lifespan) as lab:
        assert await lab.websocket("/").connect() == (False, 1000)
    with pytest.raises(ValueError, match="no lifespan here"):
        async with Lab(without_lifespan, lifespan="on"):
            pass


@pytest.mark.parametrize("lifespan", ["auto", "on"])
async def test_a_failed_startup_is_told_with_its_message(lifespan: Any) -> None:
    with pytest.raises(LifespanFailed, match="no database"):
        async with Lab(failing_lifespan, lifespan=lifespan):
            pass


async def test_without_lifespan_the_application_is_not_started_up() -> None:
    async with Lab(failing_lifespan, lifespan="off") as lab:
        assert len(lab.session) == 0


async def test_life_05_no_connection_opens_before_the_startup() -> None:
    done: list[str] = []

    async def noting(scope: Any, receive: Any, send: Any) -> None:
        async def noted(message: Any) -> None:
            await asyncio.sleep(0)
            done.append(message["type"])
            await send(message)

        done.append(scope["type"])
        await application(scope, receive, noted)

    async with Lab(noting) as lab:
        await lab.http("GET", "/")
    assert done[:3] == ["lifespan", "lifespan.startup.complete", "http"]


async def test_life_10_lifespan_and_connections_share_one_loop() -> None:
    loops = []

    async def noting(scope: Any, receive: Any, send: Any) -> None:
        loops.append(asyncio.get_running_loop())
        await application(scope, receive, send)

    async with Lab(noting) as lab:
        await lab.http("GET", "/")
    assert loops == [asyncio.get_running_loop()] * 2


async def test_a_paused_connection_moves_step_by_step() -> None:
    async with Lab(application) as lab:
        alice = lab.websocket("/", name="alice")
        await alice.connect()
        lab.pause("alice")
        await alice.send_to("hi")
        await lab.settle()
        assert [stop.direction for stop in lab.gates.stops("alice")] == ["receive"]
        lab.step("alice")
        await lab.settle()
        (stop,) = lab.gates.stops("alice")
        assert stop.direction == "send"
        assert "'text': 'hi'" in stop.frames[0].locals["event"]
        assert await alice.receive_nothing()
        lab.resume()
        assert await alice.receive_from() == "hi"


async def test_leaving_ends_what_is_still_connected() -> None:
    async with Lab(application) as lab:
        alice = lab.websocket("/", name="alice")
        await alice.connect()
        lab.pause("alice")
        await alice.send_to("never handled")
        await lab.settle()
    assert alice.future.done()


async def test_leaving_ends_a_connection_whose_name_another_has_taken() -> None:
    async with Lab(application) as lab:
        first = lab.websocket("/", name="alice")
        await first.connect()
        second = lab.websocket("/", name="alice")
        await second.connect()
        assert lab.connections == {"alice": second}
    assert first.future.done()
    assert second.future.done()


@pytest.fixture
def started() -> Iterator[Lab]:
    lab = Lab(application).start()
    yield lab
    lab.stop()


def test_on_its_own_thread_a_lab_is_called(started: Lab) -> None:
    alice = started.websocket("/", name="alice")
    assert isinstance(alice, WebsocketCommunicator)
    assert started.call(alice.connect()) == (True, None)
    started.call(alice.send_to("hi"))
    assert started.call(alice.receive_from()) == "hi"
    assert started.call(started.http("GET", "/"))["status"] == 200


async def test_from_another_loop_its_connections_cross_over(started: Lab) -> None:
    alice = started.websocket("/", name="alice")
    assert await alice.connect() == (True, None)
    await alice.send_json_to([1])
    assert await alice.receive_json_from() == [1]
    assert await started.run(asyncio.sleep(0, "there")) == "there"


def test_paused_there_it_stays_paused_whatever_happens_here(started: Lab) -> None:
    alice = started.websocket("/", name="alice")
    started.call(alice.connect())
    started.pause("alice")
    started.call(alice.send_to("hi"))
    started.call(started.settle())
    assert [stop.direction for stop in started.gates.stops()] == ["receive"]
    started.step("alice")
    started.step("alice")
    started.call(started.settle())
    started.resume("alice")
    assert started.call(alice.receive_from()) == "hi"


def test_a_start_that_fails_leaves_no_thread() -> None:
    lab = Lab(failing_lifespan)
    with pytest.raises(LifespanFailed):
        lab.start()
    assert lab.thread is None


async def test_without_a_thread_there_is_nobody_to_call() -> None:
    async with Lab(application) as lab:
        sleeping = asyncio.sleep(0)
        with pytest.raises(UsageError, match="no loop of its own"):
            lab.call(sleeping)
        await sleeping


def test_the_clock_is_moved_by_hand() -> None:
    async def sleeper(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await asyncio.sleep(30)
        await send({"type": "websocket.close", "code": 4000})

    lab = Lab(sleeper, lifespan="off", clock="manual").start()
    alice = lab.websocket("/", name="alice")
    lab.call(alice.send_input({"type": "websocket.connect"}))
    lab.call(lab.advance(29.9))
    assert lab.call(alice.receive_nothing())
    lab.call(lab.advance(0.1))
    assert lab.call(alice.expect_close(4000)) == (4000, "")
    lab.stop()


async def test_a_foreign_clock_cannot_be_moved() -> None:
    async with Lab(application) as lab:
        with pytest.raises(UsageError, match="cannot be moved"):
            await lab.advance(1)


def test_a_fresh_lab_has_the_same_application_and_an_empty_session() -> None:
    async def elsewhere(lab: Lab) -> tuple[int, str | None]:
        async with lab.fresh() as fresh:
            await fresh.http("GET", "/")
            await fresh.settle()
            return len(fresh.session), fresh.session.application

    lab = Lab(application).start()
    thread = LoopThread(lambda: LabLoop("virtual"))
    assert thread.call(elsewhere(lab)) == (6, None)
    assert len(lab.session) == 0
    thread.stop()
    lab.stop()
