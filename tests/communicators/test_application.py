"""Driving any application: waiting, ending, failing, and never cancelling it."""

import asyncio
import traceback
from typing import Any

import asgiref.testing
import pytest

from asgilab.errors import (
    ApplicationEnded,
    NoOutput,
)
from tests.communicators.applications import (
    FOREVER,
    connected,
    driving,
    echo,
    failing,
    quiet,
)
from tests.engine.loops import until


async def beat(scope: Any, receive: Any, send: Any) -> None:
    """Send a number every few milliseconds, and end after the tenth."""
    for number in range(10):
        await asyncio.sleep(0.002)
        await send({"type": "test.beat", "number": number})


# -- what is driven -------------------------------------------------------------


async def test_it_is_asgirefs_communicator_to_isinstance() -> None:
    assert isinstance(driving(echo), asgiref.testing.ApplicationCommunicator)


class OldStyle:
    def __init__(self, scope: Any) -> None:
        self.scope = scope

    async def __call__(self, receive: Any, send: Any) -> None:
        await send({"type": "test.done", "scope": self.scope["type"]})


class Consumer:
    @classmethod
    def as_asgi(cls) -> Any:
        async def application(scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "test.done", "scope": scope["type"]})

        return application


class NewStyle:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "test.done", "scope": scope["type"]})


class Eventually:
    """An awaitable that is no coroutine."""

    def __init__(self, *arguments: Any) -> None:
        self._arguments = arguments

    def __await__(self) -> Any:
        return NewStyle()(*self._arguments).__await__()


@pytest.mark.parametrize(
    "application",
    [
        OldStyle,
        Consumer,
        NewStyle(),
        lambda scope, receive, send: NewStyle()(scope, receive, send),
        lambda *arguments: Eventually(*arguments),
    ],
    ids=["two calls", "consumer class", "object", "lambda", "awaitable"],
)
async def test_every_form_of_application_is_called(application: Any) -> None:
    event = await driving(application).receive_output()
    assert event == {"type": "test.done", "scope": "test"}


async def test_the_application_gets_the_very_scope() -> None:
    seen = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    communicator = driving(application)
    await communicator.wait()
    assert seen[0] is communicator.scope


async def test_the_application_starts_at_the_first_use_and_once() -> None:
    calls = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        calls.append(1)
        await receive()

    communicator = driving(application)
    assert "not started" in repr(communicator)
    assert communicator.future is communicator.future
    await communicator.settle()
    communicator.stop()
    assert calls == [1]


# -- receiving --------------------------------------------------------------------


async def test_a_cancelled_receive_loses_no_event() -> None:
    communicator = driving(beat)
    got: list[int] = []
    while len(got) < 10:
        try:
            async with asyncio.timeout(0.001):
                got.append((await communicator.receive_output())["number"])
        except TimeoutError:
            continue
    assert got == list(range(10))


async def test_a_receive_that_was_woken_and_cancelled_leaves_the_event() -> None:
    communicator = await connected(echo)
    receiving = asyncio.create_task(communicator.receive_from(FOREVER))
    for _ in range(5):
        await asyncio.sleep(0)
    communicator.output_queue.put_nowait({"type": "websocket.send", "text": "x"})
    receiving.cancel()
    await asyncio.wait({receiving})
    assert await communicator.receive_from() == "x"
    await communicator.disconnect()


async def test_a_receive_never_cancels_the_application() -> None:
    communicator = await connected(quiet)
    for _ in range(3):
        with pytest.raises(NoOutput):
            await communicator.receive_from(timeout=0.01)
    receiving = asyncio.create_task(communicator.receive_from(FOREVER))
    await asyncio.sleep(0)
    receiving.cancel()
    await asyncio.wait({receiving})
    assert not communicator.future.done()
    await communicator.disconnect()
    assert not communicator.future.cancelled()


