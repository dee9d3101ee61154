"""How each statement of a test reads in Python.

One function per statement, and nothing about the file around them: imports,
fixtures and the test function are in ``_pytest``. Where the two targets differ,
the function asks for the :class:`Target`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, TypeAlias

from asgilab.export._literals import layout, literal, raw_literal, text_literal
from asgilab.export._nodes import Call, Code
from asgilab.export._patterns import escaped
from asgilab.export._statements import (
    Connect,
    Disconnect,
    ExpectBytes,
    ExpectClose,
    ExpectDenied,
    ExpectEvent,
    ExpectJson,
    ExpectNothing,
    ExpectRaised,
    ExpectResponse,
    ExpectText,
    ExpectUnordered,
    HttpRequest,
    Open,
    SendBytes,
    SendEvent,
    SendJson,
    SendText,
    Statement,
)

Line: TypeAlias = str | tuple[str, Any]
"""A line as it is, or what stands before a payload, and the payload."""

_NO_VALUE: Final = Code("")


class Target(Enum):
    """Whose communicators a test uses; the value is the module they are in."""

    ASGILAB = "asgilab.testing"
    CHANNELS = "channels.testing"


@dataclass(frozen=True, slots=True)
class Style:
    """What the statements of one test have in common.

    Attributes:
        target: Whose communicators it uses.
        application: The expression that names the application.
        state: Whether connections get the state of the application's lifespan.
    """

    target: Target
    application: str = "application"
    state: bool = False


def render(statement: Statement, style: Style, indent: str = "") -> list[str]:
    """Return the lines of one statement.

    Example::

        render(Disconnect("alice"), Style(Target.CHANNELS))
        # ['await alice.disconnect()']
    """
    lines = []
    for line in _RENDERERS[type(statement)](statement, style):
        head, value = (line, _NO_VALUE) if isinstance(line, str) else line
        lines += layout(head, value, indent=indent)
    return lines


def _open(s: Open, style: Style) -> list[Line]:
    implied = s.implied if style.target is Target.CHANNELS else ()
    headers, origin = _origin((*s.headers, *implied), style)
    arguments = [("", Code(style.application)), ("", s.path), *_headers(headers)]
    if s.subprotocols:
        arguments.append(("subprotocols", list(s.subprotocols)))
    arguments += origin
    if s.user and style.target is Target.ASGILAB:
        arguments.append(("user", Code(s.user)))
    arguments += _state(style)
    call = Call("WebsocketCommunicator", tuple(arguments))
    lines: list[Line] = [(f"{s.connection} = ", call)]
    if s.user and style.target is Target.CHANNELS:
        lines.append(f'{s.connection}.scope["user"] = {s.user}')
    return lines + _state_of_channels(s.connection, style)


def _request(s: HttpRequest, style: Style) -> list[Line]:
    arguments: list[tuple[str, Any]] = [
        ("", Code(style.application)),
        ("", s.method),
        ("", s.path),
    ]
    if s.json:
        body = Call("json.dumps", (("", s.body),), suffix=".encode()")
        arguments.append(("body", body))
    elif s.body != b"":
        arguments.append(("body", s.body))
    headers = s.headers
    if s.user and style.target is Target.CHANNELS:
        headers = (*headers, (b"cookie", Code(cookie_of(s.user))))
    arguments += _headers(headers)
    if s.user and style.target is Target.ASGILAB:
        arguments.append(("user", Code(s.user)))
    arguments += _state(style)
    call = Call("HttpCommunicator", tuple(arguments))
    return [(f"{s.connection} = ", call), *_state_of_channels(s.connection, style)]


def _state(style: Style) -> list[tuple[str, Any]]:
    """Return the argument that hands the lifespan's state to a connection, if any."""
    ours = style.state and style.target is Target.ASGILAB
    return [("state", Code("dict(state)"))] if ours else []


def _state_of_channels(connection: str, style: Style) -> list[Line]:
    theirs = style.state and style.target is Target.CHANNELS
    return [f'{connection}.scope["state"] = dict(state)'] if theirs else []


