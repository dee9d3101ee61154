"""An object of the lab's loop, made usable from another loop.

``await alice.receive_json_from()`` in a notebook cell runs on the kernel's loop
while alice lives on the lab's: each asynchronous method crosses over by itself.
"""

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from concurrent.futures import Future
from types import CoroutineType
from typing import Any

from asgilab.engine._loop_thread import LoopThread


class CrossingCall(Coroutine[Any, Any, Any]):
    """One call that has yet to cross: await it, or hand it to ``lab.call``.

    It is a coroutine, so ``asyncio.create_task`` takes it as well.
    """

    __slots__ = ("_coroutine", "_thread", "_way")

    def __init__(self, coroutine: Coroutine[Any, Any, Any], thread: LoopThread) -> None:
        self._coroutine = coroutine
        self._thread = thread
        self._way: Coroutine[Any, Any, Any] | None = None

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._thread.run(self._coroutine).__await__()

    def send(self, value: Any) -> Any:
        """Go on, on the loop of whoever awaits this."""
        return self._started().send(value)

    def throw(self, *error: Any) -> Any:
        """Raise an exception, such as a cancellation, into the call."""
        return self._started().throw(*error)

    def close(self) -> None:
        """Give the call up; one that never began is dropped without a sound."""
        if self._way is None:
            self._coroutine.close()
        else:
            self._way.close()

    def _started(self) -> Coroutine[Any, Any, Any]:
        if self._way is None:
            self._way = self._thread.run(self._coroutine)
        return self._way

    def post(self) -> Future[Any]:
        """Start the call on the lab's loop and return the future of its result."""
        return self._thread.post(self._coroutine)

    def coroutine(self) -> Coroutine[Any, Any, Any]:
        """Return the coroutine itself, for whoever is on the lab's loop already."""
        return self._coroutine


class CrossingIterator(AsyncIterator[Any]):
    """An asynchronous iterator whose steps run on the lab's loop."""

    __slots__ = ("_iterator", "_thread")

    def __init__(self, iterator: AsyncIterator[Any], thread: LoopThread) -> None:
        self._iterator = iterator
        self._thread = thread

    async def __anext__(self) -> Any:
        return await self._thread.run(_next(self._iterator))


async def _next(iterator: AsyncIterator[Any]) -> Any:
    return await iterator.__anext__()


def _called(
    method: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    thread: LoopThread,
) -> Any:
    """Call a method where it may touch the loop: on the loop's own thread.

    From another thread it could wake nobody: a loop that sleeps in its selector
    does not notice. An asynchronous method does nothing yet when it is called,
    and once the loop has been stopped there is nobody left to disturb.
    """
    lazy = inspect.iscoroutinefunction(method) or inspect.isasyncgenfunction(method)
    if lazy or not thread.alive or thread.here:
        return method(*args, **kwargs)

    async def call() -> Any:
        return method(*args, **kwargs)

    return thread.call(call())


def _crossing(value: Any, thread: LoopThread) -> Any:
    """Return what a method gave, such that it can be used on any loop."""
    kind = type(value)
    if issubclass(kind, CoroutineType):
        return CrossingCall(value, thread)
    if issubclass(kind, AsyncIterator):
        return CrossingIterator(value, thread)
    return Crossing(value, thread) if hasattr(kind, "__aenter__") else value


class Crossing:
    """Stands for an object of a lab's loop on every other loop.

    Attributes pass through; methods run on the loop's thread, and what they give
    crosses over as well: coroutines, asynchronous iterators and contexts.
    ``isinstance`` sees the class of the object.

    Args:
        target: The object that lives on the lab's loop.
        thread: The thread of that loop.
    """

    __slots__ = ("_target", "_thread")

    def __init__(self, target: Any, thread: LoopThread) -> None:
        object.__setattr__(self, "_target", target)
        object.__setattr__(self, "_thread", thread)

    @property  # type: ignore[misc]  # what isinstance asks beside the type itself
    def __class__(self) -> type:
        return type(self._target)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        if not inspect.ismethod(value):
            return value
        thread = self._thread

        @functools.wraps(value)
        def cross(*args: Any, **kwargs: Any) -> Any:
            return _crossing(_called(value, args, kwargs, thread), thread)

        return cross

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._target, name, value)

    def __dir__(self) -> list[str]:
        return dir(self._target)

    def __repr__(self) -> str:
        return repr(self._target)

    async def __aenter__(self) -> "Crossing":
        await self._thread.run(self._target.__aenter__())
        return self

    async def __aexit__(self, *exc: Any) -> Any:
        return await self._thread.run(self._target.__aexit__(*exc))
