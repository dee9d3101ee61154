"""What the application raises is kept; what the client's leaving raises is not."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from asgilab.errors import LifespanFailed
from asgilab.live import serving
from asgilab.live._collecting import Collecting, Connection

HTTP = {"type": "http", "method": "GET", "path": "/rooms/"}
WEBSOCKET = {"type": "websocket", "path": "/ws/"}


class Gone(OSError):
    """What a server raises out of send() when the client has left."""


async def call(application: Any, scope: Any = HTTP, *, gone: bool = False) -> list[Any]:
    """Call an application as a server does; return what it sent."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": f"{scope['type']}.disconnect"}

    async def send(message: Any) -> None:
        if gone:
            raise Gone
        sent.append(message)

    await application(scope, receive, send)
    return sent


def raising(error: BaseException) -> Callable[..., Any]:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        raise error

    return application


async def answering(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body"})


async def test_an_exception_is_kept_with_its_place_and_goes_on_to_the_server() -> None:
    error = ValueError("broken")
    collecting = Collecting(raising(error))
    with pytest.raises(ValueError, match="broken"):
        await call(collecting)
    assert collecting.errors == [error]
    note = "Raised by the application that the live server runs, on GET /rooms/."
    assert error.__notes__ == [note]


async def test_one_exception_object_that_is_raised_twice_is_told_once() -> None:
    error = ValueError("broken")
    collecting = Collecting(raising(error))
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            await call(collecting)
    assert collecting.errors == [error]
    assert len(error.__notes__) == 1


async def test_a_client_that_has_left_is_no_fault_of_the_application() -> None:
    collecting = Collecting(answering)
    with pytest.raises(Gone):
        await call(collecting, gone=True)
    assert collecting.errors == []


async def test_an_oserror_of_the_applications_own_is_its_fault() -> None:
    collecting = Collecting(raising(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        await call(collecting)
    assert len(collecting.errors) == 1


async def test_in_a_group_only_the_other_exceptions_are_kept() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(answering(scope, receive, send))
            group.create_task(raising(ValueError("broken"))(scope, receive, send))

    collecting = Collecting(application)
    with pytest.raises(ExceptionGroup):
        await call(collecting, gone=True)
    (kept,) = collecting.errors
    assert isinstance(kept, ExceptionGroup)
    assert [type(one) for one in kept.exceptions] == [ValueError]


async def test_a_cancelled_connection_is_no_error() -> None:
    collecting = Collecting(raising(asyncio.CancelledError()))
    with pytest.raises(asyncio.CancelledError):
        await call(collecting)
    assert collecting.errors == []


async def test_code_finds_out_what_serves_it_in_any_thread() -> None:
    found: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        found.append(serving())
        found.append(await sync_to_async(serving)())

    collecting = Collecting(application)
    await asyncio.create_task(call(collecting))
    assert found == [collecting, collecting]
    assert serving() is None


async def test_each_connection_has_a_thread_of_its_own_and_ends_it_in_order() -> None:
    threads: list[threading.Thread] = []
    ended: list[threading.Thread] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        threads.append(await sync_to_async(threading.current_thread)())

    collecting = Collecting(
        application, lambda: ended.append(threading.current_thread())
    )
    for _ in range(2):
        await asyncio.create_task(call(collecting))
    assert threads[0] is not threads[1]
    assert ended == threads
    assert not any(thread.is_alive() for thread in threads)


async def test_a_connection_that_used_no_thread_starts_none_at_its_end() -> None:
    ended: list[None] = []
    await call(Collecting(answering, lambda: ended.append(None)))
    assert ended == []


async def test_a_lifespan_that_fails_is_the_reason_of_the_start() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    collecting = Collecting(application)
    await call(collecting, {"type": "lifespan"})
    assert isinstance(collecting.start_failure, LifespanFailed)
    assert str(collecting.start_failure) == "no database"
    assert collecting.errors == []


async def test_a_lifespan_that_raises_before_it_started_is_the_reason() -> None:
    error = LookupError("no lifespan")
    collecting = Collecting(raising(error))
    with pytest.raises(LookupError):
        await call(collecting, {"type": "lifespan"})
    assert collecting.start_failure is error
    assert collecting.errors == []


@pytest.mark.parametrize("word", ["raises", "answers"])
async def test_a_shutdown_that_fails_is_an_error(word: str) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "lifespan.startup.complete"})
        if word == "raises":
            raise LifespanFailed("too late")
        await send({"type": "lifespan.shutdown.failed", "message": "too late"})

    collecting = Collecting(application)
    try:
        await call(collecting, {"type": "lifespan"})
    except LifespanFailed:
        assert word == "raises"
    assert [str(error) for error in collecting.errors] == ["too late"]
    assert collecting.start_failure is None


async def test_a_request_is_busy_until_it_is_answered_or_streams() -> None:
    seen: list[bool] = []

    async def nothing() -> Any:
        return {}

    async def ignore(message: Any) -> None:
        return None

    connection = Connection(HTTP, nothing, ignore)
    seen.append(connection.busy)
    await connection.send({"type": "http.response.start"})
    seen.append(connection.busy)
    await connection.send({"type": "http.response.body", "more_body": True})
    seen.append(connection.busy)
    await connection.send({"type": "http.response.body"})
    seen.append(connection.busy)
    assert seen == [True, False, False, True]


async def test_a_websocket_is_busy_unless_it_waits_for_its_client() -> None:
    arrived = asyncio.Event()

    async def receive() -> Any:
        await arrived.wait()
        return {}

    async def ignore(message: Any) -> None:
        return None

    connection = Connection(WEBSOCKET, receive, ignore)
    seen = [connection.busy]
    waiting = asyncio.create_task(connection.receive())
    await asyncio.sleep(0)
    seen.append(connection.busy)
    arrived.set()
    await waiting
    seen.append(connection.busy)
    assert seen == [True, False, True]


async def test_settling_waits_for_an_answer_that_a_timer_delays() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0.05)
        await answering(scope, receive, send)

    collecting = Collecting(application)
    request = asyncio.create_task(call(collecting))
    await asyncio.sleep(0)
    assert await collecting.settle(5)
    assert request.done()


async def test_settling_does_not_wait_for_a_websocket_that_is_open() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()

    async def receive() -> Any:
        return await asyncio.get_running_loop().create_future()

    async def send(message: Any) -> None:
        return None

    collecting = Collecting(application)
    client = asyncio.create_task(collecting(WEBSOCKET, receive, send))
    assert await asyncio.wait_for(collecting.settle(5), 0.9)
    client.cancel()


async def test_settling_says_when_a_thread_is_still_at_work() -> None:
    go_on = threading.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await sync_to_async(go_on.wait)()

    collecting = Collecting(application)
    request = asyncio.create_task(call(collecting))
    await asyncio.sleep(0)
    assert not await collecting.settle(0.05)
    go_on.set()
    assert await collecting.settle(5)
    assert request.done()
