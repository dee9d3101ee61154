"""The loop that a lab lives on: the one that runs, or one of its own in a thread.

What the lab opens there, and how it ends, stands in ``_lab``.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Literal, Self

from asgilab.engine import LabLoop, LoopThread, Quiet, settle
from asgilab.errors import UsageError
from asgilab.lab._asking import as_coroutine
from asgilab.lab._home import advance
from asgilab.sessions import Session

ClockMode = Literal["real", "manual", "virtual"]


class OnALoop(ABC):
    """The part of a lab that knows its loop, and how to get there."""

    _clock: ClockMode
    _zero: float | None
    _home: asyncio.AbstractEventLoop | None
    _thread: LoopThread | None
    _sharing: "OnALoop | None" = None
    """The lab that this one stands beside: it may live on the same loop."""
    session: Session
    connections: Mapping[str, Any]

    @abstractmethod
    async def _begin(self) -> None:
        """Open the lab on the loop that is running, unless it is open there."""

    @abstractmethod
    async def _catch_up(self) -> None:
        """Come to where a fork begins; a lab that is none is there already."""

    @abstractmethod
    async def _close(self) -> None:
        """End everything that is open."""

    def start(self) -> Self:
        """Begin on a loop of the lab's own, in a thread of its own.

        Raises:
            LifespanFailed: The application could not start up.
        """
        if self._thread is None:
            self._thread = LoopThread(lambda: LabLoop(self._clock))
            try:
                self._thread.call(self._begin())
                self._thread.call(self._catch_up())
            except BaseException:
                self._thread.stop()
                self._thread = None
                raise
        return self

    def stop(self) -> None:
        """End what :meth:`start` began: disconnect, shut down, stop the loop."""
        thread, self._thread = self._thread, None
        if thread is not None:
            try:
                thread.call(self._close(), timeout=10)
            finally:
                thread.stop()

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The loop that the lab is open on; None while it is not open."""
        return self._home

    @property
    def thread(self) -> LoopThread | None:
        """The lab's own thread, where it has one."""
        return self._thread

    @property
    def began(self) -> float:
        """The moment of the loop's clock at which the lab was opened."""
        return self._zero or 0.0

    @property
    def owns_time(self) -> bool:
        """Whether the clock can be moved, and no other lab's connections live by it."""
        if _mode(self._home) == "real":
            return False
        other = self._sharing
        return other is None or other._home is not self._home or not other.connections

    def _begin_time(self, loop: asyncio.AbstractEventLoop) -> None:
        self._zero, self.session.clock = loop.time(), _mode(loop)

    async def switch_clock(self, mode: ClockMode) -> None:
        """Let the lab's clock go on from where it is, in another mode.

        Raises:
            UsageError: The loop is none of asgilab's, whose clock is real.
        """
        loop = self._home
        if not isinstance(loop, LabLoop):
            msg = "The clock of this event loop is real; expected a lab's own loop."
            raise UsageError(msg)

        async def switch() -> None:
            loop.clock.switch(mode)

        await self.run(switch())
        self._clock = self.session.clock = mode

    def call(self, awaitable: Any, timeout: float | None = None) -> Any:
        """Run something on the lab's loop and block this thread until it is done.

        Args:
            awaitable: A coroutine, or what a method of a connection returned.
            timeout: Seconds to wait at most.

        Raises:
            UsageError: The lab has no loop of its own; use ``await`` there.
        """
        if self._thread is None:
            msg = "This lab has no loop of its own: begin it with start(), or await."
            raise UsageError(msg)
        return self._thread.call(as_coroutine(awaitable), timeout)

    async def run(self, awaitable: Any) -> Any:
        """Await something on the lab's loop, from whatever loop this is."""
        if self._thread is None:
            return await awaitable
        return await self._thread.run(as_coroutine(awaitable))

    async def settle(self) -> Quiet:
        """Wait until the lab's loop is at rest; see :class:`~asgilab.engine.Quiet`."""
        quiet: Quiet = await self.run(settle())
        return quiet

    async def advance(self, seconds: float) -> None:
        """Move a manual or virtual clock forward by some seconds."""
        await self.run(advance(seconds))

    async def advance_to(self, moment: float) -> None:
        """Move it forward to so many seconds after the lab was opened.

        Where it has come further already it stays there.
        """
        if self._home is not None:
            ahead = self.began + moment - self._home.time()
            await self.advance(max(ahead, 0.0))


def _mode(loop: asyncio.AbstractEventLoop | None) -> ClockMode:
    """Return what moves a loop's clock: the wall, if the loop is none of ours."""
    return loop.clock.mode if isinstance(loop, LabLoop) else "real"