def cookie_of(user: str) -> str:
    """Return the name of the fixture that signs a user in for Channels' requests."""
    return f"{user}_cookie"


def _origin(
    headers: tuple[Any, ...], style: Style
) -> tuple[tuple[Any, ...], list[tuple[str, Any]]]:
    """Take the origin out of the headers, where the communicator has a word for it."""
    found = [value for name, value in headers if name == b"origin"]
    if style.target is Target.CHANNELS or len(found) != 1:
        return headers, []
    if not isinstance(found[0], bytes) or not found[0].isascii():
        return headers, []
    rest = tuple(pair for pair in headers if pair[0] != b"origin")
    return rest, [("origin", found[0].decode("ascii"))]


def _headers(headers: tuple[Any, ...]) -> list[tuple[str, Any]]:
    return [("headers", list(headers))] if headers else []


def _connect(s: Connect, style: Style) -> list[Line]:
    if not s.accepted:
        return [
            f"connected, code = await {s.connection}.connect()",
            "assert not connected",
            f"assert code == {literal(s.code)}",
        ]
    if s.subprotocol is None:
        return [f"connected, _ = await {s.connection}.connect()", "assert connected"]
    return [
        f"connected, subprotocol = await {s.connection}.connect()",
        "assert connected",
        f"assert subprotocol == {literal(s.subprotocol)}",
    ]


def _denied(s: ExpectDenied, style: Style) -> list[Line]:
    if style.target is Target.CHANNELS:
        return [
            f'await {s.connection}.send_input({{"type": "websocket.connect"}})',
            f"denial = await {s.connection}.receive_output()",
            'assert denial["type"] == "websocket.http.response.start"',
            f'assert denial["status"] == {literal(s.status)}',
            f"denial = await {s.connection}.receive_output()",
            ('assert denial["body"] == ', s.body),
        ]
    return [
        f"denial = await {s.connection}.expect_denied({literal(s.status)})",
        ('assert denial["body"] == ', s.body),
    ]


def _send_json(s: SendJson, style: Style) -> list[Line]:
    return _await(s.connection, "send_json_to", "", s.payload)


def _send_text(s: SendText, style: Style) -> list[Line]:
    if s.payload == "" and style.target is Target.CHANNELS:
        # Channels takes an empty frame for none.
        return _await(
            s.connection, "send_input", "", {"type": "websocket.receive", "text": ""}
        )
    return _await(s.connection, "send_to", "text_data", s.payload)


def _send_bytes(s: SendBytes, style: Style) -> list[Line]:
    if s.payload == b"" and style.target is Target.CHANNELS:
        return _await(
            s.connection, "send_input", "", {"type": "websocket.receive", "bytes": b""}
        )
    return _await(s.connection, "send_to", "bytes_data", s.payload)


def _send_event(s: SendEvent, style: Style) -> list[Line]:
    return _await(s.connection, "send_input", "", s.message)


def _await(variable: str, method: str, keyword: str, payload: Any) -> list[Line]:
    call = Call(f"{variable}.{method}", ((keyword, payload),))
    return [("await ", call)]


def _expect_json(s: ExpectJson, style: Style) -> list[Line]:
    payload = _exact(s.payload, style)
    return _received(s.connection, "receive_json_from()", payload, s.variable)


def _expect_text(s: ExpectText, style: Style) -> list[Line]:
    return _received(s.connection, "receive_from()", s.payload, s.variable)


def _expect_bytes(s: ExpectBytes, style: Style) -> list[Line]:
    return _received(s.connection, "receive_from()", s.payload, "")


def _expect_event(s: ExpectEvent, style: Style) -> list[Line]:
    return _received(s.connection, "receive_output()", s.message, "")


