"""Applications whose truth is known: whether they send something, and when.

Each gets its events by ``receive()`` and is given exactly one. They stand for what
consumers do between an event and its answer; nothing here tests anything.
"""

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.from_thread
import anyio.to_thread
from asgiref.sync import ThreadSensitiveContext, async_to_sync, sync_to_async

Receive = Callable[[], Coroutine[Any, Any, Any]]
Send = Callable[[Any], Coroutine[Any, Any, None]]
Consumer = Callable[[Receive, Send], Awaitable[None]]

WORK = 0.03
"""Seconds that a thread works here."""


@dataclass(frozen=True)
class Sample:
    """One consumer and the truth about it.

    Attributes:
        name: What it does.
        run: The consumer.
        sends: Whether it will answer its event without being given another.
        seen: Whether the loop can know what it is doing.
    """

    name: str
    run: Consumer
    sends: bool
    seen: bool = True

    def __str__(self) -> str:
        return self.name


async def silent(receive: Receive, send: Send) -> None:
    await receive()
    await receive()


async def answers_after_some_passes(receive: Receive, send: Send) -> None:
    await receive()
    for _ in range(20):
        await asyncio.sleep(0)
    await send("late")


async def answers_after_a_timer(receive: Receive, send: Send) -> None:
    await receive()
    await asyncio.sleep(WORK)
    await send("late")


async def waits_for_two_things(receive: Receive, send: Send) -> None:
    """The shape of a Channels consumer idle in its dispatcher."""
    await receive()
    other: asyncio.Queue[Any] = asyncio.Queue()
    tasks = [asyncio.ensure_future(receive()), asyncio.ensure_future(other.get())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def answers_from_a_thread(receive: Receive, send: Send) -> None:
    await receive()
    await asyncio.to_thread(time.sleep, WORK)
    await send("late")


async def silent_after_a_thread(receive: Receive, send: Send) -> None:
    await receive()
    await asyncio.to_thread(time.sleep, 0)
    await receive()


async def answers_from_the_one_sync_thread(receive: Receive, send: Send) -> None:
    await receive()
    await sync_to_async(time.sleep)(WORK)
    await send("late")


async def answers_from_a_sync_thread_of_its_own(receive: Receive, send: Send) -> None:
    async with ThreadSensitiveContext():
        await receive()
        await sync_to_async(time.sleep)(WORK)
        await send("late")


async def sync_consumer_that_answers(receive: Receive, send: Send) -> None:
    def handle() -> None:
        async_to_sync(receive)()
        time.sleep(WORK)
        async_to_sync(send)("late")

    await sync_to_async(handle)()


async def sync_consumer_that_waits(receive: Receive, send: Send) -> None:
    def handle() -> None:
        async_to_sync(receive)()
        async_to_sync(receive)()

    await sync_to_async(handle)()


async def nested_threads(receive: Receive, send: Send) -> None:
    async def inner() -> None:
        await sync_to_async(time.sleep)(WORK)
        await send("late")

    def handle() -> None:
        async_to_sync(receive)()
        async_to_sync(inner)()

    await sync_to_async(handle)()


async def answers_from_an_anyio_thread(receive: Receive, send: Send) -> None:
    await receive()
    await anyio.to_thread.run_sync(time.sleep, WORK)
    await send("late")


async def anyio_thread_that_waits(receive: Receive, send: Send) -> None:
    def handle() -> None:
        anyio.from_thread.run(receive)
        anyio.from_thread.run(receive)

    await anyio.to_thread.run_sync(handle)


async def answers_from_a_pool_of_its_own(receive: Receive, send: Send) -> None:
    await receive()
    with ThreadPoolExecutor(1) as pool:
        await asyncio.wrap_future(pool.submit(time.sleep, WORK))
        await send("late")


async def answers_from_a_raw_thread(receive: Receive, send: Send) -> None:
    await receive()
    loop, worked = asyncio.get_running_loop(), asyncio.Event()

    def work() -> None:
        time.sleep(WORK)
        loop.call_soon_threadsafe(worked.set)

    thread = threading.Thread(target=work, name="by-hand")
    thread.start()
    await worked.wait()
    await send("late")
    thread.join()


async def answers_from_a_socket(receive: Receive, send: Send) -> None:
    await receive()
    near, far = socket.socketpair()
    near.setblocking(False)
    writer = threading.Timer(WORK, far.send, (b"x",))
    writer.start()
    try:
        await asyncio.get_running_loop().sock_recv(near, 1)
        await send("late")
    finally:
        writer.join()
        near.close()
        far.close()


SAMPLES = [
    Sample("silent", silent, sends=False),
    Sample("idle in the dispatcher", waits_for_two_things, sends=False),
    Sample("answers after some passes", answers_after_some_passes, sends=True),
    Sample("answers after a timer", answers_after_a_timer, sends=True),
    Sample("answers from a thread", answers_from_a_thread, sends=True),
    Sample("silent after a thread", silent_after_a_thread, sends=False),
    Sample("the one sync thread", answers_from_the_one_sync_thread, sends=True),
    Sample("own sync thread", answers_from_a_sync_thread_of_its_own, sends=True),
    Sample("sync consumer, answers", sync_consumer_that_answers, sends=True),
    Sample("sync consumer, waits", sync_consumer_that_waits, sends=False),
    Sample("nested threads", nested_threads, sends=True),
    Sample("anyio thread, answers", answers_from_an_anyio_thread, sends=True),
    Sample("anyio thread, waits", anyio_thread_that_waits, sends=False),
    Sample("a pool of its own", answers_from_a_pool_of_its_own, sends=True),
    Sample("raw thread", answers_from_a_raw_thread, sends=True, seen=False),
    Sample("socket", answers_from_a_socket, sends=True, seen=False),
]


class Driver:
    """Runs one consumer, gives it one event, and keeps what it sends."""

    def __init__(self, consumer: Consumer) -> None:
        self._inbox: asyncio.Queue[Any] = asyncio.Queue()
        self.sent: list[Any] = []
        self.task = asyncio.create_task(self._run(consumer))
        self._inbox.put_nowait("event")

    async def _run(self, consumer: Consumer) -> None:
        await consumer(self._receive, self._send)

    async def _receive(self) -> Any:
        return await self._inbox.get()

    async def _send(self, message: Any) -> None:
        self.sent.append(message)

    async def finish(self) -> None:
        """Let the consumer come to its end, giving it a second event."""
        self._inbox.put_nowait("second")
        await self.task
