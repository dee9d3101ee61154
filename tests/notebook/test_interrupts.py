"""Interrupts of a cell that waits."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from IPython.core.interactiveshell import InteractiveShell

from asgilab.notebook._interrupts import Interrupts, on_interrupt


@pytest.fixture
def watched(shell: InteractiveShell) -> Iterator[Interrupts]:
    interrupts = Interrupts()
    interrupts.watch(shell)
    yield interrupts
    interrupts.unwatch(shell)


@contextmanager
def handled_by(handler: signal.Handlers | object) -> Iterator[None]:
    """Have a handler in place, as the kernel has while a cell awaits."""
    before = signal.signal(signal.SIGINT, handler)  # type: ignore[arg-type]  # a stand-in for what the kernel sets
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


async def test_an_interrupt_wakes_the_loop_and_reaches_the_kernels_own_handler(
    watched: Interrupts, shell: InteractiveShell
) -> None:
    told: list[int] = []
    with handled_by(lambda number, _: told.append(number)):
        shell.events.trigger("pre_execute")
        signal.raise_signal(signal.SIGINT)
        assert (watched.landed, watched.pending) == (True, True)
        await asyncio.sleep(0)
        assert (watched.landed, watched.pending) == (True, False)
        shell.events.trigger("post_execute")
        assert told == [signal.SIGINT]


async def test_the_next_cell_begins_without_the_interrupt_of_the_last(
    watched: Interrupts, shell: InteractiveShell
) -> None:
    with handled_by(lambda *_: None):
        shell.events.trigger("pre_execute")
        signal.raise_signal(signal.SIGINT)
        shell.events.trigger("post_execute")
        shell.events.trigger("pre_execute")
        assert not watched.landed
        assert not watched.pending
        shell.events.trigger("post_execute")


async def test_the_handler_of_before_is_back_after_the_cell(
    watched: Interrupts, shell: InteractiveShell
) -> None:
    def handler(*_: object) -> None: ...

    with handled_by(handler):
        shell.events.trigger("pre_execute")
        assert signal.getsignal(signal.SIGINT) is not handler
        shell.events.trigger("post_execute")
        assert signal.getsignal(signal.SIGINT) is handler


def test_a_cell_that_python_itself_interrupts_is_left_alone(
    watched: Interrupts, shell: InteractiveShell
) -> None:
    with handled_by(signal.default_int_handler):
        shell.events.trigger("pre_execute")
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        shell.events.trigger("post_execute")


async def test_nothing_of_it_stays_when_it_is_taken_out_during_a_cell(
    shell: InteractiveShell,
) -> None:
    def handler(*_: object) -> None: ...

    interrupts = Interrupts()
    interrupts.watch(shell)
    with handled_by(handler):
        shell.events.trigger("pre_execute")
        interrupts.unwatch(shell)
        assert signal.getsignal(signal.SIGINT) is handler
    shell.events.trigger("post_execute")


async def test_a_cell_of_another_thread_changes_nothing(
    watched: Interrupts, shell: InteractiveShell
) -> None:
    def handler(*_: object) -> None: ...

    with handled_by(handler):
        shell.events.trigger("pre_execute")
        ours = signal.getsignal(signal.SIGINT)
        for event in ("pre_execute", "post_execute"):
            thread = threading.Thread(target=shell.events.trigger, args=(event,))
            thread.start()
            thread.join()
        assert signal.getsignal(signal.SIGINT) is ours
        shell.events.trigger("post_execute")


def test_outside_of_the_main_thread_there_is_nothing_to_catch() -> None:
    entered = threading.Event()

    def enter() -> None:
        with on_interrupt(signal.default_int_handler):
            entered.set()

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert entered.is_set()


def test_a_handler_is_put_back_after_an_error() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(LookupError), on_interrupt(lambda *_: None):
        raise LookupError
    assert signal.getsignal(signal.SIGINT) is before
