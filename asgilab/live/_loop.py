"""The event loop of a live server.

What makes it differ from asyncio's own is below; who runs it lives in
``_uvicorn`` and ``_daphne``.
"""

import asyncio
import threading
from collections.abc import Callable
from contextvars import Context
from typing import TypeVarTuple

from asgilab.engine import idleness_of

Ts = TypeVarTuple("Ts")


class ServerLoop(asyncio.SelectorEventLoop):
    """An event loop that another thread may wake, and that knows when it rests.

    A test often reaches an object of the server from its own thread, a channel
    layer in memory above all: ``async_to_sync(layer.group_send)(...)``. On a
    stock loop that takes effect only when something else wakes the loop, up to
    a second later. Here it takes effect at once.
    """

    def __init__(self) -> None:
        super().__init__()
        self._home = threading.get_ident()
        idleness_of(self)  # From the start, so that no job in a thread is missed.

    def call_soon(
        self,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """Call a function in the next round of the loop, from any thread."""
        if threading.get_ident() != self._home:
            return self.call_soon_threadsafe(callback, *args, context=context)
        return super().call_soon(callback, *args, context=context)
