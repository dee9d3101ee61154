"""The lab's own event loop, built on the override points that asyncio documents.

Those are the selector argument, ``time()`` and ``run_in_executor()``. Whatever
decides about idleness or time lives in ``_idleness`` and ``_clock``.
"""

import asyncio
import selectors
from collections.abc import Callable, Mapping
from typing import Any

from asgilab.engine._clock import LabClock, Mode
from asgilab.engine._idleness import PATIENCE, Idleness
from asgilab.engine._quiet import Quiet
from asgilab.errors import UsageError


class LabSelector(selectors.BaseSelector):
    """A selector that lets an :class:`Idleness` look on while the loop waits."""

    def __init__(self) -> None:
        self._inner = selectors.DefaultSelector()
        self._select: Callable[[float | None], Any] = self._inner.select

    def watch(self, select: Callable[[float | None], Any]) -> None:
        """Ask ``select`` from now on instead of the selector itself."""
        self._select = select

    @property
    def inner(self) -> selectors.BaseSelector:
        """The selector that really waits."""
        return self._inner

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        ready: list[tuple[selectors.SelectorKey, int]] = self._select(timeout)
        return ready

    def register(
        self, fileobj: Any, events: int, data: Any = None
    ) -> selectors.SelectorKey:
        return self._inner.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._inner.unregister(fileobj)

    def modify(
        self, fileobj: Any, events: int, data: Any = None
    ) -> selectors.SelectorKey:
        return self._inner.modify(fileobj, events, data)

    def close(self) -> None:
        self._inner.close()

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._inner.get_map()


class LabLoop(asyncio.SelectorEventLoop):
    """An event loop that knows when it is idle and whose time can be moved.

    Args:
        clock: ``"real"``, ``"manual"`` or ``"virtual"``; see :class:`LabClock`.

    Example::

        with asyncio.Runner(loop_factory=lambda: LabLoop("virtual")) as runner:
            runner.run(asyncio.sleep(3600))  # takes no time
    """

    def __init__(self, clock: Mode = "real") -> None:
        self.clock = LabClock(clock)
        selector = LabSelector()
        super().__init__(selector)
        # Made before anything is registered but the loop's own wake-up pipe.
        inner = selector.inner
        self.idleness = Idleness(self, inner.select, inner.get_map, self.clock)
        selector.watch(self.idleness.select)

    def time(self) -> float:
        """Return the time of the lab's clock in seconds."""
        return self.clock.time()

    def run_in_executor(  # type: ignore[override]  # typed by its function's result
        self, executor: Any, func: Any, *args: Any
    ) -> "asyncio.Future[Any]":
        """Run a function in a thread, and know of it while it is under way."""
        submit = super().run_in_executor
        future: asyncio.Future[Any] = self.idleness.run_in_executor(
            submit, executor, func, *args
        )
        return future

    async def settle(self, limit: float | None = PATIENCE) -> Quiet:
        """Wait until nothing is left to do but wait; see :class:`Quiet`.

        Args:
            limit: See :meth:`Idleness.settle`.
        """
        return await self.idleness.settle(limit)

    async def advance(self, seconds: float) -> None:
        """Move a manual or virtual clock forward, running each timer on its way.

        A gate that closes on the way holds the clock until it is opened.

        Args:
            seconds: How far, in seconds; every timer due in between has run,
                and what it started has settled, when this returns.

        Raises:
            UsageError: The clock is real or held by a closed gate, or ``seconds``
                is negative.
        """
        if self.clock.mode == "real" or not seconds >= 0:
            msg = (
                f"Cannot advance a {self.clock.mode} clock by {seconds} s; "
                "expected a manual or virtual clock and a positive time."
            )
            raise UsageError(msg)
        if self.clock.frozen:
            msg = "Cannot advance the clock while a gate is closed: it stands still."
            raise UsageError(msg)
        target = self.time() + seconds
        arrived = asyncio.Event()
        timer = self.call_at(target, arrived.set)
        try:
            with self.clock.travel(target):
                await arrived.wait()
        finally:
            timer.cancel()
        await self.settle()
