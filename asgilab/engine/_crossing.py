"""An object of the lab's loop, made usable from another loop.

``await alice.receive_json_from()`` in a notebook cell runs on the kernel's loop
while alice lives on the lab's: each asynchronous method crosses over by itself.
"""

import inspect
from collections.abc import Coroutine, Generator
from concurrent.futures import Future
from typing import Any

from asgilab.engine._loop_thread import LoopThread


class CrossingCall:
    """One call that has yet to cross: await it, or hand it to ``lab.call``."""

    __slots__ = ("_coroutine", "_thread")

    def __init__(self, coroutine: Coroutine[Any, Any, Any], thread: LoopThread) -> None:
        self._coroutine = coroutine
        self._thread = thread

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._thread.run(self._coroutine).__await__()

    def post(self) -> Future[Any]:
        """Start the call on the lab's loop and return the future of its result."""
        return self._thread.post(self._coroutine)

    def coroutine(self) -> Coroutine[Any, Any, Any]:
        """Return the coroutine itself, for whoever is on the lab's loop already."""
        return self._coroutine


class Crossing:
    """Stands for an object of a lab's loop on every other loop.

    Attributes pass through; asynchronous methods return a
    :class:`CrossingCall`. ``isinstance`` sees the class of the object.

    Args:
        target: The object that lives on the lab's loop.
        thread: The thread of that loop.
    """

    __slots__ = ("_target", "_thread")

    def __init__(self, target: Any, thread: LoopThread) -> None:
        object.__setattr__(self, "_target", target)
        object.__setattr__(self, "_thread", thread)

    @property
    def __class__(self) -> type:  # type: ignore[override]
        return type(self._target)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        if not inspect.iscoroutinefunction(value):
            return value
        thread = self._thread

        def cross(*args: Any, **kwargs: Any) -> CrossingCall:
            return CrossingCall(value(*args, **kwargs), thread)

        cross.__name__ = name
        cross.__doc__ = value.__doc__
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
