"""A loop of its own in a thread of its own, and the ways to reach it from others.

A notebook needs this: whatever a cell does, the applications on this loop go
on, or stay paused, undisturbed.
"""

import asyncio
import contextlib
import inspect
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future, InvalidStateError
from typing import Any, Final, TypeVar

from asgilab.errors import WrongLoop

T = TypeVar("T")

_STOPPED: Final = "The lab's loop has been stopped; start a new lab."

_PASSES: Final = 20
"""How often tasks are cancelled that begin while a loop ends."""
_SLICE: Final = 0.25
"""Seconds after which a waiting thread looks whether it was interrupted: a signal
that comes in the moment before it begins to wait does not wake it."""


class LoopThread:
    """Runs an event loop in a daemon thread until it is stopped.

    Args:
        factory: Makes the loop, on the thread that will run it.
        name: Name of the thread.

    Example::

        thread = LoopThread(LabLoop)
        thread.call(asyncio.sleep(0.1))        # blocks this thread
        await thread.run(asyncio.sleep(0.1))   # from a coroutine on any loop
        thread.stop()
    """

    def __init__(
        self, factory: Callable[[], asyncio.AbstractEventLoop], name: str = "asgilab"
    ) -> None:
        self._posted: dict[Future[Any], Coroutine[Any, Any, Any]] = {}
        self._ending = self._ended = False
        ready: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(
            target=self._live, args=(factory, ready), name=name, daemon=True
        )
        self._thread.start()
        self.loop = ready.result()

    @property
    def alive(self) -> bool:
        """Whether the loop still runs."""
        return self._thread.is_alive() and not self.loop.is_closed()

    @property
    def here(self) -> bool:
        """Whether this is asked on the loop's own thread."""
        return threading.current_thread() is self._thread

    def post(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Start a coroutine on the loop; return the future of its result.

        Cancelling the future cancels that coroutine and nothing else.

        Raises:
            WrongLoop: The loop has been stopped.
        """
        if self._ending or not self.alive:
            coroutine.close()
            raise WrongLoop(_STOPPED)
        try:
            future = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        except RuntimeError:  # it was closed in this very moment
            coroutine.close()
            raise WrongLoop(_STOPPED) from None
        self._posted[future] = coroutine
        future.add_done_callback(lambda done: self._posted.pop(done, None))
        if self._ended:
            self._give_up()
        return future

    def call(
        self, coroutine: Coroutine[Any, Any, T], timeout: float | None = None
    ) -> T:
        """Run a coroutine on the loop and block this thread until it is done.

        An interrupt of this thread cancels that coroutine and nothing else.

        Raises:
            WrongLoop: Called on the loop's own thread, where it would wait for
                itself, or the loop has been stopped.
            TimeoutError: It took longer than ``timeout`` seconds.
        """
        if self.here:
            coroutine.close()
            msg = "Called on the lab's own thread; use await there."
            raise WrongLoop(msg)
        future: Future[T] | None = None
        try:
            future = self.post(coroutine)
            return _result(future, timeout)
        except CancelledError:
            raise asyncio.CancelledError from None
        except KeyboardInterrupt:
            if future is None:  # it landed in the middle of post()
                self._withdraw(coroutine)
            raise
        finally:
            if future is not None:
                future.cancel()

    async def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and await its result on any other loop.

        On the loop itself the coroutine is simply awaited.
        """
        if asyncio.get_running_loop() is self.loop:
            return await coroutine
        return await asyncio.wrap_future(self.post(coroutine))

    def stop(self) -> None:
        """Cancel what still runs on the loop, close it, and wait for the thread."""
        if self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # somebody else just stopped it
                self.loop.call_soon_threadsafe(self._stop)
            if not self.here:
                self._thread.join()

    def _stop(self) -> None:
        if not self._ending:  # whoever stops it again must not disturb its end
            self.loop.stop()

    def _live(
        self,
        factory: Callable[[], asyncio.AbstractEventLoop],
        ready: Future[asyncio.AbstractEventLoop],
    ) -> None:
        try:
            loop = factory()
        except BaseException as error:
            ready.set_exception(error)
            return
        asyncio.set_event_loop(loop)
        try:
            loop.call_soon(ready.set_result, loop)
            loop.run_forever()
            self._ending = True
            _cancel_everything(loop)
        finally:
            asyncio.set_event_loop(None)
            loop.close()
            self._ended = True
            self._give_up()

    def _withdraw(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Cancel a coroutine that may have been posted, or not quite."""

        def cancel() -> None:
            for task in asyncio.all_tasks(self.loop):
                if task.get_coro() is coroutine:
                    task.cancel()
            if inspect.getcoroutinestate(coroutine) == inspect.CORO_CREATED:
                coroutine.close()

        self.loop.call_soon_threadsafe(cancel)

    def _give_up(self) -> None:
        """Tell those whose coroutine came too late for the loop."""
        for future, coroutine in list(self._posted.items()):
            if inspect.getcoroutinestate(coroutine) == inspect.CORO_CREATED:
                coroutine.close()
            with contextlib.suppress(InvalidStateError):
                future.set_exception(WrongLoop(_STOPPED))


def _result(future: Future[T], timeout: float | None) -> T:
    """Wait for a result, open to interrupts all the while; see ``_SLICE``."""
    end = None if timeout is None else time.monotonic() + timeout
    while not future.done():
        left = _SLICE if end is None else min(_SLICE, end - time.monotonic())
        try:
            return future.result(max(left, 0))
        except TimeoutError:
            if end is not None and time.monotonic() >= end and not future.done():
                raise
    return future.result()


def _cancel_everything(loop: asyncio.AbstractEventLoop) -> None:
    ended = _cancel_tasks(loop)
    loop.run_until_complete(loop.shutdown_asyncgens())
    # Each pass may begin what was posted just before the end. After the last look
    # there is no pass any more, so nothing is left half-way when the loop closes.
    # A task that is begun anew whenever it ends would keep this up for ever.
    passes = 0
    while ended and passes < _PASSES and asyncio.all_tasks(loop):
        ended = _cancel_tasks(loop)
        passes += 1


def _cancel_tasks(loop: asyncio.AbstractEventLoop) -> bool:
    """Cancel the tasks of a loop; tell whether they ended."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        _run_for_a_second(loop, tasks)
    return all(task.done() for task in tasks)


def _run_for_a_second(
    loop: asyncio.AbstractEventLoop, tasks: set[asyncio.Task[Any]]
) -> None:
    """Let tasks end, for a second by the wall: the loop's own clock may stand still."""
    waiting = loop.create_task(asyncio.wait(tasks))

    def give_up() -> None:
        if not waiting.done():  # else this came too late, and stops the next run
            loop.stop()

    end = threading.Timer(1, loop.call_soon_threadsafe, (give_up,))
    end.start()
    waiting.add_done_callback(lambda _: loop.stop())
    loop.run_forever()
    end.cancel()
    end.join()
    waiting.cancel()
