"""Gates: held, let go, changed, doubled, dropped, failed, in any order."""

import asyncio
import gc
import sys
import weakref
from typing import Any

import pytest

from asgilab.engine import Gates, LabLoop, Stop
from asgilab.engine._stops import ANYONE
from asgilab.errors import UsageError
from tests.engine.loops import real, run_on, until, virtual


async def hold(gates: Gates, message: Any, connection: str = "alice") -> list[Any]:
    verdict = await gates.hold(connection, "send", message, None)
    return [each for each, _ in verdict.messages]


async def held(gates: Gates, *messages: Any) -> "list[asyncio.Task[list[Any]]]":
    """Hold messages at their gate, in order, and return the tasks they hold up."""
    tasks = [asyncio.create_task(hold(gates, message)) for message in messages]
    await until(lambda: len(gates.stops()) == len(messages))
    return tasks


async def test_several_gates_are_closed_at_once_and_opened_in_reverse() -> None:
    gates, passed = Gates(), []

    async def send(message: str) -> None:
        passed.extend(await hold(gates, message))

    sending = asyncio.gather(*map(send, ["one", "two", "three"]))
    await asyncio.sleep(0)
    assert [stop.message for stop in gates.stops()] == ["one", "two", "three"]
    for stop in reversed(gates.stops()):
        gates.release(stop)
        await asyncio.sleep(0)
    await sending
    assert passed == ["three", "two", "one"]
    assert gates.stops() == []


async def test_an_event_can_be_edited_doubled_and_dropped() -> None:
    gates = Gates()
    tasks = await held(gates, "a", "b", "c")
    first, second, third = gates.stops()
    gates.release(first, "edited")
    gates.release(second, second.message, second.message)
    gates.drop(third)
    assert [await task for task in tasks] == [["edited"], ["b", "b"], []]


async def test_each_that_goes_on_says_what_it_is_beside_the_event() -> None:
    gates = Gates()
    names = ["as it was", "edited", "injected", "doubled", "dropped", "postponed"]
    tasks = [
        asyncio.create_task(gates.hold("alice", "send", name, None)) for name in names
    ]
    await until(lambda: len(gates.stops()) == len(names))
    plain, edited, injected, doubled, dropped, postponed = gates.stops()
    gates.release(plain)
    gates.release(edited, "another")
    gates.release(injected, "before", injected.message)
    gates.duplicate(doubled)
    gates.drop(dropped)
    gates.postpone(postponed)
    verdicts = [await task for task in tasks]
    assert [verdict.messages for verdict in verdicts] == [
        (("as it was", ""),),
        (("another", "edited"),),
        (("before", "injected"), ("injected", "")),
        (("doubled", ""), ("doubled", "duplicated")),
        (),
        (),
    ]
    words = [verdict.word for verdict in verdicts]
    assert words == ["", "", "", "", "dropped", "postponed"]


async def test_an_event_cannot_be_let_through_less_than_once() -> None:
    gates = Gates()
    (task,) = await held(gates, "a")
    (stop,) = gates.stops()
    with pytest.raises(UsageError, match="0 times; expected 1 or more"):
        gates.duplicate(stop, 0)
    gates.duplicate(stop, 3)
    assert await task == ["a", "a", "a"]


def test_a_delayed_event_is_on_its_way_while_the_clock_goes_on() -> None:
    async def main() -> tuple[float, list[Any]]:
        loop = asyncio.get_running_loop()
        gates = Gates()
        (task,) = await held(gates, "a")
        (stop,) = gates.stops()
        with pytest.raises(UsageError, match="by -1 s; expected 0 or more"):
            gates.delay(stop, -1)
        gates.delay(stop, 30)
        assert gates.stops() == []
        passed = await task
        return loop.time(), passed

    assert run_on(virtual, main()) == (30.0, ["a"])


async def passes(gates: Gates, message: Any, direction: Any = "send") -> Any:
    """Bring a message to its gate; return what goes on."""
    verdict = await gates.pass_through("alice", direction, message, None)
    return list(verdict.messages)


async def test_a_postponed_event_goes_right_behind_the_next_of_its_gate() -> None:
    gates = Gates()
    (task,) = await held(gates, "first")
    gates.postpone(gates.stops()[0])
    assert await task == []
    watched = [gates.watched]
    assert await passes(gates, "other way", "receive") == [("other way", "")]
    later = [("second", ""), ("first", "postponed")]
    assert await passes(gates, "second") == later
    watched.append(gates.watched)
    assert watched == [True, False]
    assert await passes(gates, "third") == [("third", "")]


async def test_a_postponed_event_that_has_no_way_of_its_own_waits_for_another() -> None:
    gates = Gates()
    (task,) = await held(gates, "first")
    gates.postpone(gates.stops()[0])
    await task
    gates.resume()
    gates.over("alice")
    assert await passes(gates, "second") == [("second", ""), ("first", "postponed")]


async def test_held_events_are_let_go_in_the_order_that_is_asked_for() -> None:
    gates, passed = Gates(), []

    async def send(message: str) -> None:
        passed.extend(await hold(gates, message))

    sending = asyncio.gather(*map(send, ["one", "two", "three"]))
    await until(lambda: len(gates.stops()) == 3)
    one, two, three = gates.stops()
    with pytest.raises(UsageError, match="Stop 2 of 'alice' has been let go"):
        gates.reorder(three, two, two)
    assert len(gates.stops()) == 3
    gates.reorder(three, one, two)
    await sending
    assert passed == ["three", "one", "two"]


async def test_an_exception_can_be_raised_where_the_application_is_held() -> None:
    gates = Gates()
    (task,) = await held(gates, "a")
    gates.fail(gates.stops()[0], ConnectionResetError("gone"))
    with pytest.raises(ConnectionResetError, match="gone"):
        await task


