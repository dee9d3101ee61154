"""A poll is left out where it could find nothing, and nowhere else."""

import asyncio
import selectors
import signal
import socket
import threading
from typing import Any

import pytest

from asgilab.engine import idleness_of
from asgilab.engine._thrift import thrifty
from tests.engine.loops import KNOWING, Factory, run_on, stock, until


class Counting(selectors.DefaultSelector):
    """Counts how often it is asked."""

    polls = 0

    def select(self, timeout: float | None = None) -> Any:
        self.polls += 1
        return super().select(timeout)


def test_a_busy_loop_polls_every_few_passes() -> None:
    selector = Counting()

    async def main() -> int:
        idleness_of(asyncio.get_running_loop())
        before = selector.polls
        for _ in range(90):
            await asyncio.sleep(0)
        return selector.polls - before

    assert run_on(lambda: asyncio.SelectorEventLoop(selector), main()) == 10


def test_with_a_socket_registered_it_polls_at_each() -> None:
    selector = Counting()

    async def main() -> int:
        loop = asyncio.get_running_loop()
        idleness_of(loop)
        near, far = socket.socketpair()
        loop.add_reader(near, print)
        before = selector.polls
        for _ in range(20):
            await asyncio.sleep(0)
        polls = selector.polls - before
        loop.remove_reader(near)
        near.close()
        far.close()
        return polls

    assert run_on(lambda: asyncio.SelectorEventLoop(selector), main()) == 20


def test_a_wait_is_always_a_poll() -> None:
    selector = Counting()
    glance = thrifty(selector.select, selector.get_map)
    near, far = socket.socketpair()
    selector.register(near, selectors.EVENT_READ)
    for _ in range(3):
        glance(0.001)
    assert selector.polls == 3
    for _ in range(9):
        glance(0)
    assert selector.polls == 4
    selector.close()
    near.close()
    far.close()


@pytest.mark.parametrize("factory", KNOWING)
def test_threads_and_signals_get_through_to_a_loop_that_never_rests(
    factory: Factory,
) -> None:
    async def main() -> list[str]:
        loop = asyncio.get_running_loop()
        heard: list[str] = []
        idleness_of(loop)
        loop.add_signal_handler(signal.SIGUSR1, heard.append, "signal")
        thread = threading.Thread(
            target=loop.call_soon_threadsafe, args=(heard.append, "thread")
        )
        thread.start()
        signal.raise_signal(signal.SIGUSR1)
        await until(lambda: len(heard) == 2)
        loop.remove_signal_handler(signal.SIGUSR1)
        thread.join()
        return sorted(heard)

    assert run_on(factory, main()) == ["signal", "thread"]


def test_a_loop_that_is_closed_meanwhile_is_no_fault() -> None:
    loop = stock()
    idleness_of(loop)
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    assert loop.is_closed()
