"""The lab's loop: time that stands, moves by hand, or jumps."""

import asyncio
import gc
import socket
import threading
import time
import weakref
from typing import Any

import anyio
import anyio.to_thread
import pytest
from asgiref.sync import async_to_sync, sync_to_async

from asgilab.engine import Gates, LabLoop
from asgilab.errors import UsageError
from tests.engine.loops import manual, real, run_on, virtual


def lab_loop() -> LabLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, LabLoop)
    return loop


async def beats(pause: Any, count: int = 10) -> list[float]:
    """Return the times of a heartbeat, by the loop's clock."""
    loop = asyncio.get_running_loop()
    times = []
    for _ in range(count):
        await pause()
        times.append(loop.time())
    return times


async def sleep() -> None:
    await asyncio.sleep(30)


async def time_out() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(30):
            await asyncio.Event().wait()


async def sleep_in_a_sync_consumer() -> None:
    await sync_to_async(async_to_sync(asyncio.sleep))(30)


async def sleep_by_anyio() -> None:
    with anyio.move_on_after(30):
        await anyio.sleep_forever()


async def sleep_after_a_thread() -> None:
    await asyncio.to_thread(time.sleep, 0)
    await asyncio.sleep(30)


@pytest.mark.parametrize(
    "pause",
    [sleep, time_out, sleep_in_a_sync_consumer, sleep_by_anyio, sleep_after_a_thread],
)
def test_a_virtual_heartbeat_takes_no_real_time_and_is_exact(pause: Any) -> None:
    began = time.monotonic()
    assert run_on(virtual, beats(pause)) == [30.0 * (n + 1) for n in range(10)]
    assert time.monotonic() - began < 20


def test_a_virtual_year_ends() -> None:
    assert run_on(virtual, asyncio.wait_for(asyncio.sleep(365 * 86400, "end"), None))


def test_virtual_time_stands_while_a_thread_works() -> None:
    async def main() -> tuple[float, float]:
        loop = lab_loop()
        async with asyncio.timeout(0.001):
            for _ in range(8):  # together longer than any guard
                await asyncio.to_thread(time.sleep, 0.1)
        alone = loop.time()
        async with asyncio.timeout(0.001):
            await asyncio.to_thread(time.sleep, 0.7)
        return alone, loop.time()

    assert run_on(virtual, main()) == (0.0, 0.0)


def test_virtual_time_goes_on_when_a_thread_waits_for_it_without_our_knowing() -> None:
    async def main() -> bool:
        event = threading.Event()
        asyncio.get_running_loop().call_later(30, event.set)
        return await asyncio.to_thread(event.wait, 20)

    assert run_on(virtual, main())


def test_virtual_time_does_not_jump_over_an_open_socket() -> None:
    async def main() -> bytes:
        near, far = socket.socketpair()
        near.setblocking(False)
        answer = threading.Timer(0.1, far.send, (b"x",))
        answer.start()
        try:
            async with asyncio.timeout(60):
                return await asyncio.get_running_loop().sock_recv(near, 1)
        finally:
            answer.join()
            near.close()
            far.close()

    assert run_on(virtual, main()) == b"x"


def test_advance_runs_each_timer_on_its_way_and_what_it_starts() -> None:
    async def main() -> tuple[list[float], float]:
        loop, rang = lab_loop(), []

        async def ring() -> None:
            while True:
                await asyncio.sleep(7)
                await asyncio.to_thread(time.sleep, 0)
                rang.append(loop.time())

        ringing = asyncio.create_task(ring())
        await loop.settle()
        assert rang == []
        await loop.advance(30)
        ringing.cancel()
        return rang, loop.time()

    assert run_on(manual, main()) == ([7.0, 14.0, 21.0, 28.0], 30.0)


