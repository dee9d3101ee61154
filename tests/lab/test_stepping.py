"""Stepping through a lab: what is held, and all that can become of it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from channels.generic.websocket import WebsocketConsumer

from asgilab.engine import Stop
from asgilab.errors import ProtocolViolation, UsageError
from asgilab.lab import Lab


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Sends back what it gets."""
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": event["text"]})


class SyncEcho(WebsocketConsumer):
    """Sends back what it gets, from a thread."""

    def receive(self, text_data: Any = None, bytes_data: Any = None) -> None:
        self.send(text_data)


async def opened(lab: Lab, *names: str) -> Any:
    """Return connected WebSockets; one if only one is named."""
    found = [lab.websocket("/", name=name) for name in names]
    for each in found:
        await each.connect()
    return found[0] if len(found) == 1 else found


async def only_stop(lab: Lab, name: str = "alice") -> Stop:
    await lab.settle()
    (stop,) = lab.stops(name)
    return stop


async def texts(communicator: Any) -> list[str]:
    """Return the texts that can be read now."""
    await communicator.settle()
    return [event["text"] for event in communicator.drain()]


def notes(lab: Lab, type_: str) -> list[tuple[str, str]]:
    """Return text and note of each event of a type, as the session has them."""
    return [(e.message["text"], e.note) for e in lab.session if e.type == type_]


# -- what becomes of it ----------------------------------------------------


@pytest.mark.parametrize("direction", ["receive", "send"])
async def test_a_held_event_is_released_edited_dropped_or_doubled(
    direction: Any,
) -> None:
    async with Lab(echo) as lab:
        alice = await opened(lab, "alice")
        lab.pause("alice", direction)
        for text in ("as it is", "edited", "dropped", "doubled", "injected"):
            await alice.send_to(text)
            stop = await only_stop(lab)
            assert (stop.direction, stop.message["text"]) == (direction, text)
            match text:
                case "as it is":
                    lab.release(stop)
                case "edited":
                    lab.release(stop, {**stop.message, "text": "other"})
                case "dropped":
                    lab.drop(stop)
                case "doubled":
                    lab.duplicate(stop)
                case "injected":
                    extra = {**stop.message, "text": "before"}
                    lab.release(stop, extra, stop.message)
            await lab.settle()
        expected = ["as it is", "other", "doubled", "doubled", "before", "injected"]
        assert await texts(alice) == expected
        assert notes(lab, f"websocket.{direction}") == [
            ("as it is", ""),
            ("other", "edited"),
            ("dropped", "dropped"),
            ("doubled", ""),
            ("doubled", "duplicated"),
            ("before", "injected"),
            ("injected", ""),
        ]


@pytest.mark.parametrize("direction", ["receive", "send"])
async def test_a_postponed_event_comes_after_the_next(direction: Any) -> None:
    async with Lab(echo) as lab:
        alice = await opened(lab, "alice")
        lab.break_at("alice", direction, when=lambda e: e.get("text") == "one")
        await alice.send_to("one")
        lab.postpone(await only_stop(lab))
        assert await texts(alice) == []
        await alice.send_to("two")
        await alice.send_to("three")
        assert await texts(alice) == ["two", "one", "three"]
        assert ("one", "postponed") in notes(lab, f"websocket.{direction}")


@pytest.mark.parametrize("direction", ["receive", "send"])
async def test_a_postponed_event_without_a_next_one_comes_when_the_gate_opens(
    direction: Any,
) -> None:
    async with Lab(echo) as lab:
        alice = await opened(lab, "alice")
        lab.pause("alice", direction)
        await alice.send_to("one")
        lab.postpone(await only_stop(lab))
        assert await texts(alice) == []
        lab.resume("alice")
        assert await texts(alice) == ["one"]
        assert notes(lab, f"websocket.{direction}") == [("one", "postponed")] * 2


async def test_a_postponed_event_still_comes_after_one_that_the_opening_lets_go() -> (
    None
):
    async with Lab(echo) as lab:
        alice = await opened(lab, "alice")
        lab.pause("alice", "send")
        await alice.send_to("one")
        lab.postpone(await only_stop(lab))
        await alice.send_to("two")
        await only_stop(lab)
        lab.resume("alice")
        assert await texts(alice) == ["two", "one"]


