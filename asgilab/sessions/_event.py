"""One thing that happened on one connection.

Values only: nothing here reads a clock, a file or a frame. What an event was
made from lives with the communicators; how it is written down, in ``_codec``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

UNSUPPORTED: Final = "unsupported"
"""How an application ends that raises when it is asked for a lifespan (LIFE-07)."""
BY_SERVER: Final = "by the server"
"""How the note of an event begins that no client sent: it was due at the end."""


class Kind(StrEnum):
    """What sort of thing happened, seen from the application."""

    OPEN = "open"
    """A connection begins. The message is the scope."""

    RECEIVE = "receive"
    """The application was given an ASGI event: ``receive()`` returned."""

    SEND = "send"
    """The application gave an ASGI event to its server: ``send()``."""

    END = "end"
    """The application returned or raised. The message says which."""

    LOG = "log"
    """A log record that the application wrote."""

    SQL = "sql"
    """A database query that the application made."""

    LAYER = "layer"
    """A call to the channel layer."""


@dataclass(frozen=True, slots=True)
class Source:
    """A line of the user's own code.

    Attributes:
        file: File name as the code object has it; a notebook cell has one too.
        line: Line number, counted from 1.
        function: Qualified name, such as ``"ChatConsumer.receive_json"``.
    """

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened on one connection of a session.

    Attributes:
        index: Place in the session, counted from 0.
        at: Seconds since the session began, by the lab's clock.
        connection: Name of the connection, such as ``"alice"``.
        kind: What sort of thing happened.
        message: The ASGI event (for ``OPEN``, the scope; for ``END``, a dict
            with ``type`` ``"returned"``, ``"raised"``, ``"cancelled"`` or, where an
            application knows no lifespan and raised, ``"unsupported"``, and
            ``exception``, a traceback as text, or None).
        source: The user's line that called ``send()`` or was waiting in
            ``receive()``, where one is known.
        cause: Index of the event that was being handled when this one
            happened, or None.
        note: What the lab did to the event: ``"edited"``, ``"dropped"``,
            ``"injected"``, ``"by the server"`` or "".
    """

    index: int
    at: float
    connection: str
    kind: Kind
    message: Mapping[str, Any]
    source: Source | None = None
    cause: int | None = None
    note: str = ""

    @property
    def type(self) -> str:
        """The ASGI type of the message, such as ``"websocket.send"``."""
        return str(self.message.get("type", ""))

    @property
    def by_server(self) -> bool:
        """Whether the server gave it of its own accord: the connection was over."""
        return self.note.startswith(BY_SERVER)