def test_a_manual_clock_stands_until_it_is_advanced() -> None:
    async def main() -> tuple[bool, bool]:
        loop = lab_loop()
        sleeper = asyncio.create_task(asyncio.sleep(5))
        await loop.settle()
        await loop.advance(4.5)
        before = sleeper.done()
        await loop.advance(0.5)
        return before, sleeper.done()

    assert run_on(manual, main()) == (False, True)


@pytest.mark.parametrize("seconds", [0.1, 0.2, 1 / 3, 1e-6, 86400 * 3, 1e9])
def test_advance_arrives_whatever_the_rounding(seconds: float) -> None:
    async def main() -> float:
        loop = lab_loop()
        await loop.advance(0.1)
        await loop.advance(seconds)
        return loop.time()

    assert run_on(manual, main()) == pytest.approx(0.1 + seconds)


def test_two_advances_at_once_both_arrive() -> None:
    async def main() -> float:
        loop = lab_loop()
        await asyncio.gather(loop.advance(10), loop.advance(20), loop.advance(5))
        return loop.time()

    assert run_on(manual, main()) == 20.0


def test_a_virtual_clock_can_be_advanced_too() -> None:
    async def main() -> float:
        await lab_loop().advance(12)
        return lab_loop().time()

    assert run_on(virtual, main()) == 12.0


@pytest.mark.parametrize(
    ("factory", "seconds"),
    [(real, 1.0), (manual, -1.0), (virtual, -1.0), (manual, float("nan"))],
)
def test_an_advance_that_cannot_be_is_refused(factory: Any, seconds: float) -> None:
    async def main() -> None:
        await lab_loop().advance(seconds)

    with pytest.raises(UsageError, match=r"Cannot advance a \w+ clock by"):
        run_on(factory, main())


def test_an_advance_is_refused_while_a_gate_is_closed() -> None:
    async def main() -> None:
        gates = Gates()
        held = asyncio.create_task(gates.hold("alice", "send", "message", None))
        await lab_loop().settle()
        try:
            await lab_loop().advance(1)
        finally:
            gates.resume()
            await held

    with pytest.raises(UsageError, match="while a gate is closed"):
        run_on(manual, main())


@pytest.mark.parametrize("factory", [real, virtual])
def test_a_timeout_does_not_run_while_a_gate_is_closed(factory: Any) -> None:
    async def main() -> str:
        gates = Gates()

        async def consumer() -> str:
            async with asyncio.timeout(0.05):
                await gates.hold("alice", "receive", "message", None)
                await asyncio.sleep(0)
                return "as if no time had passed"

        task = asyncio.create_task(consumer())
        await lab_loop().settle()
        # Longer than the timeout, by the wall.
        await asyncio.to_thread(time.sleep, 0.15)
        gates.resume()
        return await task

    assert run_on(factory, main()) == "as if no time had passed"


def test_a_loop_is_collected_once_it_is_closed() -> None:
    loop = LabLoop()
    loop.run_until_complete(loop.settle())
    loop.close()
    watched = weakref.ref(loop)
    del loop
    gc.collect()
    assert watched() is None


def test_the_selector_takes_readers_and_writers_like_any_other() -> None:
    async def main() -> bytes:
        loop = asyncio.get_running_loop()
        near, far = socket.socketpair()
        for end in (near, far):
            end.setblocking(False)
        await loop.sock_sendall(far, b"over the wire")
        got = await loop.sock_recv(near, 100)
        near.close()
        far.close()
        return got

    assert run_on(real, main()) == b"over the wire"


def test_subprocesses_work_and_count_as_open_to_the_outside() -> None:
    async def main() -> tuple[int, int]:
        process = await asyncio.create_subprocess_exec("cat", stdin=-1, stdout=-1)
        quiet = await lab_loop().settle()
        assert process.stdin is not None
        process.stdin.close()
        await process.stdin.wait_closed()
        return quiet.sockets, await process.wait()

    sockets, code = run_on(real, main())
    assert sockets > 0
    assert code == 0
