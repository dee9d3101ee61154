"""The one thing that a notebook's magics remember: its lab and what belongs to it.

All mutable state of the notebook is here. Magics read and change it; nothing
else does.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, TypeVar

from IPython.core.interactiveshell import InteractiveShell

from asgilab.communicators import ApplicationCommunicator, WebsocketCommunicator
from asgilab.engine import Crossing
from asgilab.errors import UnknownConnection, UsageError
from asgilab.lab import Lab
from asgilab.notebook._cards import message_text
from asgilab.notebook._driving import cross
from asgilab.notebook._interrupts import Interrupts
from asgilab.notebook._settings import AsgiLab
from asgilab.notebook._statuses import Statuses
from asgilab.sessions import Redact, Session, name_secrets, redact_secrets

T = TypeVar("T")


class Laboratory:
    """The lab of one shell, and the variables that stand for its connections.

    Args:
        shell: The shell.
        settings: What ``%config AsgiLab`` shows.

    Attributes:
        interrupts: The interrupts of the shell's cells.
        handshakes: Handshakes of paused connections, by name, until they end.
        timeline: The live timeline, once it has been asked for.
        timelines: Every timeline that was shown since the application was chosen.
        statuses: How far the connections have come.
        title: What the application was called when it was chosen.
        recipe: How the lab was made, to make it again, and on which loop.
        summaries: What each magic does, in one sentence, by its name with ``%``.
        rewrite: Turns the magics of a transformed cell into awaits.
        aside: The labs that wait while a fork of theirs is the lab, as adopted.
    """

    def __init__(self, shell: InteractiveShell, settings: AsgiLab) -> None:
        self.shell = shell
        self.settings = settings
        settings.observe(self._switch_redaction, ["redact"])
        settings.observe(self._name_secrets, ["secret_names"])
        self.interrupts = Interrupts()
        self.handshakes: dict[str, asyncio.Task[Any]] = {}
        self.timeline: Any = None
        self.timelines: list[Any] = []
        self.statuses = Statuses(Session())
        self.title = ""
        self.recipe: tuple[Callable[[], Lab], str] = (_nothing_to_make, "own")
        self.summaries: dict[str, str] = {}
        self.rewrite: Callable[[str], str] = str
        self.aside: list[tuple[Lab | None, asyncio.AbstractEventLoop | None]] = []
        self._lab: Lab | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._variables: dict[str, Any] = {}

    @property
    def has_lab(self) -> bool:
        """Whether an application is there."""
        return self._lab is not None

    @property
    def lab(self) -> Lab:
        """The lab.

        Raises:
            UsageError: There is none yet.
        """
        if self._lab is None:
            msg = (
                "There is no application yet. Expected %asgi_app first, such as "
                "%asgi_app chat.asgi:application."
            )
            raise UsageError(msg)
        return self._lab

    @property
    def patience(self) -> float:
        """Seconds by the wall after which a magic stops waiting for quiet."""
        return float(self.settings.timeout)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop on which the lab lives."""
        loop = self.lab.thread.loop if self.lab.thread else self._loop
        if loop is None:
            msg = "The lab has been stopped. Expected %asgi_app to start it again."
            raise UsageError(msg)
        return loop

    @property
    def redact(self) -> Redact | None:
        """What takes the secrets out of all that is shown; None shows all."""
        return self.lab.session.redact

    def told(self, message: Mapping[str, Any]) -> str:
        """Return an event on one line, as it may be shown."""
        return message_text(message, self.redact)

    def adopt(self, lab: Lab, loop: asyncio.AbstractEventLoop | None) -> None:
        """Make a lab the one of this notebook.

        Args:
            lab: The lab, started.
            loop: The kernel's loop where the lab lives on it, else None.
        """
        self._lab, self._loop = lab, loop
        self.statuses = Statuses(lab.session)
        if not self.settings.redact:
            lab.session.redact = None
        self._name_secrets()

    def _switch_redaction(self, change: Any) -> None:
        if self._lab is not None:
            self._lab.session.redact = redact_secrets if change.new else None

    def _name_secrets(self, *_: Any) -> None:
        name_secrets(*self.settings.secret_names)

    def release(self) -> tuple[Lab | None, asyncio.AbstractEventLoop | None]:
        """Forget the lab and withdraw the variables of its connections.

        Returns:
            What was adopted: the lab, and the kernel's loop if it lives there.
        """
        for name in list(self._variables):
            self.withdraw(name)
        adopted = self._lab, self._loop
        self._lab = self._loop = None
        self.handshakes.clear()
        self.timeline = None
        return adopted

    def set_aside(self) -> None:
        """Make room for a fork of the lab, which waits meanwhile."""
        self.aside.append(self.release())

    def take_back(self) -> None:
        """Make the lab that was set aside last the one of this notebook again."""
        lab, loop = self.aside.pop()
        if lab is not None:
            self.adopt(lab, loop)

    def refresh(self, *_: Any) -> None:
        """Keep what a saved notebook shows of the timelines current."""
        for timeline in self.timelines:
            timeline.refresh()

    def rest(self) -> None:
        """End the threads of the timelines that were shown; they stay in the page."""
        shown, self.timelines = self.timelines, []
        for timeline in shown:
            timeline.rest()

    def on_lab(
        self, work: Coroutine[Any, Any, T], timeout: float | None = None
    ) -> Awaitable[T]:
        """Run a coroutine on the lab's loop; await this in the body of a magic.

        Args:
            work: The coroutine.
            timeout: Seconds by the wall, or None.
        """
        try:
            loop = self.loop
        except UsageError:
            work.close()
            raise
        return cross(work, loop, timeout)

    def connection(self, name: str) -> ApplicationCommunicator:
        """Return a connection by its name.

        Raises:
            UnknownConnection: Nothing is called so.
        """
        return self.lab.connection(name)

    def websocket(self, name: str) -> WebsocketCommunicator:
        """Return a WebSocket connection by its name.

        Raises:
            UnknownConnection: No WebSocket connection is called so.
        """
        found = self.lab.connections.get(name)
        if not isinstance(found, WebsocketCommunicator):
            there = self.lab.connections.items()
            names = (n for n, c in there if isinstance(c, WebsocketCommunicator))
            ended = {n for n, c in there if self.statuses.of(c.name).ended}
            raise UnknownConnection(name, tuple(n for n in names if n not in ended))
        return found

    async def unread(self) -> dict[str, int]:
        """Return how much each WebSocket has to receive; run this on the lab's loop."""
        return {
            name: communicator.output_queue.qsize()
            for name, communicator in self.lab.connections.items()
            if isinstance(communicator, WebsocketCommunicator)
        }

    def publish(self, name: str) -> bool:
        """Make a connection a variable of the notebook, under its name.

        Returns:
            False when the name is no identifier, or the notebook uses it for
            something else; the variable is then left alone.
        """
        variables = self.shell.user_ns
        taken = name in variables and variables[name] is not self._variables.get(name)
        if taken or not name.isidentifier():
            return False
        communicator: Any = self.connection(name)
        thread = self.lab.thread
        value = communicator if thread is None else Crossing(communicator, thread)
        self._variables[name] = variables[name] = value
        return True

    def withdraw(self, name: str) -> None:
        """Remove the variable of a connection, unless the notebook has changed it."""
        value = self._variables.pop(name, None)
        if value is not None and self.shell.user_ns.get(name) is value:
            del self.shell.user_ns[name]


def _nothing_to_make() -> Lab:
    msg = "There is no application yet. Expected %asgi_app first."
    raise UsageError(msg)
