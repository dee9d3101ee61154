"""Feeding the recorded inputs of a session to a fresh application, one by one.

After each input the lab settles, so each output is known to have come of it.
Opening the fresh application is the caller's business: this floor lies below
the lab and takes a factory for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol, TypeAlias

from asgilab.errors import UsageError
from asgilab.replay._request import Request, without_session
from asgilab.replay._steps import Act, Input, Step, outputs_of, steps
from asgilab.replay._substitutes import Substitutes
from asgilab.sessions import Event, Kind, Session


class Connection(Protocol):
    """What replay needs of an open connection."""

    async def send_input(self, message: dict[str, Any]) -> None:
        """Give the application one event."""
        ...

    async def settle(self) -> Any:
        """Start the application, if need be, and wait until it is at rest."""
        ...

    async def wait(self, timeout: float = 1) -> None:
        """Wait for the application to end; raise what it raised."""
        ...


class FreshLab(Protocol):
    """What replay needs of a lab; ``asgilab.Lab`` has it all."""

    @property
    def session(self) -> Session:
        """What has happened in the lab."""
        ...

    def websocket(self, path: str, **asked: Any) -> Connection:
        """Prepare a websocket connection, without opening it."""
        ...

    def http(self, method: str, path: str, **asked: Any) -> Awaitable[Any]:
        """Send a request; awaited, it gives the response."""
        ...

    async def settle(self) -> Any:
        """Wait until nothing more happens by itself; tell if that is ``certain``."""
        ...

    @property
    def owns_time(self) -> bool:
        """Whether its clock can be moved, and nobody else lives by that clock."""
        ...

    async def advance_to(self, moment: float) -> None:
        """Move its clock on to so many seconds after the beginning of its session."""
        ...


LabFactory: TypeAlias = Callable[[], AbstractAsyncContextManager[FreshLab]]
"""Makes a lab around a fresh instance of the application."""


@dataclass(frozen=True, slots=True)
class Replay:
    """A session run once more.

    Attributes:
        session: What happened this time.
        steps: The same, by input: as many steps as the recording has.
    """

    session: Session
    steps: tuple[Step, ...]


async def replay(
    session: Session,
    fresh_lab: LabFactory,
    *,
    upto: int | None = None,
    in_time: bool = True,
) -> Replay:
    """Run the inputs of a session against a fresh application.

    Connections open where the recording opened them, under the same names and
    for the same users. A value that the application made anew (an id, say) is
    put into the later inputs in place of the recorded one. An exception of the
    application does not come out here: it is an event of the new session.

    A session of a manual or virtual clock is run on its own time, where the lab
    has a clock to itself: before each input, and at the end, that clock moves as
    far as it had moved in the recording, so timers run down at the same places.

    Args:
        session: The recording.
        fresh_lab: Makes the lab to run it in: a call that gives an async
            context manager.
        upto: Replay only the inputs before this event. Default: all.
        in_time: Whether that time is kept. Without it timers do not run down.

    Returns:
        The new session, and its steps.

    Raises:
        UsageError: The recording lacks the scope of a connection.

    Example::

        again = await replay(session, lambda: Lab("chat.asgi:application"))
        again.steps[3].outputs
    """
    recorded = steps(session)
    if upto is not None:
        recorded = [step for step in recorded if step.input.event < upto]
    events = session.prefix(len(session) if upto is None else max(upto, 0))
    end = events[-1].at if len(events) else 0.0
    async with fresh_lab() as lab:
        return await Run(session, lab, in_time).replay(recorded, end)


@dataclass(slots=True)
class Run:
    """One run of a session's inputs in a lab.

    Attributes:
        session: The recording.
        lab: Where they are fed.
        in_time: Whether the lab's clock moves as that of the session had moved.
        uncertain: Why rest was not certain, by the recorded input it followed.
    """

    session: Session
    lab: FreshLab
    in_time: bool = True
    uncertain: dict[int, str] = field(default_factory=dict)
    connections: dict[str, Connection] = field(default_factory=dict)
    substitutes: Substitutes = field(default_factory=Substitutes)
    _looked_at: int = 0
    _in_turn: bool = True
    _over: set[str] = field(default_factory=set)

    async def replay(self, recorded: Sequence[Step], end: float) -> Replay:
        """Feed all inputs; return what happened, without the lab's own closing.

        Args:
            recorded: The steps.
            end: When the recording ended.
        """
        done = self.by_cause(await self.feed(recorded, end))
        happened = self.lab.session.prefix(len(self.lab.session))
        return Replay(happened, tuple(done))

    async def feed(self, recorded: Sequence[Step], end: float = 0.0) -> list[Step]:
        """Feed all inputs, each once nothing more comes of the one before.

        Args:
            recorded: The steps.
            end: Up to when timers run after the last input.

        Returns:
            Each input as it was fed, with what came until the next one.
        """
        done: list[Step] = []
        moments = [self.session[step.input.event].at for step in recorded]
        await self.keep_time(moments[0] if moments else end)
        for step, until in zip(recorded, [*moments[1:], end], strict=False):
            seen = len(self.lab.session)
            fed = await self._feed(step.input)
            await self._rest(step.input.event)
            await self.keep_time(until)
            events = self._look_at(seen)
            event = next((e.index for e in events if e.kind in _INPUTS), seen)
            made = Step(
                step.number,
                replace(fed, event=event),
                tuple(outputs_of(events, self.lab.session.started)),
            )
            self.substitutes.learn(step, made)
            done.append(made)
        await self._take_note()
        return done

    async def open(self, recorded: Input) -> None:
        """Open a websocket, and leave its first event to whoever comes next."""
        message = self.substitutes.in_message(recorded.message)
        await self._start(recorded, self._request(recorded), message, connect=False)

    async def keep_time(self, moment: float) -> None:
        """Move the lab's clock on to a moment of the recording, where it may be."""
        timed = self.in_time and self.session.clock in _TIMED
        if timed and self.lab.owns_time:
            await self.lab.advance_to(moment + _ROUNDED)

    def by_cause(self, done: list[Step]) -> list[Step]:
        """Return the same steps, each with the outputs that its input caused.

        A recording is split so; what came late would else stand in another step.
        """
        if self._in_turn and self._looked_at == len(self.lab.session):
            return done
        causes = steps(self.lab.session)[: len(done)]  # then come those only opened
        if [_who(step) for step in causes] != [_who(step) for step in done]:
            return done  # what was meant for an application that has ended was not fed
        pairs = zip(done, causes, strict=True)
        return [replace(step, outputs=caused.outputs) for step, caused in pairs]

    async def _take_note(self) -> None:
        """Look at the exceptions of the application, so that nobody warns of them."""
        for name, connection in self.connections.items():
            if self._ended(name):
                with suppress(Exception):
                    await connection.wait()

    async def _rest(self, event: int) -> None:
        """Wait until nothing more comes of an input, which was that event.

        Where threads or sockets that nobody counts make rest uncertain, as long
        again as a client would wait for nothing.
        """
        for pause in (0.0, *[_PAUSE] * _PAUSES):
            if pause:
                await asyncio.sleep(pause)
            quiet = await self.lab.settle()
            if getattr(quiet, "certain", True):
                return
        self.uncertain[event] = ", ".join(quiet.reasons) or "nobody can tell"

    async def _feed(self, recorded: Input) -> Input:
        message = self.substitutes.in_message(recorded.message)
        if recorded.act is Act.DELIVER:
            await self._deliver(recorded.connection, message)
            return replace(recorded, message=message)
        request = self._request(recorded)
        await self._start(recorded, request, message)
        return replace(recorded, message=message, request=request)

    async def _start(
        self,
        recorded: Input,
        request: Request,
        message: dict[str, Any],
        *,
        connect: bool = True,
    ) -> None:
        asked: dict[str, Any] = {
            "name": recorded.connection,
            "headers": list(request.headers),
            **self._user(recorded.connection),
        }
        if recorded.act is Act.REQUEST:
            body = message["body"]
            await self._request_http(request, body, asked)
            return
        asked["subprotocols"] = list(request.subprotocols)
        connection = self.lab.websocket(request.path, **asked)
        self.connections[recorded.connection] = connection
        if connect:
            await connection.send_input(message)
        else:
            await connection.settle()

    async def _request_http(
        self, request: Request, body: bytes, asked: dict[str, Any]
    ) -> None:
        try:
            await self.lab.http(request.method, request.path, body=body, **asked)
        except UsageError:
            raise
        except Exception:
            # The application's own, or no response: both are events of the session.
            return

    async def _deliver(self, name: str, message: dict[str, Any]) -> None:
        if name not in self.connections:
            msg = f"The session delivers an event on {name!r}, which it never opened."
            raise UsageError(msg)
        if not self._ended(name):
            await self.connections[name].send_input(message)

    def _look_at(self, seen: int) -> list[Event]:
        """Return the events of a step, which are those from a place on."""
        self._in_turn = self._in_turn and seen == self._looked_at
        events = self._news()
        self._in_turn = self._in_turn and _all_came_of_one_input(events)
        return events if self._in_turn else [e for e in events if e.index >= seen]

    def _news(self) -> list[Event]:
        events = self.lab.session[self._looked_at :]
        self._looked_at += len(events)
        self._over |= {e.connection for e in events if e.kind is Kind.END}
        return events

    def _ended(self, name: str) -> bool:
        if self._news():
            self._in_turn = False
        return name in self._over

    def _request(self, recorded: Input) -> Request:
        asked = recorded.request
        if asked is None:
            msg = (
                f"The session opens {recorded.connection!r} without a scope, so "
                "there is no path to open it with again."
            )
            raise UsageError(msg)
        headers = asked.headers
        if self._user(recorded.connection):
            headers = without_session(headers)
        return replace(
            asked, path=self.substitutes.in_path(asked.path), headers=headers
        )

    def _user(self, name: str) -> Mapping[str, Any]:
        options = self.session.options.get(name, {})
        return {"user": options["user"]} if options.get("user") is not None else {}


def _all_came_of_one_input(events: Sequence[Event]) -> bool:
    """Tell whether a step holds one input, and what came of it, and nothing else."""
    inputs = [event.index for event in events if event.kind is Kind.RECEIVE]
    return len(inputs) == 1 and all(
        event.kind in _INPUTS
        or (
            event.index > inputs[0] and event.type != "http.response.body"
            if event.cause is None
            else event.cause >= inputs[0]
        )
        for event in events
    )


def _who(step: Step) -> tuple[Act, str]:
    return step.input.act, step.input.connection


_INPUTS = (Kind.OPEN, Kind.RECEIVE)
_PAUSE = 0.02
_PAUSES = 5
_TIMED: Final = ("manual", "virtual")
"""Clocks on which the application is as far at a moment in each run."""
_ROUNDED: Final = 1e-6
"""Seconds that the time of an event may lose when it is written down."""
