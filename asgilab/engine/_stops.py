"""What is held at a gate, why it is held, and what becomes of it. Values only.

Who holds and lets go is ``_gates``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, get_args

from asgilab.engine._frames import FrameText
from asgilab.sessions import Source

if TYPE_CHECKING:
    import asyncio

Direction = Literal["receive", "send", "layer.receive", "layer.send"]
"""Where a gate stands, seen from the application.

``"receive"`` and ``"send"`` are the two calls of ASGI. ``"layer.receive"`` is a
message of a channel layer on its way to the application, ``"layer.send"`` one that
the application sends to a channel or a group.
"""

DIRECTIONS: Final[tuple[Direction, ...]] = get_args(Direction)
BOTH: Final[tuple[Direction, ...]] = ("receive", "send")
ANYONE: Final = "*"
"""Stands for every connection, those that are yet to come included."""


@dataclass(frozen=True, slots=True, eq=False)
class Breakpoint:
    """Says which events stop at their gate while everything else runs.

    Attributes:
        connection: Name of the connection, or ``"*"`` for every one.
        directions: The gates at which it looks.
        condition: Called with the event; a true answer stops it, and so does an
            exception, which :attr:`Stop.why` then tells. None stops every event.
    """

    connection: str = ANYONE
    directions: tuple[Direction, ...] = BOTH
    condition: Callable[[Any], object] | None = None

    def why(self, connection: str, direction: Direction, message: Any) -> str:
        """Say why an event stops here, or "" where it does not."""
        if direction not in self.directions:
            return ""
        if self.connection not in (ANYONE, connection):
            return ""
        if self.condition is None:
            return "breakpoint"
        try:
            return "breakpoint" if self.condition(message) else ""
        except Exception as error:
            # It is the user's own, and must not be raised into the application.
            return f"the condition raised {type(error).__name__}: {error}"


class Verdict(NamedTuple):
    """What becomes of an event that came to a gate.

    Attributes:
        messages: What goes on in its place, in order, each with a note for the
            session: "" for the event as it was.
        word: What became of it where nothing goes on, such as ``"dropped"``.
        seconds: How long the loop's clock runs before it goes on.
    """

    messages: tuple[tuple[Any, str], ...]
    word: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Stop:
    """An event that is held at a closed gate.

    Attributes:
        id: Number of the stop, counted up over the life of the gates.
        connection: Name of the connection.
        direction: ``"receive"``: the application is about to get the event;
            ``"send"``: it is about to send it. The same for ``"layer.receive"``
            and ``"layer.send"``.
        message: The event itself.
        frames: The user's frames, innermost first; empty when no line of the
            user's is waiting (a Channels consumer idle in its dispatcher).
        at: When it was stopped, in seconds of the loop's clock.
        why: ``"paused"``, ``"breakpoint"``, or that a condition raised.
        target: Name of the channel or group, at a gate of the channel layer.
        spawned: The user's line that spawned the task which is held, where the
            application made one of its own.
    """

    id: int
    connection: str
    direction: Direction
    message: Any
    frames: tuple[FrameText, ...]
    at: float
    _passage: "asyncio.Future[Verdict]" = field(repr=False, compare=False)
    why: str = "paused"
    target: str = ""
    spawned: Source | None = None
