"""Driving any application: breaches, leaving, loops, and several at once."""

import asyncio
import gc
import logging
import threading
import weakref
from typing import Any

import pytest

from asgilab.communicators import Wiring
from asgilab.engine import LoopThread
from asgilab.errors import (
    NoOutput,
    ProtocolViolation,
    UncleanExit,
    WrongLoop,
)
from asgilab.testing import WebsocketCommunicator
from tests.communicators.applications import (
    FOREVER,
    connected,
    deaf,
    driving,
    echo,
    failing,
    quiet,
)
from tests.engine.loops import manual, run_on, stock, until

# -- violations -------------------------------------------------------------------


async def early(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.send", "text": "before the accept"})


async def test_a_violation_that_ends_the_application_is_shown_once() -> None:
    communicator = WebsocketCommunicator(early, "/")
    with pytest.raises(ProtocolViolation) as caught:
        await communicator.connect()
    assert caught.value.rule == "WS-30"
    await communicator.disconnect()
    communicator._check_leftovers()


async def test_a_violation_that_the_application_swallows_is_shown_all_the_same() -> (
    None
):
    async def swallows(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        try:
            await send({"type": "websocket.accept"})
        except Exception:
            await receive()

    communicator = await connected(swallows)
    with pytest.raises(ProtocolViolation, match="WS-20"):
        await communicator.receive_nothing()
    await communicator.disconnect()


async def test_a_violation_that_the_application_wraps_is_shown_once() -> None:
    async def wraps(scope: Any, receive: Any, send: Any) -> None:
        try:
            await early(scope, receive, send)
        except ProtocolViolation as violation:
            msg = "the framework's own"
            raise RuntimeError(msg) from violation

    communicator = WebsocketCommunicator(wraps, "/")
    with pytest.raises(RuntimeError, match="framework's own") as caught:
        await communicator.connect()
    assert isinstance(caught.value.__cause__, ProtocolViolation)
    await communicator.disconnect()
    communicator._check_leftovers()


async def test_with_record_a_violation_is_only_kept() -> None:
    async def accepts_twice(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.accept"})

    communicator = await connected(accepts_twice, wiring=Wiring(validate="record"))
    assert await communicator.receive_output() == {"type": "websocket.accept"}
    assert "WS-20" in [finding.rule for finding in communicator.findings]


# -- leaving ----------------------------------------------------------------------


async def test_a_with_block_ends_the_application() -> None:
    async with driving(quiet) as communicator:
        pass
    assert communicator.future.done()


async def test_leaving_a_block_shows_what_nobody_has_seen() -> None:
    async def converse() -> None:
        async with WebsocketCommunicator(failing, "/") as communicator:
            await communicator.send_to("go")
            await until(communicator.future.done)

    with pytest.raises(LookupError):
        await converse()


async def test_the_tests_own_failure_comes_first_and_the_rest_is_its_note() -> None:
    with pytest.raises(AssertionError, match="the test") as caught:
        async with WebsocketCommunicator(failing, "/"):
            raise AssertionError("the test")
    assert caught.value.__notes__ == [
        "On the way out there was also LookupError('from the application')."
    ]


async def test_strict_leaving_wants_every_event_read() -> None:
    wiring = Wiring(strict=True)
    with pytest.raises(UncleanExit, match=r"1 event\(s\) were sent and never read"):
        async with WebsocketCommunicator(echo, "/", wiring=wiring) as communicator:
            await communicator.send_to("unread")


async def test_a_block_that_is_not_entered_leaves_no_application_behind() -> None:
    communicator = WebsocketCommunicator(deaf_before_accepting, "/")
    with pytest.raises(NoOutput):
        async with communicator:
            pytest.fail("not reached")
    assert communicator.future.done()


async def deaf_before_accepting(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await receive()


async def test_a_communicator_that_nobody_holds_stops_its_application() -> None:
    communicator = driving(quiet)
    await communicator.settle()
    task, watched = communicator.future, weakref.ref(communicator)
    del communicator
    gc.collect()
    assert watched() is None
    await asyncio.wait({task})
    assert task.cancelled()


async def test_one_dropped_in_another_thread_stops_its_application_as_well() -> None:
    held = [driving(quiet)]
    await held[0].settle()
    task = held[0].future
    dropper = threading.Thread(target=held.clear)
    dropper.start()
    dropper.join()
    await asyncio.wait({task})
    assert task.cancelled()


async def test_an_exception_that_nobody_looked_at_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    communicator = await connected(failing)
    await communicator.send_to("go")
    await until(communicator.future.done)
    await asyncio.sleep(0)
    with caplog.at_level(logging.ERROR, "asyncio"):
        del communicator
        gc.collect()
        assert not caplog.text  # a handler may not run within a collection
        await asyncio.sleep(0)
    assert "The application raised and no test looked" in caplog.text


# -- loops --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "step",
    [
        lambda c: c.send_input({"type": "x"}),
        lambda c: c.receive_output(),
        lambda c: c.receive_nothing(),
        lambda c: c.wait(),
        lambda c: c.settle(),
        lambda c: c.disconnect(),
    ],
    ids=["send", "receive", "nothing", "wait", "settle", "disconnect"],
)
def test_use_on_another_loop_is_named(step: Any) -> None:
    thread = LoopThread(stock)

    async def there() -> WebsocketCommunicator:
        return await connected(quiet)

    async def here() -> None:
        await step(communicator)

    communicator = thread.call(there())
    with pytest.raises(WrongLoop, match=r"lives on .* and was used on"):
        run_on(stock, here())
    thread.call(communicator.disconnect())
    thread.stop()


# -- several at once ------------------------------------------------------------------


async def test_many_communicators_work_at_once() -> None:
    async def converse(name: str) -> list[Any]:
        communicator = await connected(echo)
        answers = []
        for number in range(20):
            await communicator.send_to(f"{name} {number}")
            answers.append(await communicator.receive_from())
        await communicator.disconnect()
        return answers

    results = await asyncio.gather(*(converse(f"c{n}") for n in range(20)))
    assert results == [[f"c{n} {i}" for i in range(20)] for n in range(20)]


async def test_an_ignored_disconnect_of_one_does_not_hold_up_another() -> None:
    stubborn, polite = await connected(deaf), await connected(echo)
    with pytest.warns(UserWarning, match="was ignored"):
        await asyncio.gather(
            stubborn.disconnect(timeout=FOREVER), polite.disconnect(timeout=FOREVER)
        )
    stubborn.stop()


def test_on_a_clock_that_stands_still_no_step_hangs() -> None:
    async def sleeps(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await asyncio.sleep(0.5)
        await send({"type": "test.late"})

    async def main() -> None:
        communicator = driving(sleeps)
        await communicator.send_input({"type": "test.go"})
        with pytest.raises(NoOutput):
            await communicator.receive_output()
        with pytest.raises(NoOutput):
            await communicator.wait()
        assert await communicator.receive_nothing()
        loop: Any = asyncio.get_running_loop()
        await loop.advance(1)
        assert await communicator.receive_output() == {"type": "test.late"}

    run_on(manual, main())
