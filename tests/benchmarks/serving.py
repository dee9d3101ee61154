"""What recording costs a server: uvicorn on a real socket, with the recorder or bare.

The server is a process of its own (``python -m tests.benchmarks.serving bare``), and
its clients are as lean as sockets allow, so that the server is what is measured. The
second live test class of a run, which is to start as fast as nothing, is here too.
"""

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import uvicorn

from asgilab.example import DIRECTORY
from asgilab.live import Recorder
from tests.benchmarks.applications import TEXT, echo, page
from tests.benchmarks.measure import Contender, Row

ROOT: Final = Path(__file__).parents[2]
CLIENTS: Final = 16
WRITTEN_SECONDS: Final = 120.0
"""How long the file may take afterwards, on a machine that has much else to do."""
WARM_UP: Final = 10
"""One of so many exchanges comes before the clock starts, and is written by then."""


@dataclass(frozen=True)
class Exchange:
    """What a client sends over and over.

    Attributes:
        opening: What it sends once, before; b"" for nothing.
        question: What it sends then.
        ends: How the answer ends.
        recorded: Types of the events that there are of each.
    """

    opening: bytes
    question: bytes
    ends: bytes
    recorded: tuple[str, ...]


HANDSHAKE: Final = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
FRAME: Final = bytes((0x81, 0x80 | len(TEXT), 0, 0, 0, 0)) + TEXT.encode()
ECHO: Final = Exchange(
    HANDSHAKE, FRAME, TEXT.encode(), ("websocket.receive", "websocket.send")
)
GET: Final = Exchange(
    b"",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"hello",
    ("http", "http.request", "http.response.start", "http.response.body", "returned"),
)


async def both(scope: Any, receive: Any, send: Any) -> None:
    """Echo on websockets, a short page on HTTP."""
    await (echo if scope["type"] == "websocket" else page)(scope, receive, send)


class Serving(uvicorn.Server):
    """Tells when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.up.set()


async def serve(recorded: bool) -> None:
    """Tell the port and serve until the standard input ends.

    A line of it asks whether all that was recorded is written; a line answers.
    Then tell how many events passed, and how many of them are in the file.
    """
    with tempfile.TemporaryDirectory() as folder:
        application: Any = both
        path = Path(folder) / "bench.asgilab.jsonl"
        if recorded:
            application = Recorder(both, path)
        config = uvicorn.Config(
            application, port=0, log_level="error", access_log=False, lifespan="off"
        )
        server = Serving(config)
        serving = asyncio.create_task(server.serve())
        await server.up.wait()
        (listening,) = server.servers[0].sockets
        sys.stdout.write(f"{listening.getsockname()[1]}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
        if recorded:
            assert await asyncio.to_thread(application.flush, WRITTEN_SECONDS)
        sys.stdout.write("warm\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
        server.should_exit = True
        await serving
        if recorded:
            assert application.flush(WRITTEN_SECONDS)
            application.close()
            sys.stdout.write(f"{json.dumps(written(path))}\n")


def written(path: Path) -> Counter[str]:
    """Return how many events of each type are in a file."""
    lines = path.read_text("utf-8").splitlines()[1:]
    return Counter(json.loads(line)["message"]["type"] for line in lines)


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


def throughput(how: str, exchange: Exchange) -> Callable[[int], float]:
    """Return a sample: seconds for so many exchanges with a fresh server."""
    return lambda times: _measured(how, exchange, times)[0]


def slowest(how: str, exchange: Exchange) -> Callable[[int], float]:
    """Return a sample: the answer that 99 of 100 are faster than, times the number."""
    return lambda times: _measured(how, exchange, times)[1] * times


def _measured(how: str, exchange: Exchange, times: int) -> tuple[float, float]:
    """Return the seconds that all exchanges took, and the 99th percentile of one."""
    with subprocess.Popen(
        [sys.executable, "-m", __name__, how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        port = int(server.stdout.readline())
        first = asyncio.run(exchanged(port, exchange, max(times // WARM_UP, CLIENTS)))
        server.stdin.write("warm?\n")
        server.stdin.flush()
        assert server.stdout.readline() == "warm\n"
        began = perf_counter()
        taken = asyncio.run(exchanged(port, exchange, times))
        seconds = perf_counter() - began
        if how == "recorded":
            server.stdin.close()
            _check(json.loads(server.stdout.readline()), exchange, [*first, *taken])
    # A few are answered after the last that was asked for.
    return seconds * times / len(taken), statistics.quantiles(taken, n=100)[98]


def _check(events: dict[str, int], exchange: Exchange, taken: list[float]) -> None:
    """Refuse a measurement of a recorder that lost events: losing them is fast."""
    lost = {
        each: len(taken) - events.get(each, 0)
        for each in exchange.recorded
        if events.get(each, 0) < len(taken)
    }
    assert not lost, f"events are missing in the file: {lost} of {len(taken)}"


def second_class(times: int) -> float:
    """Seconds for ``setUpClass`` on the chat project, the first class left out."""
    done = subprocess.run(
        [sys.executable, "-m", __name__, "classes", str(times)],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return float(done.stdout.splitlines()[-1])


def start_classes(times: int) -> float:
    """Set classes up and down on an in-memory database; the seconds of the set-ups."""
    sys.path.insert(0, str(DIRECTORY))
    os.environ["DJANGO_SETTINGS_MODULE"] = "chat.settings"
    import django
    from django.test.utils import get_runner, setup_test_environment

    django.setup()
    setup_test_environment()
    from django.conf import settings

    from asgilab.testing import ChannelsLiveServerTestCase

    runner = get_runner(settings)(verbosity=0)
    databases = runner.setup_databases()
    taken = 0.0
    for number in range(times + 1):
        case: Any = type(f"Case{number}", (ChannelsLiveServerTestCase,), {})
        began = perf_counter()
        case.setUpClass()
        taken += perf_counter() - began if number else 0.0
        case.tearDownClass()
        case.doClassCleanups()
    runner.teardown_databases(databases)
    return taken


def _rows(work: str, exchange: Exchange, times: int) -> tuple[Row, Row]:
    return (
        Row(
            f"{work}, recorded",
            Contender("asgilab", throughput("recorded", exchange)),
            (Contender("without it", throughput("bare", exchange), goal=0.9),),
            times=times,
            apart=7,
        ),
        Row(
            f"{work}, recorded: 99th percentile",
            Contender("asgilab", slowest("recorded", exchange)),
            (Contender("without it", slowest("bare", exchange)),),
            times=times,
            apart=3,
        ),
    )


ROWS = (
    *_rows("websocket echo over a real socket", ECHO, 20_000),
    *_rows("HTTP GET over a real socket", GET, 8000),
    Row(
        "start of the second live test class",
        Contender("asgilab", second_class),
        times=8,
        limit=0.010,
        apart=5,
    ),
)

if __name__ == "__main__":
    if sys.argv[1] == "classes":
        sys.stdout.write(f"{start_classes(int(sys.argv[2]))}\n")
    else:
        asyncio.run(serve(sys.argv[1] == "recorded"))
