"""Plain ASGI applications that the tests of live servers serve.

At the top level of a module, so that another process finds them, too.
"""

import asyncio
import os
import sys
from typing import Any


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Echo text frames; answer HTTP with the process id; fail where asked to.

    The frame ``fail`` and the path ``/fail`` raise. It has no lifespan.
    """
    if scope["type"] == "http":
        if scope["path"] == "/fail":
            msg = "the page is broken"
            raise ValueError(msg)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(os.getpid()).encode()})
        return
    assert scope["type"] == "websocket", scope["type"]
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        if message["text"] == "fail":
            msg = "the consumer is broken"
            raise ValueError(msg)
        await send({"type": "websocket.send", "text": message["text"]})


class Waking:
    """Tells what became of its websockets, and of its lifespan.

    Attributes:
        log: What happened, one word or close code each.
    """

    def __init__(self, goodbye: float = 0.0) -> None:
        self.log: list[Any] = []
        self._goodbye = goodbye

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for word in ("startup", "shutdown"):
                await receive()
                self.log.append(word)
                await send({"type": f"lifespan.{word}.complete"})
            return
        await receive()
        await send({"type": "websocket.accept"})
        message = await receive()
        await asyncio.sleep(self._goodbye)
        self.log.append(message["code"])


async def failing_to_start(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})


async def failing_to_stop(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.failed", "message": "still busy"})


async def raising_at_start(scope: Any, receive: Any, send: Any) -> None:
    msg = "cannot import the model"
    raise LookupError(msg)


async def never_starting(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.Event().wait()


async def leaving(scope: Any, receive: Any, send: Any) -> None:
    """End the whole process at a request, as a crash does."""
    if scope["type"] == "http":
        os._exit(3)


async def add(one: int, two: int) -> int:
    """Be called on a server's loop."""
    return one + two


async def warning_options() -> list[str]:
    return [*map(str, sys.warnoptions)]


async def forever() -> None:
    await asyncio.Event().wait()


def echo_prepared() -> Any:
    """Make the application, which relies on what ``prepare`` has done."""
    assert os.environ["ASGILAB_PREPARED"] == "yes"
    return echo


def prepare() -> None:
    os.environ["ASGILAB_PREPARED"] = "yes"
