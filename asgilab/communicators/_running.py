"""Calling an application in what surrounds it: its thread, its database, its user.

When it is called, and what comes of it, stands in ``_application``.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextvars import Context
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final, cast

from asgiref.compatibility import guarantee_single_callable, is_double_callable
from asgiref.sync import AsyncToSync, SyncToAsync

from asgilab.communicators._database import ownership
from asgilab.communicators._line import CURRENT, Line
from asgilab.engine import SharedThread
from asgilab.types import Application

if TYPE_CHECKING:
    from asgilab.django import Ownership

_WAITING_THREADS: Final = AsyncToSync.loop_thread_executors
"""The threads that wait for a loop in ``async_to_sync``, by that loop."""

Steps = Sequence[Callable[[], Awaitable[None]]]


def single_callable(application: Any) -> Application:
    """Return an application in the form ``application(scope, receive, send)``.

    Args:
        application: One of that form, one of the old two-call form, or a
            Channels consumer class.
    """
    code = application.__code__ if type(application) is FunctionType else None
    if code is not None and code.co_flags & inspect.CO_COROUTINE:
        plain: Application = application  # as nearly all are
        return plain
    if inspect.isclass(application):
        if hasattr(application, "as_asgi"):
            application = application.as_asgi()
    elif is_double_callable(application) and _takes_three(application):
        return cast("Application", application)
    single: Application = guarantee_single_callable(application)
    return single


def _takes_three(application: Any) -> bool:
    """Tell whether a function that is no coroutine function takes three arguments.

    asgiref takes every such function for the old form; a lambda is none.
    """
    try:
        inspect.signature(application).bind(None, None, None)
    except (TypeError, ValueError):
        return False
    return True


def launch(
    loop: asyncio.AbstractEventLoop,
    context: Context,
    application: Application,
    line: Line,
    prepare: Steps,
) -> "asyncio.Task[None]":
    """Call an application in its context; return its task, which has not begun.

    Args:
        loop: The running loop.
        context: Whose context variables it sees.
        application: An ASGI application.
        line: Where it gets and sends its events, and whose scope it gets.
        prepare: Steps to take before the call, in order.
    """
    called = context.run(_call, application, line, prepare)
    name = f"application of {line.wiring.name}"
    return loop.create_task(called, name=name, context=context)


def _call(
    application: Application, line: Line, prepare: Steps
) -> Coroutine[Any, Any, None]:
    """Return the coroutine to run as the application's task, in its context."""
    CURRENT.set(line)
    owner = ownership()
    wiring = line.wiring
    if wiring.isolate_threads or wiring.before is not None or _WAITING_THREADS:
        return _call_prepared(application, line, prepare, owner)
    if owner is not None:
        if owner.lent:
            return _call_prepared(application, line, prepare, owner)
        return _call_owned(application, line, prepare, owner)
    if prepare:
        return _call_stepwise(application, line, prepare)
    called = application(line.scope, line.receive, line.send)
    return called if asyncio.iscoroutine(called) else _await(called)


async def _call_prepared(
    application: Application, line: Line, prepare: Steps, owner: "Ownership | None"
) -> None:
    await line.wiring.prepared()
    thread = await _shared_thread(owner)
    if thread is None and line.wiring.isolate_threads:
        # asgiref has one thread for the synchronous code of the whole process, and a
        # consumer that is paused in it would hold up every other. A lent connection,
        # though, may not be used by two threads at once.
        thread = SharedThread()
    if thread is not None:
        # Entered and never left: it ends with the application's context, and a task
        # that outlives the application still has its thread, as it would behind a
        # server. The way out leads back to that context, and would hold it for long.
        await thread.__aenter__()  # type: ignore[no-untyped-call]  # asgiref's own
        thread.token = None
    if owner is None:
        await _call_stepwise(application, line, prepare)
    else:
        await _call_owned(application, line, prepare, owner)


async def _call_owned(
    application: Application, line: Line, prepare: Steps, owner: "Ownership"
) -> None:
    with owner:
        try:
            if owner.lent:
                await owner.lend()
            for step in prepare:
                await step()
            await application(line.scope, line.receive, line.send)
        except GeneratorExit:
            owner.throw_away()
            raise
        finally:
            if owner.indebted:
                await owner.give_back()


async def _call_stepwise(application: Application, line: Line, prepare: Steps) -> None:
    for step in prepare:
        await step()
    await application(line.scope, line.receive, line.send)


async def _shared_thread(owner: "Ownership | None") -> SharedThread | None:
    """Return a context whose synchronous code runs in the thread of the test.

    That is the one that was lent a connection, or the one that waits for this loop
    in ``async_to_sync``, as in a test case of Django. Django's handler begins a
    context for each request, with another thread; inside this one it does not.

    Returns:
        None where the test has no transaction open, and any thread will do.
    """
    if owner is None or not await owner.shares():
        return None
    context = SharedThread()
    waiting = _WAITING_THREADS.get(asyncio.get_running_loop())
    executor = waiting or SyncToAsync.single_thread_executor
    SyncToAsync.context_to_thread_executor[context] = executor
    return context


async def _await(called: Awaitable[None]) -> None:
    await called


def forsake(task: "asyncio.Task[None]", line: Line) -> None:
    """Let go of an application that nobody holds any more.

    One that runs is cancelled; an exception that no test looked at is told to the
    loop, which knows whom to tell.
    """
    loop = task.get_loop()
    try:
        # Whatever thread drops the last reference, the task is its loop's. And that
        # may happen within a collection of garbage, where nothing else should be done.
        if not task.done():
            loop.call_soon_threadsafe(task.cancel)
        elif line.error is not None and line.unseen:
            context = {
                "message": "The application raised and no test looked",
                "exception": line.error,
                "task": task,
            }
            loop.call_soon_threadsafe(loop.call_exception_handler, context)
    except RuntimeError:  # the loop is closed: nobody left to tell
        return
