"""The lab itself: an application, its connections, their session and their gates.

It holds things together and does little itself: driving is done by the
communicators, holding by the gates, recording by the session.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import (
    AbstractContextManager,
    ExitStack,
    asynccontextmanager,
    nullcontext,
)
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, Self

from asgilab.communicators import (
    ApplicationCommunicator,
    ContextChoice,
    HttpCommunicator,
    LifespanCommunicator,
    Response,
    Validation,
    WebsocketCommunicator,
    Wiring,
)
from asgilab.engine import Crossing, Gates, LoopThread
from asgilab.errors import UnknownConnection
from asgilab.lab._asking import asked_for, empty_like, names_for, with_json
from asgilab.lab._client import Client
from asgilab.lab._ending import end, is_over, second_to, still_open, unseen_of
from asgilab.lab._fork import Origin, check_databases, check_test_database, origin
from asgilab.lab._home import check_clock, check_home, check_not_ended, travelling
from asgilab.lab._loop import ClockMode, OnALoop
from asgilab.lab._opening import (
    Lifespan,
    absolute,
    enter_sandbox,
    open_application,
    open_databases,
    open_project,
    open_taps,
    start_up,
)
from asgilab.lab._stepping import Stepping
from asgilab.protocol import ServerHabits
from asgilab.sessions import Session
from asgilab.types import Headers

if TYPE_CHECKING:
    from asgilab.django import Sandbox
    from asgilab.replay import Prefix


class Lab(OnALoop, Stepping):
    """An application under observation, with all its connections.

    ``async with`` runs it on the loop that is running; :meth:`start` runs it on
    a loop of its own in a thread of its own, which is what a notebook wants.

    Args:
        application: An ASGI application, a Channels consumer class, or an
            import string such as ``"chat.asgi:application"``.
        settings: Django settings module to set up first, where there is one.
        app_dir: Folder to look for the application in.
        database: ``"test"`` explores on Django's test database, ``"project"``
            on the project's own. It holds as well for a project that the
            application, or this process, has set up without ``settings``.
        lifespan: ``"auto"`` sends the startup event and goes on if the
            application does not know it, ``"on"`` insists, ``"off"`` does not.
        clock: Of the lab's own loop; see :class:`~asgilab.engine.LabLoop`.
        joint_travel: Whether ``time.time()`` and ``datetime.now()`` of the whole
            process move with a manual or virtual clock; needs time-machine.
        validate: What becomes of a breach of the ASGI rules.
        strict: Whether leftovers at the end of a connection, or of the lab, are
            errors. Elsewhere a task that goes on is a warning at the lab's end.
        served_by: A server whose habits the application is to meet, such as
            ``"hypercorn"``; see :class:`WebsocketCommunicator`.

    Attributes:
        session: What happened so far.
        gates: Where events can be held.
        connections: The connections by name, the latest under each name.
        unseen: What the application raised and nobody had seen when the lab ended.
        origin: Where a fork comes from; None for any other lab.
        prefix: What a fork began with, once it has begun.

    Example::

        async with Lab(application) as lab:
            alice = lab.websocket("/ws/chat/lobby/", name="alice")
            await alice.connect()
            response = await lab.http("GET", "/health/")
    """

    def __init__(
        self,
        application: Any,
        *,
        settings: str | None = None,
        app_dir: str | None = None,
        database: Literal["test", "project"] = "test",
        lifespan: Lifespan = "auto",
        clock: ClockMode = "real",
        joint_travel: bool = False,
        validate: Validation = "spec",
        strict: bool = False,
        served_by: str | ServerHabits | None = None,
    ) -> None:
        self._resources = ExitStack()
        self._project = open_project(settings, app_dir, database)
        self._database: Literal["test", "project"] = database
        self._owns_project = True
        self.application = open_application(application, app_dir)
        name = application if isinstance(application, str) else None
        folder = absolute(app_dir)  # a replay may run in another folder than this
        self.session = Session(application=name, settings=settings, app_dir=folder)
        self.gates = Gates()
        self.connections: dict[str, ApplicationCommunicator] = {}
        self._lifespan_mode: Lifespan = lifespan
        self._lifespan: LifespanCommunicator | None = None
        self._clock: ClockMode = clock
        self._joint_travel = joint_travel
        self._wiring = Wiring(gates=self.gates, isolate_threads=True).altered(
            validate=validate, strict=strict, served_by=served_by
        )
        self._zero: float | None = None
        self._thread: LoopThread | None = None
        self._home: asyncio.AbstractEventLoop | None = None
        self._ended = False
        self._door = asyncio.Lock()
        self._replaced: list[ApplicationCommunicator] = []
        self.unseen: list[Exception] = []
        self.origin: Origin | None = None
        self.prefix: Prefix | None = None
        self._sandbox: Sandbox | None = None

    # -- beginning and end -----------------------------------------------------

    async def __aenter__(self) -> Self:
        await self._begin()
        await self._catch_up()
        return self

    async def __aexit__(self, kind: Any, error: Any, traceback: Any) -> None:
        with second_to(error):
            await self._close()

    def abandon(self) -> None:
        """Give back what the lab holds, where its loop has been closed without it."""
        for communicator in self.connections.values():
            self.unseen += unseen_of(communicator)
        self._home, self._lifespan, self._ended = None, None, True
        self._resources.close()

    # -- connections -----------------------------------------------------------

    def websocket(
        self,
        path: str,
        *,
        name: str | None = None,
        headers: Headers | None = None,
        subprotocols: list[str] | None = None,
        user: Any = None,
        **options: Any,
    ) -> WebsocketCommunicator:
        """Return a new WebSocket connection, not connected yet.

        Args:
            path: Path with query string, or a full URL.
            name: What to call it. Default: ``ws1``, ``ws2`` and so on.
            headers: Header pairs.
            subprotocols: The subprotocols that the client offers.
            user: A Django user, or its name.
            options: As :class:`WebsocketCommunicator` takes them.
        """
        asked = asked_for(user, headers, options) | {"subprotocols": subprotocols}
        key, wiring = self._wire(asked, name, "ws")
        options = {"state": self._state(), **options}
        way = (self.application, path, headers, subprotocols)
        communicator = WebsocketCommunicator(*way, user=user, wiring=wiring, **options)
        added: WebsocketCommunicator = self._add(key, communicator)
        return added

    def http(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        json: Any = None,
        headers: Headers | None = None,
        name: str | None = None,
        user: Any = None,
        timeout: float = 1,
        **options: Any,
    ) -> Awaitable[Response]:
        """Make one HTTP request; awaited, it gives the response.

        Args:
            method: ``"GET"``, ``"POST"`` and so on.
            path: Path with query string, or a full URL.
            body: The body of the request.
            json: A value whose JSON is the body; its content type goes along.
            headers: Header pairs.
            name: What to call it. Default: ``http1``, ``http2`` and so on.
            user: A Django user, or its name.
            timeout: Seconds to wait for each event of the response.
            options: As :class:`HttpCommunicator` takes them, such as ``cookies``.

        Returns:
            A dict with ``status``, ``headers`` and ``body``.
        """
        body, headers = with_json(body, json, headers)
        key, wiring = self._wire(asked_for(user, headers, options), name, "http")
        options = {"state": self._state(), **options}
        request = (self.application, method, path, body, headers)
        communicator = HttpCommunicator(*request, user=user, wiring=wiring, **options)
        crossing: Any = self._add(key, communicator)
        response: Awaitable[Response] = crossing.get_response(timeout)
        return response

    def client(self, **cookies: str) -> Client:
        """Return a client of its own, whose cookies travel from call to call.

        Example::

            alice = lab.client()
            await alice.http("POST", "/login/", body=b"...")   # sets a cookie
            chat = alice.websocket("/ws/chat/lobby/")          # brings it along
        """
        return Client(self, dict(cookies))

    def connection(self, name: str) -> ApplicationCommunicator:
        """Return a connection by its name.

        Raises:
            UnknownConnection: Nothing is called so.
        """
        try:
            return self.connections[name]
        except KeyError:
            raise UnknownConnection(name, still_open(self.connections)) from None

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator["Lab"]:
        """Give an empty lab for the same application, on the loop that is running.

        On copies of the databases as they were when this lab began, a replay, or what
        else is done there, leaves no trace here. Its channel layers are its own.

        Raises:
            UsageError: This lab works on the project's own database.
        """
        check_test_database(self._project)
        async with self._beside("real") as lab:
            yield lab

    def fork(self, at: int | None = None) -> "Lab":
        """Return a new lab that goes on from an event of this one's session.

        It begins as any lab does, with ``async with`` or :meth:`start`, and has
        then done what the clients did in the first ``at`` events: on copies of
        the databases as they were when this lab began, with channel layers of
        its own. This lab and its databases stay as they are. The connections
        have the same names there; what was sent before the event counts as read.

        Args:
            at: How many events of the session to begin with. Default: all.

        Raises:
            UsageError: There are not that many, or a database cannot be copied.
            ForkParted: When it begins: something else came of the same events.

        Example::

            async with lab.fork(12) as other:
                await other.connection("alice").send_json_to({"message": "ho"})
        """
        check_databases(self._project)
        lab = self._beside(self._clock)
        lab.origin = origin(self.session, at)
        return lab

    def inside(self) -> AbstractContextManager[None]:
        """Let code of this thread or task use the databases that this lab uses.

        A fork has its own; those of any other lab are the ones of the process.

        Example::

            with lab.fork(12).start().inside():
                Message.objects.count()
        """
        return nullcontext() if self._sandbox is None else self._sandbox.entered()

    # -- inside ----------------------------------------------------------------

    async def _begin(self) -> None:
        """Open the lab on the loop that is running, unless it is open there."""
        async with self._door:
            if self._home is None:
                check_clock(self._clock)
                await self._open()
                self._home, self._ended = asyncio.get_running_loop(), False
        check_home(self._home)

    async def _catch_up(self) -> None:
        """Come to where a fork begins; a lab that is none is there already."""
        if self.origin is None or self.prefix is not None:
            return
        try:
            self.prefix = await self.origin.again(self)
        except BaseException:
            await self._close()
            raise

    def _beside(self, clock: ClockMode) -> "Lab":
        """Return an empty lab of the same application, with databases of its own."""
        lab = Lab(self.application, lifespan=self._lifespan_mode, clock=clock)
        lab._wiring = replace(self._wiring, gates=lab.gates, strict=None)
        lab.session, lab._sharing = empty_like(self.session), self
        lab._joint_travel = self._joint_travel and clock != "real"
        if self._project is not None:
            lab._project, lab._owns_project = self._project, False
            lab._sandbox = self._project.sandbox()
        return lab

    async def _ready(self, communicator: ApplicationCommunicator) -> None:
        """Open the lab, if need be, for a connection that is about to begin."""
        check_not_ended(self._ended)
        await self._begin()
        communicator._wiring.before = None
        communicator._wiring.zero = self._zero
        if self._lifespan is not None and not communicator.scope.get("state"):
            communicator.scope["state"] = self._state()

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        self._begin_time(loop)
        try:
            if self._joint_travel:
                self._resources.enter_context(travelling())
            if self._owns_project:
                there = (self._project, self._database, self.session, self._resources)
                self._project = await loop.run_in_executor(None, open_databases, *there)
            if self._sandbox is not None:
                await enter_sandbox(self._sandbox, self._resources)
            with self.inside():
                open_taps(self._resources)
            mode, wiring = self._lifespan_mode, replace(self._wiring, session=None)
            start = start_up(self.application, mode, wiring, self._context())
            self._lifespan = await start
            self.session.lifespan = self._lifespan is not None
        except BaseException:
            self._resources.close()
            raise

    async def _close(self) -> None:
        self.gates.clear()
        self.gates.resume()
        try:
            there = [*self._replaced, *self.connections.values()]
            await end(there, self._lifespan, self.unseen, self._wiring)
        finally:
            self._home, self._ended = None, True
            if self._project is not None and self._owns_project:
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(None, self._resources.close)
            else:
                self._resources.close()

    def _context(self) -> ContextChoice:
        return "blank" if self._sandbox is None else self._sandbox.context()

    def _state(self) -> dict[str, Any] | None:
        return None if self._lifespan is None else dict(self._lifespan.state)

    def _wire(self, asked: dict[str, Any], name: str | None, prefix: str) -> Any:
        """Return the name to remember a connection by, and what to plug it into."""
        key, unique = names_for(self.session, name, prefix)
        self.session.options[unique] = {k: v for k, v in asked.items() if v}
        there = replace(self._wiring, session=self.session, name=unique)
        creates = self._project is not None and self._project.creates_users
        return key, replace(there, zero=self._zero, create_users=creates)

    def _add(self, key: str, communicator: Any) -> Any:
        if key in self.connections and not is_over(self.connections[key]):
            self._replaced.append(self.connections[key])
        self.connections[key] = communicator
        communicator._wiring.before = lambda: self._ready(communicator)
        communicator._context = self._context()
        if self._thread is None:
            return communicator
        return Crossing(communicator, self._thread)
