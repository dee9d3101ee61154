"""Stepping: what a lab holds at its gates, and what becomes of it.

Whoever calls may be on any thread; the gates live on the lab's loop. How an event
is held stands in ``asgilab.engine``.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from asgilab.communicators import ApplicationCommunicator
from asgilab.engine import Breakpoint, Direction, Gates, LoopThread, Stop
from asgilab.errors import UsageError
from asgilab.types import Message

T = TypeVar("T")

_EVERYONE = "*"


class Stepping:
    """The part of a lab that pauses, steps, and changes what is on its way.

    A *direction* is ``"receive"`` or ``"send"``, seen from the application, or the
    same of its channel layer: ``"layer.receive"``, ``"layer.send"``.

    Attributes:
        gates: Where events can be held.
        connections: The connections by name.

    Example::

        lab.break_at("alice", "send", type="websocket.send")
        ...
        (stop,) = lab.stops("alice")
        print(stop.frames[0].source, stop.frames[0].locals)
        lab.release(stop, {**stop.message, "text": "something else"})
    """

    gates: Gates
    connections: dict[str, ApplicationCommunicator]
    _thread: LoopThread | None

    # -- where it stops ------------------------------------------------------------

    def pause(self, name: str, *directions: Direction) -> None:
        """Hold each event of a connection at its gate from now on.

        Args:
            name: The connection; ``"*"`` for all, those that are yet to come included.
            directions: Default: ``"receive"`` and ``"send"``.
        """
        chosen = directions or ("receive", "send")
        self._on_loop(lambda: self.gates.pause(self._place(name), chosen))

    def resume(self, name: str | None = None) -> None:
        """Open the gates of a connection, or of all, and let go what is held.

        Breakpoints stay.
        """
        place = None if name is None else self._place(name)
        self._on_loop(lambda: self.gates.resume(place))

    def step(self, name: str) -> Stop | None:
        """Let one held event of a connection through, or pause it if it runs.

        Returns:
            What was let through, or None if nothing was held.
        """
        return self._on_loop(lambda: self.gates.step(self._place(name)))

    def break_at(
        self,
        name: str = _EVERYONE,
        *directions: Direction,
        type: str | None = None,
        when: Callable[[Any], object] | None = None,
    ) -> Breakpoint:
        """Stop some events at their gate, and let the others run.

        Args:
            name: The connection; ``"*"`` for all.
            directions: Default: ``"receive"`` and ``"send"``.
            type: Type of the event, such as ``"websocket.send"``; in a channel
                layer, the ``type`` of the message.
            when: Called with the event; what makes it true stops. It runs on the
                lab's loop, and must not change the event.

        Returns:
            The breakpoint, for :meth:`clear`.

        Raises:
            UsageError: There is no such direction.

        Example::

            lab.break_at("alice", "receive", when=lambda event: "bye" in str(event))
        """
        chosen = directions or ("receive", "send")
        found = Breakpoint(self._place(name), chosen, _condition(type, when))
        self._on_loop(lambda: self.gates.set(found))
        return found

    def clear(self, breakpoint: Breakpoint | None = None) -> None:
        """Take one breakpoint away, or all; what is held already stays held."""
        self._on_loop(lambda: self.gates.clear(breakpoint))

    # -- what is held ------------------------------------------------------------------

    def stops(self, name: str | None = None) -> list[Stop]:
        """Return what is held now, oldest first."""
        place = None if name is None else self._place(name)
        return self._on_loop(lambda: self.gates.stops(place))

    def release(self, stop: Stop, *messages: Any) -> None:
        """Let an event through: as it is, or these messages in its place.

        One message edits it. Several inject others before or behind it, where the
        event itself is one of them.
        """
        self._on_loop(lambda: self.gates.release(stop, *messages))

    def drop(self, stop: Stop) -> None:
        """Let nothing through: the event is lost."""
        self._on_loop(lambda: self.gates.drop(stop))

    def duplicate(self, stop: Stop, times: int = 2) -> None:
        """Let an event through that many times."""
        self._on_loop(lambda: self.gates.duplicate(stop, times))

    def delay(self, stop: Stop, seconds: float) -> None:
        """Let an event through once the lab's clock has run for some seconds."""
        self._on_loop(lambda: self.gates.delay(stop, seconds))

    def postpone(self, stop: Stop) -> None:
        """Let the next event of the same gate pass before this one."""
        self._on_loop(lambda: self.gates.postpone(stop))

    def reorder(self, *stops: Stop) -> None:
        """Let several held events go, in this order instead of their own."""
        self._on_loop(lambda: self.gates.reorder(*stops))

    def fail(self, stop: Stop, error: BaseException) -> None:
        """Raise an exception into the application where it is held."""
        self._on_loop(lambda: self.gates.fail(stop, error))

    def inject(
        self, name: str, message: Message, direction: Direction = "receive"
    ) -> None:
        """Put an event into a conversation that neither side has sent.

        Args:
            name: The connection.
            message: The event.
            direction: ``"receive"`` puts it behind what waits for the application
                already; ``"send"`` does as if the application had sent it.

        Raises:
            UsageError: The connection has not begun, its application has ended and
                receives nothing, or it has no such gate to inject at: a message of a
                channel layer is sent with the layer's own ``send``.
            ProtocolViolation: The application may not send this now.
        """
        if direction not in ("receive", "send"):
            msg = f"Cannot inject at {direction!r}; expected 'receive' or 'send'."
            raise UsageError(msg)
        communicator = self.connections.get(name)
        if communicator is None or communicator._task is None:
            msg = f"No connection {name!r} has begun, so nothing can be injected there."
            raise UsageError(msg)
        line = communicator._line

        def put() -> None:
            if direction == "send":
                line.inject(message)
            elif line.ended:
                raise UsageError(_receives_no_more(message, name, line.how_it_ended))
            else:
                line.deliver(message)

        self._on_loop(put)

    # -- inside ----------------------------------------------------------------------

    def _place(self, name: str) -> str:
        """Return what the gates know a connection by: its name in the session."""
        known = self.connections.get(name)
        return name if known is None else known.name

    def _on_loop(self, action: Callable[[], T]) -> T:
        """Do something on the lab's loop, from whatever thread this is."""
        if self._thread is None or self._thread.here:
            return action()

        async def act() -> T:
            return action()

        return self._thread.call(act())


def _condition(
    type_: str | None, when: Callable[[Any], object] | None
) -> Callable[[Any], object] | None:
    if type_ is None:
        return when

    def applies(message: Any) -> object:
        if getattr(message, "get", lambda _: None)("type") != type_:
            return False
        return when is None or when(message)

    return applies


def _receives_no_more(message: Mapping[str, Any], name: str, how: str) -> str:
    return (
        f"The event {message.get('type')!r} cannot be injected: the application of "
        f"{name!r} has {how} and receives nothing more. Expected a connection that "
        "goes on."
    )