async def test_a_stop_can_be_let_go_only_once() -> None:
    gates = Gates()
    (task,) = await held(gates, "a")
    (stop,) = gates.stops()
    gates.release(stop)
    for again in (gates.release, gates.drop):
        with pytest.raises(UsageError, match="Stop 1 of 'alice' has been let go"):
            again(stop)
    with pytest.raises(UsageError, match="has been let go already"):
        gates.fail(stop, ValueError())
    assert await task == ["a"]


async def test_nothing_is_held_until_somebody_pauses() -> None:
    gates = Gates()
    assert not gates.holds("alice", "send")
    gates.pause("alice", ("send",))
    assert gates.holds("alice", "send")
    assert not gates.holds("alice", "receive")
    assert not gates.holds("bob", "send")
    assert gates.paused("alice")
    assert not gates.paused("bob")


async def test_everybody_can_be_paused_those_to_come_included() -> None:
    gates = Gates()
    gates.pause(ANYONE)
    gates.resume("alice")
    assert gates.holds("carol", "receive")
    assert not gates.holds("alice", "receive")
    gates.resume()
    assert not gates.holds("carol", "receive")


async def test_resuming_one_connection_lets_go_what_it_held_and_no_more() -> None:
    gates = Gates()
    gates.pause("alice")
    gates.pause("bob")
    alice = asyncio.create_task(hold(gates, "from alice"))
    bob = asyncio.create_task(hold(gates, "from bob", "bob"))
    await asyncio.sleep(0)
    gates.resume("alice")
    assert await alice == ["from alice"]
    assert [stop.connection for stop in gates.stops()] == ["bob"]
    gates.resume()
    assert await bob == ["from bob"]


async def test_a_step_lets_the_oldest_go_and_keeps_the_rest() -> None:
    gates = Gates()
    gates.pause("alice")
    first, second = await held(gates, "a", "b")
    stepped = gates.step("alice")
    assert isinstance(stepped, Stop)
    assert stepped.message == "a"
    assert await first == ["a"]
    assert [stop.message for stop in gates.stops("alice")] == ["b"]
    assert gates.paused("alice")
    gates.resume()
    await second


async def test_a_step_of_a_connection_that_runs_pauses_it() -> None:
    gates = Gates()
    assert gates.step("alice") is None
    assert gates.paused("alice")


async def test_watchers_hear_of_each_change_until_they_stop() -> None:
    gates, heard = Gates(), []
    stop_watching = gates.watch(lambda: heard.append(len(gates.stops())))
    gates.pause("alice")
    (task,) = await held(gates, "a")
    gates.release(gates.stops()[0])
    stop_watching()
    gates.resume()
    await task
    assert heard == [0, 1, 0]


async def test_a_watcher_may_let_go_of_what_is_being_resumed() -> None:
    gates = Gates()
    tasks = await held(gates, "a", "b")

    def release_everything() -> None:
        for stop in gates.stops():
            gates.drop(stop)

    gates.watch(release_everything)
    gates.resume()
    assert [await task for task in tasks] == [["a"], []]


def test_a_watcher_that_raises_leaves_no_gate_and_no_clock_closed() -> None:
    async def main() -> tuple[list[Stop], bool]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, LabLoop)
        gates = Gates()
        stop_watching = gates.watch({}.popitem)  # type: ignore[arg-type]  # a callable that fails is the case
        task = asyncio.create_task(hold(gates, "a"))
        await asyncio.wait({task})
        stop_watching()
        assert isinstance(task.exception(), KeyError)
        return gates.stops(), loop.clock.frozen

    assert run_on(real, main()) == ([], False)


async def test_a_cancelled_application_takes_its_stop_along() -> None:
    gates, changes = Gates(), []
    (task,) = await held(gates, "a")
    gates.watch(lambda: changes.append(len(gates.stops())))
    task.cancel()
    await asyncio.wait({task})
    assert gates.stops() == []
    assert changes == [0]


async def test_whoever_lets_go_of_a_stop_just_cancelled_meets_no_error() -> None:
    gates = Gates()
    tasks = await held(gates, "a", "b", "c")
    first, second, third = gates.stops()
    for task in tasks:
        task.cancel()
    gates.fail(first, ValueError())
    gates.drop(second)
    gates.resume()
    done, _ = await asyncio.wait(tasks)
    assert all(task.cancelled() for task in done)
    assert third not in gates.stops()


def test_the_clock_stands_as_long_as_any_gate_is_closed() -> None:
    async def main() -> list[bool]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, LabLoop)
        gates, frozen = Gates(), []
        tasks = await held(gates, "a", "b")
        for stop in gates.stops():
            frozen.append(loop.clock.frozen)
            gates.release(stop)
            await asyncio.sleep(0)
        frozen.append(loop.clock.frozen)
        await asyncio.wait(tasks)
        return frozen

    assert run_on(real, main()) == [True, True, False]


async def test_a_stop_keeps_no_frame_and_no_local_alive() -> None:
    class Row:
        pass

    gates, watched = Gates(), []

    async def application() -> None:
        row = Row()
        watched.append(weakref.ref(row))
        await gates.hold("alice", "send", "message", sys._getframe())
        del row

    task = asyncio.create_task(application())
    await asyncio.sleep(0)
    (stop,) = gates.stops()
    assert "row" in stop.frames[0].locals
    gates.release(stop)
    gc.disable()
    try:
        await task
        assert watched[0]() is None, "a circle keeps it until the next collection"
    finally:
        gc.enable()
    assert stop.message == "message"
