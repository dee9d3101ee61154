"""The least that replay asks of a lab, on plain asyncio.

A real lab knows when its loop is at rest; here a hundred passes have to do,
which is plenty for applications that never leave the loop.
"""

import asyncio
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from asgilab.replay import LabFactory
from asgilab.sessions import Kind, Session
from asgilab.types import Application


class SmallConnection:
    """One run of the application."""

    def __init__(self, lab: "SmallLab", name: str, scope: dict[str, Any]) -> None:
        self.lab, self.name, self.scope = lab, name, scope
        self.inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.task: asyncio.Task[None] | None = None
        self.waited = False

    async def send_input(self, message: dict[str, Any]) -> None:
        self.start()
        self.inbox.put_nowait(message)

    def start(self) -> None:
        if self.task is None:
            self.lab.record(self.name, Kind.OPEN, self.scope)
            self.task = asyncio.create_task(self.run())

    async def settle(self) -> None:
        self.start()
        await self.lab.settle()

    async def wait(self, timeout: float = 1) -> None:
        self.waited = True

    async def run(self) -> None:
        ended: dict[str, Any] = {"type": "returned", "exception": None}
        try:
            await self.lab.application(self.scope, self.receive, self.send)
        except Exception as error:
            text = "".join(traceback.format_exception(error))
            ended = {"type": "raised", "exception": text}
        self.lab.record(self.name, Kind.END, ended)

    async def receive(self) -> dict[str, Any]:
        message = await self.inbox.get()
        self.lab.record(self.name, Kind.RECEIVE, message)
        return message

    async def send(self, message: Any) -> None:
        self.lab.record(self.name, Kind.SEND, dict(message))


class SmallLab:
    """Records what happens between an application and its connections."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.session = Session(application="tests.replay.applications:desk")
        self.opened: list[tuple[str, dict[str, Any]]] = []
        self.connections: list[SmallConnection] = []
        self.zero = 0.0
        self.owns_time = False
        self.moments: list[float] = []

    def record(self, name: str, kind: Kind, message: dict[str, Any]) -> None:
        at = asyncio.get_running_loop().time() - self.zero
        self.session.record(at, name, kind, message)

    def websocket(self, path: str, **asked: Any) -> SmallConnection:
        return self._open(path, {"type": "websocket"}, asked)

    async def http(self, method: str, path: str, **asked: Any) -> None:
        connection = self._open(path, {"type": "http", "method": method}, asked)
        await connection.send_input({"type": "http.request", "body": asked["body"]})
        await self.settle()

    async def settle(self) -> None:
        for _ in range(100):
            await asyncio.sleep(0)

    async def advance_to(self, moment: float) -> None:
        self.moments.append(moment)

    def _open(
        self, path: str, scope: dict[str, Any], asked: dict[str, Any]
    ) -> SmallConnection:
        self.opened.append((path, asked))
        plain, _, query = path.partition("?")
        scope |= {"path": plain, "query_string": query.encode()}
        scope |= {"headers": asked["headers"]}
        connection = SmallConnection(self, asked["name"], scope)
        self.connections.append(connection)
        return connection


def factory(
    make: Callable[[], Application], labs: list[SmallLab] | None = None
) -> LabFactory:
    """Return a factory of labs; the labs it makes are appended to ``labs``."""

    @asynccontextmanager
    async def fresh() -> AsyncIterator[SmallLab]:
        lab = SmallLab(make())
        lab.zero = asyncio.get_running_loop().time()
        if labs is not None:
            labs.append(lab)
        try:
            yield lab
        finally:
            for connection in lab.connections:
                if connection.task is not None:
                    connection.task.cancel()

    return fresh
