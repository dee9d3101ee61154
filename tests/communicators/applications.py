"""Raw applications for the tests here: each does one thing that can happen."""

import asyncio
from typing import Any

from asgilab.testing import ApplicationCommunicator, WebsocketCommunicator

SCOPE = {"type": "test"}

FOREVER = 3600.0
"""A timeout that no test waits for: what is claimed to come at once has to."""


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Accept, send back each frame, return when left."""
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] != "websocket.disconnect":
        await send({"type": "websocket.send", "text": event["text"]})


async def quiet(scope: Any, receive: Any, send: Any) -> None:
    """Accept, answer nothing, return when left."""
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def deaf(scope: Any, receive: Any, send: Any) -> None:
    """Accept, and never listen to a good-bye."""
    await receive()
    await send({"type": "websocket.accept"})
    while True:
        await receive()


async def failing(scope: Any, receive: Any, send: Any) -> None:
    """Accept, answer the first frame twice, raise."""
    await receive()
    await send({"type": "websocket.accept"})
    await receive()
    await send({"type": "websocket.send", "text": "one"})
    await send({"type": "websocket.send", "text": "two"})
    msg = "from the application"
    raise LookupError(msg)


async def undecided(scope: Any, receive: Any, send: Any) -> None:
    """Neither accept nor close."""
    await receive()
    await asyncio.Event().wait()


async def connected(application: Any, **options: Any) -> WebsocketCommunicator:
    """Return a communicator whose connection was accepted."""
    communicator = WebsocketCommunicator(application, "/ws", **options)
    assert (await communicator.connect())[0]
    return communicator


def driving(application: Any, **options: Any) -> ApplicationCommunicator:
    """Return a communicator with a scope of no protocol."""
    return ApplicationCommunicator(application, dict(SCOPE), **options)
