"""Waits for a magic, in the one way that fits where it was called.

The body of a magic is a coroutine that works on the caller's thread and hands
over whatever needs the lab's loop, with :func:`cross`. Two drivers wait for it:

- :func:`drive_awaited`, in a cell whose magics were rewritten to ``await``;
- :func:`drive_blocking`, where ``await`` cannot stand.

Either way an interrupt cancels what was handed over and comes out as
``KeyboardInterrupt``; the applications on the lab's loop do not notice.
"""

import asyncio
import concurrent.futures
import contextlib
import sys
import time
import types
from collections.abc import Awaitable, Coroutine, Generator
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeVar

from IPython.core.interactiveshell import InteractiveShell

from asgilab.engine import LabLoop
from asgilab.errors import WrongLoop
from asgilab.notebook._interrupts import Interrupts, on_interrupt

T = TypeVar("T")

_LOOK_UP: Final = 0.2
"""Seconds after which a blocked thread looks up, where a signal cannot wake it."""


class Overdue(TimeoutError):
    """An errand took longer than it was given; it has been cancelled."""


@dataclass(frozen=True, slots=True)
class Errand:
    """Work for the lab's loop, on its way from a magic to its driver.

    Attributes:
        work: The coroutine to run there.
        loop: The lab's loop.
        timeout: Seconds by the wall, or None. The lab's own clock will not do
            here, because it stands still while an application is paused.
    """

    work: Coroutine[Any, Any, Any]
    loop: asyncio.AbstractEventLoop
    timeout: float | None = None


Body = Coroutine[Any, Any, T]
"""The body of a magic: it yields errands and is sent their results."""


@types.coroutine
def cross(
    work: Coroutine[Any, Any, T],
    loop: asyncio.AbstractEventLoop,
    timeout: float | None = None,
) -> Generator[Errand, T, T]:
    """Run a coroutine on the lab's loop; await this in the body of a magic.

    Args:
        work: The coroutine.
        loop: The lab's loop.
        timeout: Seconds by the wall after which it is cancelled, or None.

    Returns:
        What the coroutine returned.

    Raises:
        Overdue: The time was over; the coroutine has been cancelled.
        WrongLoop: The loop has been stopped, or it would wait for itself.
    """
    return (yield Errand(work, loop, timeout))


async def drive_awaited(body: Body[T], interrupts: Interrupts) -> T:
    """Run the body of a magic, leaving the kernel's loop free while it waits."""
    of_the_cell = _is_task_of_the_cell()
    try:
        errand = body.send(None)
        while True:
            try:
                answer = await _await(errand)
            except asyncio.CancelledError as error:
                # In any other task a KeyboardInterrupt would end the kernel.
                if not (of_the_cell and interrupts.landed):
                    errand = body.throw(error)
                else:
                    errand = body.throw(KeyboardInterrupt())
            except BaseException as error:
                errand = body.throw(error)
            else:
                errand = body.send(answer)
    except StopIteration as done:
        result: T = done.value
        return result


def drive_blocking(body: Body[T], interrupts: Interrupts) -> T:
    """Run the body of a magic, blocking this thread while it waits."""
    try:
        errand = body.send(None)
        while True:
            try:
                answer = _block(errand, interrupts)
            except BaseException as error:
                errand = body.throw(error)
            else:
                errand = body.send(answer)
    except StopIteration as done:
        result: T = done.value
        return result


async def _await(errand: Errand) -> Any:
    waiting: Awaitable[Any]
    if asyncio.get_running_loop() is errand.loop:
        waiting = errand.work
    else:
        waiting = asyncio.wrap_future(_post(errand))
    return await _limited(waiting, errand.timeout)


async def _limited(waiting: Awaitable[Any], timeout: float | None) -> Any:
    try:
        async with asyncio.timeout(timeout) as limit:
            return await waiting
    except TimeoutError:
        if limit.expired():
            raise Overdue from None
        raise  # of the errand itself


def _block(errand: Errand, interrupts: Interrupts) -> Any:
    loop = errand.loop
    here = _running_loop()
    if here is loop and isinstance(loop, LabLoop):
        errand.work.close()
        msg = "This magic would block the lab's own loop; use await there."
        raise WrongLoop(msg)
    if here is loop:
        _make_reentrant(errand)
    elif loop.is_running() or isinstance(loop, LabLoop):
        return _wait(errand, interrupts)
    return _run(errand, interrupts)


def _post(errand: Errand) -> concurrent.futures.Future[Any]:
    if errand.loop.is_closed():
        errand.work.close()
        msg = "The lab's loop has been stopped; %asgi_app starts a new one."
        raise WrongLoop(msg)
    return asyncio.run_coroutine_threadsafe(errand.work, errand.loop)


def _wait(errand: Errand, interrupts: Interrupts) -> Any:
    """Block until an errand is done, an interrupt comes, or the time is over."""
    # A handler that raises could do so after the errand was posted and before
    # anybody holds its future; putting into this queue is safe in a handler.
    news: SimpleQueue[bool] = SimpleQueue()
    with on_interrupt(lambda *_: news.put(True)):
        if interrupts.pending:
            news.put(True)
        future = _post(errand)
        future.add_done_callback(lambda _: news.put(False))
        try:
            interrupted = _next(news, errand.timeout)
        finally:
            future.cancel()
        if interrupted:
            raise KeyboardInterrupt
    try:
        return future.result()
    except concurrent.futures.CancelledError:
        raise asyncio.CancelledError from None


def _next(news: SimpleQueue[bool], timeout: float | None) -> bool:
    deadline = None if timeout is None else time.monotonic() + timeout
    while True:
        left = _LOOK_UP if deadline is None else deadline - time.monotonic()
        if left <= 0:
            raise Overdue
        with contextlib.suppress(Empty):
            return news.get(timeout=min(left, _LOOK_UP))


def _run(errand: Errand, interrupts: Interrupts) -> Any:
    """Run the loop until an errand is done: it stands still, or was made re-entrant."""
    loop = errand.loop
    task = loop.create_task(_limited(errand.work, errand.timeout))
    interrupted = False

    def catch(*_: object) -> None:
        nonlocal interrupted
        interrupted = True
        loop.call_soon_threadsafe(task.cancel)

    # Raised from the signal itself, the interrupt would hit whichever task of
    # the application happens to run, and kill it.
    with on_interrupt(catch):
        if interrupts.pending:
            catch()
        try:
            return loop.run_until_complete(task)
        except asyncio.CancelledError:
            if interrupted:
                raise KeyboardInterrupt from None
            raise


def _make_reentrant(errand: Errand) -> None:
    """Let a running loop be run from inside; needed by ``--loop kernel`` alone."""
    # Imported late: it changes asyncio for the whole process when it is applied.
    import nest_asyncio2

    try:
        nest_asyncio2.apply(errand.loop)
    except ValueError:
        errand.work.close()
        msg = (
            f"{type(errand.loop).__name__} cannot be re-entered, so that a magic "
            "cannot block here; use it at the top level of a cell, or without "
            "--loop kernel."
        )
        raise WrongLoop(msg) from None


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _is_task_of_the_cell() -> bool:
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code is InteractiveShell.run_code.__code__:
            return True
        frame = frame.f_back
    return False
