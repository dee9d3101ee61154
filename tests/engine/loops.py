"""The loops that the engine's tests run on, and how to run on them."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest

from asgilab.engine import LabLoop

T = TypeVar("T")
Factory = Callable[[], asyncio.AbstractEventLoop]


class Opaque:
    """A selector that does not show itself as one, as if the loop had none."""

    def __init__(self) -> None:
        self._inner = selectors.DefaultSelector()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def opaque_loop() -> asyncio.AbstractEventLoop:
    """Return a loop that nothing can be attached to: what uvloop is to us."""
    selector: Any = Opaque()
    return asyncio.SelectorEventLoop(selector)


def real() -> LabLoop:
    return LabLoop("real")


def manual() -> LabLoop:
    return LabLoop("manual")


def virtual() -> LabLoop:
    return LabLoop("virtual")


def stock() -> asyncio.AbstractEventLoop:
    return asyncio.SelectorEventLoop()


KNOWING = [
    pytest.param(stock, id="stock"),
    pytest.param(real, id="lab"),
    pytest.param(virtual, id="lab-virtual"),
]


async def until(happened: Callable[[], T | None]) -> T:
    """Let the loop pass until something has happened; return what tells of it."""
    # Nothing rings for what happens in threads, so it is looked for.
    while not (told := happened()):  # noqa: ASYNC110  # there is no event for what is waited for
        await asyncio.sleep(0)
    return told


def run_on(factory: Factory, main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on a new loop, as ``asyncio.run`` does."""
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main)
