"""The habits of real servers: what they give an application, and take from it.

Values, and pure functions that apply one to a scope or an event. Whether an event is
legal is not asked here.

Measured on HTTP/1.1 without TLS with uvicorn 0.54.0 (h11 and websockets-sansio),
daphne 4.2.3, hypercorn 0.18.0 and granian 2.8.7; what was only read in their source
says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from asgilab.errors import UsageError
from asgilab.protocol._extensions import WEBSOCKET_EXTENSIONS
from asgilab.protocol._findings import Severity
from asgilab.protocol._severities import Severities
from asgilab.types import Message, Scope


class Ending(StrEnum):
    """Who ended a websocket. Servers report each in another way."""

    CLIENT = "client"
    """The client closed it, with a code of its own."""

    LOST = "lost"
    """The socket was lost, without a close."""

    APPLICATION = "application"
    """The application closed it after it had accepted it."""

    REJECTED = "rejected"
    """The application closed it before it had accepted it."""


@dataclass(frozen=True, slots=True)
class ServerHabits:
    """What one server does in its own way.

    The defaults are what asgilab does when no server is asked for.

    Attributes:
        name: The server.
        versions: Scope type to the ``spec_version`` that it announces; a type that
            is absent is announced without a version.
        lifespan: Whether it runs a lifespan.
        state: Whether scopes have ``state``.
        extensions: Scope type to the extensions that it announces, or None where
            the scope has no such key; a type that is absent keeps the scope's own.
        omits: Scope type to further keys that its scopes do not have.
        port_as_str: Whether ports in ``client`` and ``server`` are str.
        both_frame_keys: Whether ``websocket.receive`` has ``text`` and ``bytes``
            both, one of them None (WS-09).
        repeats_disconnect: Whether receive() gives a disconnect again after the
            first (HTTP-04, WS-08); otherwise it blocks.
        repeated_code: The code of a websocket disconnect that is given again; None
            for that of the first.
        client_code: The code that is delivered when the client has closed; None
            for the client's own.
        lost_code: The code that is delivered when the socket was lost.
        own_code: The code that is delivered after the application's own close; None
            for the application's own (WS-06).
        rejected_code: The code that is delivered after a rejection (WS-07).
        disconnect_reason: Whether ``websocket.disconnect`` has a ``reason``.
        accept_headers: Whether the headers of an accept reach the client.
        close_reason: Whether the reason of a close reaches the client.
        empty_frames: Whether frames without content reach the client.
        raises_when_gone: Scope types for which send() raises an OSError after the
            client has gone (HTTP-33, WS-40); for the others it does nothing.
        lets_through: Rules whose breach it passes over in silence.
        refuses: Rules whose breach it punishes, although it is no error by the
            specification.
    """

    name: str
    versions: Mapping[str, str] = field(default_factory=dict)
    lifespan: bool = True
    state: bool = True
    extensions: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    omits: Mapping[str, frozenset[str]] = field(default_factory=dict)
    port_as_str: bool = False
    both_frame_keys: bool = False
    repeats_disconnect: bool = True
    repeated_code: int | None = None
    client_code: int | None = None
    lost_code: int = 1006
    own_code: int | None = None
    rejected_code: int = 1006
    disconnect_reason: bool = True
    accept_headers: bool = True
    close_reason: bool = True
    empty_frames: bool = True
    raises_when_gone: frozenset[str] = frozenset()
    lets_through: frozenset[str] = frozenset()
    refuses: frozenset[str] = frozenset()

    @property
    def severities(self) -> Severities:
        """The severities under which a finding is what this server punishes.

        What it lets through is recorded only, what it refuses is an error; the rest
        is as in ``SPEC``.
        """
        recorded = dict.fromkeys(self.lets_through, Severity.RECORD)
        return Severities({**recorded, **dict.fromkeys(self.refuses, Severity.ERROR)})

    def scope(self, scope: Scope) -> Scope:
        """A scope as this server would give it.

        Args:
            scope: A complete scope; it stays as it is.

        Returns:
            A new scope.
        """
        kind = str(scope.get("type"))
        omitted = {"spec_version", *self.omits.get(kind, ())}
        if not self.state:
            omitted.add("state")
        changed = {key: value for key, value in scope.items() if key not in omitted}
        changed["asgi"] = self._asgi(kind, scope)
        self._announce(kind, changed)
        if self.port_as_str:
            for key in changed.keys() & {"client", "server"}:
                changed[key] = _with_str_port(changed[key])
        return changed

    def _asgi(self, kind: str, scope: Scope) -> dict[str, Any]:
        asgi = {"version": scope.get("asgi", {}).get("version", "3.0")}
        if kind in self.versions:
            asgi["spec_version"] = self.versions[kind]
        return asgi

    def _announce(self, kind: str, scope: Scope) -> None:
        if kind not in self.extensions:
            return
        names = self.extensions[kind]
        if names is None:
            scope.pop("extensions", None)
        else:
            scope["extensions"] = {name: {} for name in names}

    def deliver(self, message: Message, ending: Ending = Ending.CLIENT) -> Message:
        """An event as this server would deliver it.

        Args:
            message: The event as the specification has it; it stays as it is.
            ending: Who ended the websocket, for ``websocket.disconnect``. For
                ``Ending.APPLICATION`` the event holds the application's own code.

        Returns:
            The event itself where this server does nothing of its own; otherwise
            an altered copy.
        """
        kind = message["type"]
        if kind == "websocket.receive" and self.both_frame_keys:
            return {"type": kind, "text": None, "bytes": None, **message}
        if kind == "websocket.disconnect":
            return self._disconnect(message, ending)
        return message

    def _disconnect(self, message: Message, ending: Ending) -> Message:
        codes = {
            Ending.CLIENT: self.client_code,
            Ending.LOST: self.lost_code,
            Ending.APPLICATION: self.own_code,
            Ending.REJECTED: self.rejected_code,
        }
        code = codes[ending]
        altered = dict(message)
        if code is not None:
            altered["code"] = code
        if not self.disconnect_reason:
            altered.pop("reason", None)
        return altered

    def again(self, message: Message) -> Message | None:
        """What one more receive() gives after a disconnect.

        Args:
            message: The disconnect that was delivered.

        Returns:
            The event, or None where receive() blocks.
        """
        if not self.repeats_disconnect:
            return None
        if message["type"] == "websocket.disconnect" and self.repeated_code is not None:
            return {**message, "code": self.repeated_code}
        return message

    def transmit(self, message: Message) -> Message | None:
        """What of a sent event reaches the client.

        Args:
            message: The event; it stays as it is.

        Returns:
            The event itself, an altered copy, or None where nothing is sent.
        """
        kind = message["type"]
        if kind == "websocket.accept" and not self.accept_headers:
            return {**message, "headers": []}
        if kind == "websocket.close" and not self.close_reason:
            return {**message, "reason": ""}
        if kind == "websocket.send" and not self.empty_frames:
            full = message.get("text") or message.get("bytes")
            return message if full else None
        return message


def _with_str_port(endpoint: object) -> object:
    if isinstance(endpoint, list | tuple) and len(endpoint) == 2:
        host, port = endpoint
        return [host, str(port)] if isinstance(port, int) else endpoint
    return endpoint


_UVICORN = ServerHabits(
    name="uvicorn",
    versions={"http": "2.3", "websocket": "2.4", "lifespan": "2.0"},
    extensions={"http": None, "websocket": WEBSOCKET_EXTENSIONS},
    repeated_code=1005,
    lost_code=1005,
    raises_when_gone=frozenset({"websocket"}),
    lets_through=frozenset({"WS-26", "WS-31"}),
    refuses=frozenset({"HTTP-26", "HTTP-30", "WS-41", "WS-41b", "EXT-17", "GEN-17"}),
)

_DAPHNE = ServerHabits(
    name="daphne",
    lifespan=False,
    state=False,
    extensions={"http": None, "websocket": None},
    omits={"websocket": frozenset({"http_version", "scheme"})},
    repeats_disconnect=False,
    disconnect_reason=False,
    accept_headers=False,
    close_reason=False,
    empty_frames=False,
    lets_through=frozenset(
        {
            *("HTTP-12", "HTTP-25", "HTTP-26", "HTTP-30"),
            *("WS-25", "WS-26", "WS-45", "WS-46"),
        }
    ),
    refuses=frozenset({"GEN-09b", "WS-23", "WS-41", "WS-44b"}),
)

_HYPERCORN = ServerHabits(
    name="hypercorn",
    versions={"http": "2.1", "websocket": "2.3", "lifespan": "2.0"},
    extensions={"http": (), "websocket": WEBSOCKET_EXTENSIONS},
    both_frame_keys=True,
    repeats_disconnect=False,
    client_code=1006,
    own_code=1000,
    rejected_code=1000,
    disconnect_reason=False,
    lets_through=frozenset(
        {"HTTP-26", "WS-44", "WS-46", "EXT-12", "LIFE-02", "LIFE-03"}
    ),
    refuses=frozenset({"HTTP-30", "WS-23", "WS-41", "EXT-17"}),
)

_GRANIAN = ServerHabits(
    name="granian",
    versions={"http": "2.3", "websocket": "2.3", "lifespan": "2.3"},
    extensions={
        "http": ("http.response.pathsend",),
        "websocket": WEBSOCKET_EXTENSIONS,
    },
    port_as_str=True,
    repeated_code=1005,
    lost_code=1005,
    own_code=1005,
    rejected_code=1005,
    disconnect_reason=False,
    accept_headers=False,
    lets_through=frozenset(
        {
            *("HTTP-21", "HTTP-22", "HTTP-25", "HTTP-26"),
            *("WS-26", "WS-30", "WS-44", "EXT-12"),
        }
    ),
    refuses=frozenset({"HTTP-30", "EXT-17"}),
)

SERVERS: Final[Mapping[str, ServerHabits]] = MappingProxyType(
    {habits.name: habits for habits in (_UVICORN, _DAPHNE, _HYPERCORN, _GRANIAN)}
)
"""The habits of each server by its name."""


def server_habits(name: str) -> ServerHabits:
    """The habits of a server.

    Args:
        name: ``"uvicorn"``, ``"daphne"``, ``"hypercorn"`` or ``"granian"``.

    Returns:
        Its row of ``SERVERS``.

    Raises:
        UsageError: There is no such row.
    """
    try:
        return SERVERS[name]
    except KeyError:
        names = ", ".join(SERVERS)
        message = f"No habits are known of a server {name!r}; expected one of {names}."
        raise UsageError(message) from None