async def test_that_nothing_will_come_is_known_at_once() -> None:
    communicator = await connected(quiet)
    with pytest.raises(NoOutput, match=r"nothing would have been within 3600\.0 s"):
        await communicator.receive_from(timeout=FOREVER)
    assert communicator.quiet is not None
    assert communicator.quiet.final
    await communicator.disconnect()


async def test_two_who_receive_at_once_each_get_their_own_event() -> None:
    communicator = await connected(echo)
    receiving = asyncio.gather(
        communicator.receive_from(FOREVER), communicator.receive_from(FOREVER)
    )
    await communicator.send_to("a")
    await communicator.send_to("b")
    assert sorted(await receiving) == ["a", "b"]
    await communicator.disconnect()


async def test_of_two_who_receive_one_event_the_other_is_told_that_none_comes() -> None:
    communicator = await connected(echo)
    receiving = asyncio.gather(
        communicator.receive_from(FOREVER),
        communicator.receive_from(FOREVER),
        return_exceptions=True,
    )
    await communicator.send_to("only")
    results = await receiving
    assert results[0] == "only"
    assert isinstance(results[1], NoOutput)
    await communicator.disconnect()


async def test_nothing_is_true_at_once_where_it_is_certain() -> None:
    communicator = await connected(quiet)
    assert await communicator.receive_nothing(timeout=FOREVER)
    assert communicator.quiet
    await communicator.disconnect()


async def test_nothing_waits_for_an_event_that_is_due_and_leaves_it_unread() -> None:
    communicator = driving(beat)
    assert not await communicator.receive_nothing(timeout=FOREVER)
    assert communicator.quiet is None
    assert (await communicator.receive_output())["number"] == 0
    communicator.stop()


async def test_nothing_of_a_short_time_is_no_promise_for_later() -> None:
    async def late(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0.05)
        await send({"type": "test.late"})

    communicator = driving(late)
    assert await communicator.receive_nothing(timeout=0.001)
    assert communicator.quiet is not None
    assert communicator.quiet.next_timer is not None
    assert not communicator.quiet.final
    assert await communicator.receive_output() == {"type": "test.late"}


async def test_two_who_wait_for_nothing_do_not_disturb_each_other() -> None:
    async def ticks(scope: Any, receive: Any, send: Any) -> None:
        for _ in range(20):
            await asyncio.sleep(0.002)
        await send({"type": "test.late"})

    communicator = driving(ticks)
    short = communicator.receive_nothing(timeout=0.004)
    long = communicator.receive_nothing(timeout=FOREVER)
    assert list(await asyncio.gather(short, long)) == [True, False]


async def test_until_collects_and_gives_nothing_up() -> None:
    communicator = driving(beat)
    events = await communicator.receive_until(lambda event: event["number"] == 3)
    assert [event["number"] for event in events] == [0, 1, 2, 3]
    with pytest.raises(ApplicationEnded):
        await communicator.receive_until(lambda event: False)
    assert [event["number"] for event in communicator.drain()] == [4, 5, 6, 7, 8, 9]
    assert communicator.drain() == []


async def test_until_holds_its_time_as_a_whole() -> None:
    async def for_ever(scope: Any, receive: Any, send: Any) -> None:
        while True:
            await asyncio.sleep(0.001)
            await send({"type": "test.beat"})

    communicator = driving(for_ever)
    with pytest.raises(NoOutput):
        await communicator.receive_until(lambda event: False, timeout=0.02)
    assert len(communicator.drain()) > 1
    communicator.stop()


# -- the end ----------------------------------------------------------------------


async def test_what_was_sent_comes_before_the_exception_and_each_time_again() -> None:
    communicator = await connected(failing)
    await communicator.send_to("go")
    assert await communicator.receive_from() == "one"
    assert await communicator.receive_from() == "two"
    for _ in range(3):
        with pytest.raises(LookupError, match="from the application"):
            await communicator.receive_from(FOREVER)


