"""Applications and connections that the habits of servers are tried on."""

from collections.abc import Callable
from typing import Any

import pytest

from asgilab.testing import HttpCommunicator, WebsocketCommunicator

ACCEPT = {"type": "websocket.accept"}
START = {"type": "http.response.start", "status": 200, "headers": []}
LAST = {"type": "http.response.body", "body": b"done"}


class Script:
    """Sends events once its client is there; then asks for what it is told.

    Args:
        events: What it sends.
        asks: How often it calls ``receive()`` afterwards.
    """

    def __init__(self, *events: Any, asks: int = 0) -> None:
        self.events = events
        self.asks = asks
        self.scope: Any = None
        self.told: list[Any] = []
        self.refused: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope = scope
        await receive()
        for event in self.events:
            await self.try_to(send, event)
        for _ in range(self.asks):
            self.told.append(await receive())

    async def try_to(self, send: Any, event: Any) -> None:
        """Send an event, and keep the name of what that raises."""
        try:
            await send(event)
        except Exception as error:
            self.refused.append(type(error).__name__)


class Parting(Script):
    """Accepts, waits for the disconnect, and only then sends its events."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send(ACCEPT)
        self.told.append(await receive())
        for event in self.events:
            await self.try_to(send, event)


async def opened(script: Any, server: str, **options: Any) -> WebsocketCommunicator:
    """Connect a WebSocket behind a server, judged as that server judges."""
    communicator = WebsocketCommunicator(script, "/", served_by=server, **options)
    await communicator.connect()
    return communicator


async def at_rest(communicator: Any) -> None:
    """Let the application do all that it does by itself, then stop it."""
    await communicator.settle()
    communicator.stop(exceptions=False)


async def answered(script: Any, server: str) -> HttpCommunicator:
    """Make a request behind a server and gather the response."""
    communicator = HttpCommunicator(script, "GET", "/", served_by=server)
    await communicator.get_response()
    return communicator


def per_server(**expected: Any) -> Callable[[Any], Any]:
    """Give a test each server with what is expected of it."""
    return pytest.mark.parametrize(
        ("server", "expected"), expected.items(), ids=expected.keys()
    )
