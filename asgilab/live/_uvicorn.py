"""Serving with uvicorn on sockets that are bound already.

Only this module imports uvicorn. The thread around it lives in ``_thread``.
"""

import asyncio
import socket
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from asgilab.engine import settle
from asgilab.live._loop import ServerLoop
from asgilab.types import Application

try:
    import uvicorn
except ImportError as error:
    msg = (
        'server="uvicorn" needs uvicorn, which is not installed. '
        'Run: python -m pip install "asgilab[live]"'
    )
    raise ImportError(msg) from error

_DISCONNECT_SECONDS: Final = 3
"""How long disconnect handlers may take before they are cancelled."""


class UvicornBackend:
    """Serves one application until it is told to stop.

    Args:
        application: What to serve.
        lifespan: ``"auto"``, ``"on"`` or ``"off"``, as uvicorn means it.
        chain: Serve TLS with this PEM file of certificate and key, or None.
        options: More arguments for ``uvicorn.Config``.

    Raises:
        ImportError: No websocket implementation is installed.
    """

    def __init__(
        self,
        application: Application,
        lifespan: str,
        chain: Path | None,
        options: Mapping[str, Any],
    ) -> None:
        if not (find_spec("websockets") or find_spec("wsproto")):
            msg = (
                'server="uvicorn" needs websockets, which is not installed. '
                'Run: python -m pip install "asgilab[live]"'
            )
            raise ImportError(msg)
        arguments: dict[str, Any] = {
            "lifespan": lifespan,
            "interface": "asgi3",
            "log_config": None,  # The test run decides about logging.
            "timeout_graceful_shutdown": _DISCONNECT_SECONDS,
        }
        if chain is not None:
            arguments["ssl_certfile"] = str(chain)
        arguments.update(options)
        self._config = uvicorn.Config(application, **arguments)
        self._server: _Server | None = None

    def run(
        self,
        sockets: list[socket.socket],
        ready: Callable[[asyncio.AbstractEventLoop], None],
    ) -> None:
        """Serve; call ``ready(loop)`` once connections are answered."""
        with asyncio.Runner(loop_factory=ServerLoop) as runner:
            self._server = _Server(self._config, runner.get_loop(), ready)
            runner.run(self._server.serve(sockets=sockets))

    def stop(self) -> None:
        """Stop serving, from any thread; clients are told, handlers run."""
        if self._server is not None:
            self._server.stop()


class _Server(uvicorn.Server):
    """Tells when it is up, and stops at once rather than at the next tick."""

    def __init__(
        self,
        config: uvicorn.Config,
        loop: asyncio.AbstractEventLoop,
        ready: Callable[[asyncio.AbstractEventLoop], None],
    ) -> None:
        super().__init__(config)
        self._own_loop = loop
        self._ready = ready
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        self._own_loop.call_soon_threadsafe(self._stopping.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._ready(self._own_loop)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets=sockets)
        # A cancelled task does not end the thread that it waited for.
        await settle()

    async def main_loop(self) -> None:
        ticking = asyncio.create_task(super().main_loop())
        told = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({ticking, told}, return_when=asyncio.FIRST_COMPLETED)
        for task in (ticking, told):
            task.cancel()
        await asyncio.gather(ticking, told, return_exceptions=True)
