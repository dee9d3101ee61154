"""What recording costs a server: uvicorn on a real socket, with the recorder or bare.

The server is a process of its own (``python -m tests.benchmarks.serving bare``), and
its clients are as lean as sockets allow, so that the server is what is measured.
"""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import uvicorn

from asgilab.live import Recorder
from tests.benchmarks.applications import TEXT, echo, page
from tests.benchmarks.measure import Contender, Row

ROOT: Final = Path(__file__).parents[2]
CLIENTS: Final = 16
WARM_UP: Final = 10
"""One of so many exchanges comes before the clock starts."""


@dataclass(frozen=True)
class Exchange:
    """What a client sends over and over.

    Attributes:
        opening: What it sends once, before; b"" for nothing.
        question: What it sends then.
        ends: How the answer ends.
    """

    opening: bytes
    question: bytes
    ends: bytes


HANDSHAKE: Final = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
FRAME: Final = bytes((0x81, 0x80 | len(TEXT), 0, 0, 0, 0)) + TEXT.encode()
ECHO: Final = Exchange(HANDSHAKE, FRAME, TEXT.encode())
GET: Final = Exchange(b"", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"hello")


async def both(scope: Any, receive: Any, send: Any) -> None:
    """Echo on websockets, a short page on HTTP."""
    await (echo if scope["type"] == "websocket" else page)(scope, receive, send)


async def serve(recorded: bool) -> None:
    """Tell the port and serve until the standard input ends."""
    with tempfile.TemporaryDirectory() as folder:
        application: Any = both
        if recorded:
            application = Recorder(both, Path(folder) / "bench.asgilab.jsonl")
        config = uvicorn.Config(
            application, port=0, log_level="error", access_log=False, lifespan="off"
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        (listening,) = server.servers[0].sockets
        sys.stdout.write(f"{listening.getsockname()[1]}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
        server.should_exit = True
        await serving
        if recorded:
            application.close()


class Client(asyncio.Protocol):
    """Asks as soon as it is answered, and notes how long each answer took.

    Args:
        exchange: What it says.
        taken: Where the times go, of all clients.
        count: How many answers there are to be, of all clients.
    """

    def __init__(self, exchange: Exchange, taken: list[float], count: int) -> None:
        self._exchange = exchange
        self._taken = taken
        self._count = count
        self._ends = b"\r\n\r\n"
        self._got = b""
        self._asked = 0.0
        self._transport: Any = None
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        if self._exchange.opening:
            transport.write(self._exchange.opening)
        else:
            self._ask()

    def data_received(self, data: bytes) -> None:
        self._got += data
        if self._got.endswith(self._ends):
            self._got = b""
            if self._asked:
                self._taken.append(perf_counter() - self._asked)
            self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.over.done():
            self.over.set_exception(error or ConnectionError("the server hung up"))

    def _ask(self) -> None:
        if len(self._taken) < self._count:
            self._ends = self._exchange.ends
            self._asked = perf_counter()
            self._transport.write(self._exchange.question)
        elif not self.over.done():
            self.over.set_result(None)


async def exchanged(port: int, exchange: Exchange, count: int) -> list[float]:
    """Let all clients talk at once; return what each answer took, in seconds."""
    loop = asyncio.get_running_loop()
    taken: list[float] = []
    opened = [
        await loop.create_connection(
            lambda: Client(exchange, taken, count), "127.0.0.1", port
        )
        for _ in range(CLIENTS)
    ]
    await asyncio.gather(*(client.over for _, client in opened))
    for transport, _ in opened:
        transport.close()
    return taken


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1] == "recorded"))
