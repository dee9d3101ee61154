"""What a generated test does, one value per statement.

Plain values: how a statement reads in Python is decided in ``_rendering``, and
which statements a session becomes in ``_script``. A payload is a plain value
with nodes of ``_nodes`` in places.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Open:
    """Make the communicator of a websocket.

    Attributes:
        connection: Name of the variable.
        path: Path with query string.
        headers: Header pairs to send along.
        subprotocols: Subprotocols to offer.
        user: Fixture of the user, or "".
        implied: Header pairs that asgilab's communicators send by themselves and
            those of Channels do not.
    """

    connection: str
    path: Any
    headers: tuple[Any, ...] = ()
    subprotocols: tuple[Any, ...] = ()
    user: str = ""
    implied: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Connect:
    """Connect, and assert that it is accepted, or refused with a close code.

    Attributes:
        connection: Name of the variable.
        accepted: Whether the application lets the client in.
        subprotocol: The subprotocol it chooses, or None.
        code: The close code, where it does not let the client in.
    """

    connection: str
    accepted: bool = True
    subprotocol: Any = None
    code: Any = None


@dataclass(frozen=True, slots=True)
class ExpectDenied:
    """Connect, and assert that an HTTP response denies it."""

    connection: str
    status: Any
    body: Any


@dataclass(frozen=True, slots=True)
class SendJson:
    """Send JSON in a text frame."""

    connection: str
    payload: Any


@dataclass(frozen=True, slots=True)
class SendText:
    """Send a text frame."""

    connection: str
    payload: Any


@dataclass(frozen=True, slots=True)
class SendBytes:
    """Send a binary frame."""

    connection: str
    payload: Any


@dataclass(frozen=True, slots=True)
class SendEvent:
    """Give the application an event for which there is no shorter call."""

    connection: str
    message: Any


@dataclass(frozen=True, slots=True)
class ExpectJson:
    """Assert that a text frame comes and what its JSON is.

    Attributes:
        connection: Name of the variable.
        payload: What is expected.
        variable: Name for the received value, where it is used later, or "".
    """

    connection: str
    payload: Any
    variable: str = ""


@dataclass(frozen=True, slots=True)
class ExpectText:
    """Assert that a text frame comes and what it is."""

    connection: str
    payload: Any
    variable: str = ""


@dataclass(frozen=True, slots=True)
class ExpectBytes:
    """Assert that a binary frame comes and what it is."""

    connection: str
    payload: Any


@dataclass(frozen=True, slots=True)
class ExpectUnordered:
    """Assert that some frames come, in any order.

    Attributes:
        connection: Name of the variable.
        payloads: What is expected.
        json: Whether the frames hold JSON.
    """

    connection: str
    payloads: tuple[Any, ...]
    json: bool = True


@dataclass(frozen=True, slots=True)
class ExpectEvent:
    """Assert that an event comes for which there is no shorter call."""

    connection: str
    message: Any


@dataclass(frozen=True, slots=True)
class ExpectClose:
    """Assert that the application closes the connection.

    Attributes:
        connection: Name of the variable.
        message: The whole event.
        code: The close code.
        reason: The reason it gives, or "".
    """

    connection: str
    message: Any
    code: int = 1000
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ExpectNothing:
    """Assert that nothing comes."""

    connection: str


@dataclass(frozen=True, slots=True)
class ExpectRaised:
    """Assert that the application raises.

    Attributes:
        connection: Name of the variable.
        exception: The exception class, as source text.
        match: Its message, or "" where that is not compared.
        during: Call that brings the exception out, such as ``"connect()"``.
    """

    connection: str
    exception: str
    match: str
    during: str


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Close the connection from the client's side."""

    connection: str
    code: int = 1000


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """Make the communicator of an HTTP request.

    Attributes:
        connection: Name of the variable.
        method: HTTP method.
        path: Path with query string.
        body: Body, as bytes or as the JSON of it (then ``json`` is True).
        json: Whether the body is written as JSON.
        headers: Header pairs to send along.
        user: Fixture of the user, or "".
    """

    connection: str
    method: str
    path: Any
    body: Any = b""
    json: bool = False
    headers: tuple[Any, ...] = ()
    user: str = ""


@dataclass(frozen=True, slots=True)
class ExpectResponse:
    """Get the response and assert what it is.

    Attributes:
        connection: Name of the variable.
        status: Expected status.
        headers: Expected headers: name as the application wrote it, and value.
        body: Expected body, or None where it is not asserted.
        json: Whether ``body`` is the JSON of the body.
        contains: Parts that the body must hold, where it is not asserted whole.
        variable: Name for the JSON of the body, where it is used later, or "".
    """

    connection: str
    status: Any
    headers: tuple[tuple[bytes, Any], ...] = ()
    body: Any = None
    json: bool = False
    contains: tuple[bytes, ...] = ()
    variable: str = ""


Statement: TypeAlias = (
    Open
    | Connect
    | ExpectDenied
    | SendJson
    | SendText
    | SendBytes
    | SendEvent
    | ExpectJson
    | ExpectText
    | ExpectBytes
    | ExpectUnordered
    | ExpectEvent
    | ExpectClose
    | ExpectNothing
    | ExpectRaised
    | Disconnect
    | HttpRequest
    | ExpectResponse
)
