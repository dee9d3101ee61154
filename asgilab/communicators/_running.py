"""Calling an application in what surrounds it: its thread, its database, its user.

An application that needs nothing of this is called directly, by its communicator.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from asgiref.sync import ThreadSensitiveContext

from asgilab.communicators._line import Line
from asgilab.types import Application, Scope

if TYPE_CHECKING:
    from asgilab.django import Ownership


async def run(
    application: Application,
    scope: Scope,
    line: Line,
    prepare: Sequence[Callable[[], Awaitable[None]]],
    owner: "Ownership | None",
) -> None:
    """Prepare the scope, call the application, and clean up behind it.

    Args:
        application: An ASGI application.
        scope: Its scope, which the steps may change.
        line: Where it gets and sends its events.
        prepare: Steps to take before the call, in order.
        owner: Owns Django's connections meanwhile; None where there are none.
    """
    await line.wiring.prepared()
    async with AsyncExitStack() as stack:
        # asgiref has one thread for the synchronous code of the whole process,
        # and a consumer that is paused in it would hold up every other. A lent
        # connection, though, may not be used by two threads at once.
        if line.wiring.isolate_threads and not (owner is not None and owner.lent):
            # Entered and never left: it ends with the application's context, and a
            # task that outlives the application still has its thread, as it would
            # behind a server.
            await ThreadSensitiveContext().__aenter__()
        if owner is not None:
            await stack.enter_async_context(owner)
        for step in prepare:
            await step()
        await application(scope, line.receive, line.send)