async def test_a_send_that_is_postponed_comes_when_the_application_ends() -> None:
    async def greet(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "bye"})
        await receive()

    async with Lab(greet) as lab:
        lab.break_at("alice", "send", type="websocket.send")
        alice = await opened(lab, "alice")
        lab.postpone(await only_stop(lab))
        await alice.send_to("go")
        assert await texts(alice) == ["bye"]


async def test_what_is_postponed_and_may_not_come_any_more_is_a_finding() -> None:
    async with Lab(echo, validate="strict") as lab:
        lab.pause("alice", "send")
        alice = lab.websocket("/", name="alice")
        await alice.send_input({"type": "websocket.connect"})
        lab.postpone(await only_stop(lab))
        lab.inject("alice", {"type": "websocket.accept"}, "send")
        lab.resume("alice")
        await lab.settle()
        assert [event["type"] for event in alice.drain()] == ["websocket.accept"]
        assert len(alice.findings) == 1


async def test_sends_that_are_held_at_once_go_in_any_order() -> None:
    async def three(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        events = [{"type": "websocket.send", "text": text} for text in "abc"]
        await asyncio.gather(*map(send, events))
        await receive()

    async with Lab(three) as lab:
        alice = await opened(lab, "alice")
        lab.pause("alice", "send")
        await alice.send_to("go")
        await lab.settle()
        a, b, c = lab.stops("alice")
        lab.reorder(c, a, b)
        assert await texts(alice) == ["c", "a", "b"]


def test_a_delayed_event_comes_when_the_time_has_passed() -> None:
    lab = Lab(echo, clock="manual").start()
    alice = lab.websocket("/", name="alice")
    lab.call(alice.connect())
    lab.pause("alice", "send")
    lab.call(alice.send_to("late"))
    lab.call(lab.settle())
    lab.delay(lab.stops("alice")[0], 30)
    lab.call(lab.advance(29))
    assert alice.drain() == []
    lab.call(lab.advance(1))
    assert [event["text"] for event in alice.drain()] == ["late"]
    assert notes(lab, "websocket.send") == [("late", "delayed")]
    lab.stop()


async def test_an_exception_is_raised_where_the_application_stands() -> None:
    async with Lab(echo) as lab:
        alice = await opened(lab, "alice")
        lab.pause("alice", "send")
        await alice.send_to("hi")
        lab.fail(await only_stop(lab), ConnectionResetError("cut"))
        with pytest.raises(ConnectionResetError, match="cut"):
            await alice.receive_from()


# -- injecting -------------------------------------------------------------


async def test_an_event_that_nobody_sent_is_injected_on_either_side() -> None:
    async with Lab(echo) as lab:
        alice = await opened(lab, "alice")
        lab.inject("alice", {"type": "websocket.receive", "text": "from nobody"})
        assert await alice.receive_from() == "from nobody"
        lab.pause("alice")
        forged = {"type": "websocket.send", "text": "forged"}
        lab.inject("alice", forged, "send")
        assert await texts(alice) == ["forged"]
        assert notes(lab, "websocket.send")[-1] == ("forged", "injected")


async def test_what_is_injected_is_judged_and_not_held_against_the_application() -> (
    None
):
    async with Lab(echo) as lab:
        alice = await opened(lab, "alice")
        with pytest.raises(ProtocolViolation):
            lab.inject("alice", {"type": "websocket.accept"}, "send")
        await alice.send_to("hi")
        assert await alice.receive_from() == "hi"


async def test_nothing_is_injected_where_there_is_nothing() -> None:
    async with Lab(echo) as lab:
        lab.websocket("/", name="alice")
        for name in ("alice", "bob"):
            with pytest.raises(UsageError, match=f"No connection '{name}' has begun"):
                lab.inject(name, {"type": "websocket.receive", "text": "x"})
        wrong: Any = "layer.send"
        with pytest.raises(UsageError, match="expected 'receive' or 'send'"):
            lab.inject("alice", {}, wrong)


# -- where it stops --------------------------------------------------------


async def test_a_breakpoint_by_type_lets_everything_else_run() -> None:
    async with Lab(echo) as lab:
        lab.break_at(type="websocket.accept")
        alice = lab.websocket("/", name="alice")
        await alice.send_input({"type": "websocket.connect"})
        stop = await only_stop(lab)
        assert (stop.message["type"], stop.why) == ("websocket.accept", "breakpoint")
        lab.release(stop)
        assert await alice.receive_output() == {"type": "websocket.accept"}
        await alice.send_to("hi")
        assert await alice.receive_from() == "hi"


async def test_a_breakpoint_by_type_and_condition_wants_both() -> None:
    async with Lab(echo) as lab:
        alice = await opened(lab, "alice")
        found = lab.break_at(
            "alice", type="websocket.send", when=lambda e: e["text"] == "now"
        )
        await alice.send_to("not yet")
        assert await alice.receive_from() == "not yet"
        await alice.send_to("now")
        assert (await only_stop(lab)).direction == "send"
        lab.resume()
        assert await alice.receive_from() == "now"
        lab.clear(found)
        await alice.send_to("now")
        assert await alice.receive_from() == "now"


async def test_a_breakpoint_may_be_set_before_its_connection_is_there() -> None:
    async with Lab(echo) as lab:
        lab.break_at("alice", "receive")
        bob = await opened(lab, "bob")
        alice = lab.websocket("/", name="alice")
        await alice.send_input({"type": "websocket.connect"})
        assert (await only_stop(lab)).message == {"type": "websocket.connect"}
        await bob.send_to("hi")
        assert await bob.receive_from() == "hi"


async def test_a_lab_that_ends_does_not_stop_at_its_breakpoints() -> None:
    async with Lab(echo) as lab:
        alice = await opened(lab, "alice")
        lab.break_at()
        await alice.send_to("hi")
        await only_stop(lab)
    assert alice.future.done()
    assert not alice.future.cancelled(), "it was not told that its client has left"


async def test_one_is_stepped_while_the_others_run() -> None:
    async with Lab(echo) as lab:
        alice, bob = await opened(lab, "alice", "bob")
        lab.pause("alice")
        await alice.send_to("slow")
        for direction in ("receive", "send"):
            assert (await only_stop(lab)).direction == direction
            for number in range(3):
                await bob.send_to(str(number))
                assert await bob.receive_from() == str(number)
            stepped = lab.step("alice")
            assert stepped is not None
            assert stepped.direction == direction
        assert await alice.receive_from() == "slow"


async def test_a_sync_consumer_is_stepped_while_other_sync_consumers_run() -> None:
    async with Lab(SyncEcho) as lab:
        alice, bob = await opened(lab, "alice", "bob")
        lab.pause("alice", "send")
        await alice.send_to("slow")
        stop = await only_stop(lab)
        assert stop.frames[0].source.function == "SyncEcho.receive"
        await bob.send_to("quick")
        assert await bob.receive_from() == "quick"
        lab.step("alice")
        assert await alice.receive_from() == "slow"


async def test_a_name_that_was_used_before_means_the_connection_of_now() -> None:
    async with Lab(echo) as lab:
        first = await opened(lab, "alice")
        await first.disconnect()
        second = await opened(lab, "alice")
        lab.pause("alice", "send")
        await second.send_to("hi")
        await lab.settle()
        assert [stop.connection for stop in lab.stops("alice")] == ["alice_2"]


async def test_a_spawned_task_that_is_held_says_who_spawned_it() -> None:
    async def busy(scope: Any, receive: Any, send: Any) -> None:
        async def later(number: int) -> None:
            await send({"type": "websocket.send", "text": str(number)})

        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        task = asyncio.create_task(later(7))  # here it is spawned
        await receive()
        await task

    async with Lab(busy) as lab:
        alice = await opened(lab, "alice")
        lab.pause("alice", "send")
        await alice.send_to("go")
        stop = await only_stop(lab)
        first = busy.__code__.co_firstlineno
        assert stop.frames[0].source.line == first + 2
        assert stop.frames[0].locals["number"] == "7"
        assert stop.spawned is not None
        assert (stop.spawned.file, stop.spawned.line) == (__file__, first + 7)
        lab.resume()


# -- from another thread ---------------------------------------------------


@pytest.fixture
def started() -> Iterator[Lab]:
    lab = Lab(echo).start()
    yield lab
    lab.stop()


def test_from_another_thread_all_of_it_is_done_when_the_call_returns(
    started: Lab,
) -> None:
    alice = started.websocket("/", name="alice")
    started.call(alice.connect())
    started.break_at("alice", "receive", type="websocket.receive")
    for text in ("one", "two"):
        started.call(alice.send_to(text))
    started.call(started.settle())
    (stop,) = started.stops()
    started.release(stop, {**stop.message, "text": "edited"})
    assert stop not in started.stops()
    with pytest.raises(UsageError, match="has been let go already"):
        started.drop(stop)
    started.clear()
    started.resume()
    assert [started.call(alice.receive_from()) for _ in range(2)] == ["edited", "two"]
