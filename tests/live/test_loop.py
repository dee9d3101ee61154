"""The loop of a live server wakes for other threads at once."""

import asyncio
import threading
import time

from asgilab.engine import settle
from asgilab.live._loop import ServerLoop


def run(coroutine: object) -> object:
    with asyncio.Runner(loop_factory=ServerLoop) as runner:
        return runner.run(coroutine)  # type: ignore[arg-type]  # any awaitable is passed on as it is


def test_a_queue_that_another_thread_fills_wakes_its_reader_at_once() -> None:
    """As the channel layer in memory does for ``group_send`` from a test."""

    async def read() -> str:
        queue: asyncio.Queue[str] = asyncio.Queue()
        threading.Timer(0.01, queue.put_nowait, ["hi"]).start()
        started = time.monotonic()
        # A stock loop would notice when this time is up.
        heard = await asyncio.wait_for(queue.get(), timeout=10)
        assert time.monotonic() - started < 5
        return heard

    assert run(read()) == "hi"


def test_its_rest_is_certain_of_threads() -> None:
    async def work() -> int:
        loop = asyncio.get_running_loop()
        job = loop.run_in_executor(None, threading.Event().wait, 0.05)
        quiet = await settle()
        assert job.done()
        return quiet.threads

    assert run(work()) == 0
