"""Who waits for a task: the way from a spawned task back to the code that needs it.

``asyncio.gather(self.send(a), self.send(b))`` runs each call in a task of its own,
and no line of the user's is in it; the user's line is that of the task which waits
for them. Python 3.14 tells so itself; until then it is read from the callbacks of
futures. A task that nobody waits for has no awaiter.
"""

import asyncio
import functools
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

_FURTHEST: Final = 20
_MARK: Final = "marks_the_root_of_an_application"
_Callback = TypeVar("_Callback", bound=Callable[..., Any])


def mark_root(callback: _Callback) -> _Callback:
    """Mark a callback for the end of a task; returns it, and so is a decorator.

    With the task that has it an application begins: who waits for that is a test.
    A register of such tasks would cost each connection more than its task does.
    """
    setattr(callback, _MARK, True)
    return callback


def _is_root(task: "asyncio.Future[Any]") -> bool:
    callbacks = getattr(task, "_callbacks", None) or ()
    return any(getattr(callback, _MARK, False) for callback, *_ in callbacks)


def awaiters(task: "asyncio.Future[Any]") -> Iterator[asyncio.Task[Any]]:
    """Yield the tasks that wait for a task, the nearest first.

    Args:
        task: A task or any other future.
    """
    seen = {id(task)}
    ways = [task]
    for _ in range(_FURTHEST):
        if not ways:
            return
        way = ways.pop(0)
        for found in () if _is_root(way) else _waiting_for(way):
            if id(found) in seen:
                continue
            seen.add(id(found))
            ways.append(found)
            if isinstance(found, asyncio.Task):
                yield found


def heirs_of(future: Any) -> Iterator["asyncio.Future[Any]"]:
    """Yield the asyncio futures that ``asyncio.wrap_future`` tied to a job's future.

    Args:
        future: The ``concurrent.futures.Future`` of a job in a pool.
    """
    for callback in tuple(getattr(future, "_done_callbacks", ())):
        names = getattr(getattr(callback, "__code__", None), "co_freevars", ())
        cells = getattr(callback, "__closure__", None) or ()
        heir = dict(zip(names, cells, strict=True)).get("destination")
        if heir is not None and issubclass(type(heir.cell_contents), asyncio.Future):
            yield heir.cell_contents


def _waiting_for(future: "asyncio.Future[Any]") -> Iterator["asyncio.Future[Any]"]:
    for callback, *_ in getattr(future, "_callbacks", None) or ():
        for value in _bound_in(callback):
            if issubclass(type(value), asyncio.Future) and value is not future:
                yield value


def _bound_in(callback: Any) -> Iterator[Any]:
    """Yield what a callback was made with.

    A task that awaits a future leaves a method of itself there; ``gather``,
    ``wait`` and ``shield`` leave a closure over the future that they return or
    wait for, ``wait_for`` a partial, and a task group its own method.
    """
    owner = getattr(callback, "__self__", None)
    yield owner
    yield getattr(owner, "_parent_task", None)
    if isinstance(callback, functools.partial):
        yield from callback.args
    for name, cell in zip(
        getattr(getattr(callback, "__code__", None), "co_freevars", ()),
        getattr(callback, "__closure__", None) or (),
        strict=False,
    ):
        if name in ("outer", "waiter"):
            yield cell.cell_contents