def is_ambiguous(payload: Any) -> bool:
    """Tell whether Python takes a payload for equal to one of other JSON types.

    ``True`` is equal to ``1``, and ``2.0`` to ``2``. That ``1`` is equal to ``True``
    and ``2`` to ``2.0`` is let pass: numbers are everywhere, and a test has to be read.
    """
    if isinstance(payload, dict):
        return any(map(is_ambiguous, payload.values()))
    if isinstance(payload, list):
        return any(map(is_ambiguous, payload))
    if isinstance(payload, float):
        return payload.is_integer()
    return isinstance(payload, bool)


def _exact(payload: Any, style: Style) -> Any:
    """Return a payload that is compared with its types, where that matters.

    The communicators of Channels come with nothing that does.
    """
    if style.target is Target.CHANNELS or not is_ambiguous(payload):
        return payload
    return Call("Exactly", (("", payload),))


def _received(connection: str, call: str, payload: Any, variable: str) -> list[Line]:
    if not variable:
        return [(f"assert await {connection}.{call} == ", payload)]
    return [
        f"{variable} = await {connection}.{call}",
        (f"assert {variable} == ", payload),
    ]


def _unordered(s: ExpectUnordered, style: Style) -> list[Line]:
    method = "receive_json_from" if s.json else "receive_from"
    payloads = [_exact(p, style) if s.json else p for p in s.payloads]
    arguments = (*(("", payload) for payload in payloads), ("check_order", False))
    count = len(s.payloads)
    return [
        f"messages = [await {s.connection}.{method}() for _ in range({count})]",
        ("assert messages == ", Call("IsList", arguments)),
    ]


def _expect_close(s: ExpectClose, style: Style) -> list[Line]:
    if style.target is Target.CHANNELS:
        return _received(s.connection, "receive_output()", s.message, "")
    reason = f", {text_literal(s.reason)}" if s.reason else ""
    return [f"await {s.connection}.expect_close({s.code}{reason})"]


def _nothing(s: ExpectNothing, style: Style) -> list[Line]:
    return [f"assert await {s.connection}.receive_nothing()"]


def _raised(s: ExpectRaised, style: Style) -> list[Line]:
    name = s.exception.rpartition(".")[2]
    match = f", match={raw_literal(escaped(s.match))}" if s.match else ""
    if not re.search(r"[^\w ,:;'-]", s.match):
        match = f", match={text_literal(s.match)}" if s.match else ""
    return [
        f"with pytest.raises({name}{match}):",
        f"    await {s.connection}.{s.during}",
    ]


def _disconnect(s: Disconnect, style: Style) -> list[Line]:
    code = "" if s.code == 1000 else f"code={s.code}"
    return [f"await {s.connection}.disconnect({code})"]


def _response(s: ExpectResponse, style: Style) -> list[Line]:
    lines: list[Line] = [
        f"response = await {s.connection}.get_response()",
        f'assert response["status"] == {literal(s.status)}',
    ]
    for name, value in s.headers:
        head = f'assert dict(response["headers"])[{literal(name)}] == '
        lines.append((head, value))
    if s.json and s.variable:
        lines.append(f'{s.variable} = json.loads(response["body"])')
        lines.append((f"assert {s.variable} == ", _exact(s.body, style)))
    elif s.json:
        body = _exact(s.body, style)
        lines.append(('assert json.loads(response["body"]) == ', body))
    elif s.body is not None:
        lines.append(('assert response["body"] == ', s.body))
    lines += [f'assert {literal(part)} in response["body"]' for part in s.contains]
    return lines


_RENDERERS: Final[dict[type, Callable[[Any, Style], list[Line]]]] = {
    Connect: _connect,
    Disconnect: _disconnect,
    ExpectBytes: _expect_bytes,
    ExpectClose: _expect_close,
    ExpectDenied: _denied,
    ExpectEvent: _expect_event,
    ExpectJson: _expect_json,
    ExpectNothing: _nothing,
    ExpectRaised: _raised,
    ExpectResponse: _response,
    ExpectText: _expect_text,
    ExpectUnordered: _unordered,
    HttpRequest: _request,
    Open: _open,
    SendBytes: _send_bytes,
    SendEvent: _send_event,
    SendJson: _send_json,
    SendText: _send_text,
}