async def test_the_exception_is_the_applications_own_with_its_own_traceback() -> None:
    communicator = await connected(failing)
    await communicator.send_to("go")
    lengths = set()
    for _ in range(3):
        with pytest.raises(LookupError) as caught:
            await communicator.wait()
        frames = traceback.extract_tb(caught.value.__traceback__)
        assert frames[-1].name == "failing"
        lengths.add(len(frames))
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None
    assert len(lengths) == 1, "the traceback grows with each look"


@pytest.mark.parametrize(
    "look",
    [
        lambda c: c.receive_output(),
        lambda c: c.receive_nothing(),
        lambda c: c.wait(),
        lambda c: c.send_input({"type": "websocket.receive", "text": "x"}),
        lambda c: c.receive_until(lambda event: False),
    ],
    ids=["receive_output", "receive_nothing", "wait", "send_input", "receive_until"],
)
async def test_every_step_shows_the_exception(look: Any) -> None:
    communicator = await connected(failing)
    await communicator.send_to("go")
    await until(communicator.future.done)
    communicator.drain()
    with pytest.raises(LookupError):
        await look(communicator)


async def test_stopping_shows_it_too_unless_told_not_to() -> None:
    communicator = await connected(failing)
    await communicator.send_to("go")
    await until(communicator.future.done)
    communicator.stop(exceptions=False)
    with pytest.raises(LookupError):
        communicator.stop()


async def test_after_a_seen_exception_a_disconnect_is_silent() -> None:
    communicator = await connected(failing)
    await communicator.send_to("go")
    with pytest.raises(LookupError):
        await communicator.wait()
    await communicator.disconnect()


async def test_after_an_unseen_exception_a_disconnect_raises_it_once() -> None:
    communicator = await connected(failing)
    await communicator.send_to("go")
    await until(communicator.future.done)
    with pytest.raises(LookupError):
        await communicator.disconnect()
    await communicator.disconnect()


async def test_an_exception_on_the_way_out_is_raised_by_disconnect() -> None:
    async def fails_when_left(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        msg = "while leaving"
        raise LookupError(msg)

    communicator = await connected(fails_when_left)
    with pytest.raises(LookupError, match="while leaving"):
        await communicator.disconnect()
    await communicator.disconnect()


async def test_an_end_without_an_answer_names_how_it_ended() -> None:
    async def returns(scope: Any, receive: Any, send: Any) -> None:
        await receive()

    communicator = driving(returns)
    await communicator.send_input({"type": "test.go"})
    with pytest.raises(ApplicationEnded, match="has returned, and nothing more"):
        await communicator.receive_output(FOREVER)
    with pytest.raises(ApplicationEnded, match=r"to receive test\.go"):
        await communicator.send_input({"type": "test.go"})
    assert "has returned" in repr(communicator)
    await communicator.wait()


async def test_a_stopped_application_has_been_cancelled_and_raises_nothing() -> None:
    communicator = driving(quiet)
    await communicator.settle()
    communicator.stop()
    await communicator.wait()
    with pytest.raises(ApplicationEnded, match="has been cancelled"):
        await communicator.receive_output()
    assert communicator.future.cancelled()


async def test_waiting_for_an_end_that_cannot_come_does_not_take_long() -> None:
    communicator = driving(quiet)
    with pytest.raises(NoOutput, match=r"still runs, and would after 3600\.0 s"):
        await communicator.wait(timeout=FOREVER)
    communicator.stop()


async def test_waiting_for_an_end_that_may_come_takes_the_time() -> None:
    async def sleeps(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0.02)

    communicator = driving(sleeps)
    await communicator.wait(timeout=FOREVER)
    assert communicator.future.done()


async def test_an_application_that_never_rests_is_given_up_after_the_time() -> None:
    async def spins(scope: Any, receive: Any, send: Any) -> None:
        await until(lambda: False)

    communicator = driving(spins)
    with pytest.raises(NoOutput, match=r"The application still runs after 0\.01 s"):
        await communicator.wait(timeout=0.01)
    assert not communicator.future.done()
    communicator.stop()
