"""Taking secrets out of events on their way out of a session.

A session in memory keeps what happened, because a replay needs it. What is
written or shown of it (its file, a timeline, a report) goes through here first.
What counts as a secret stands in ``_secret_names``.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from asgilab.sessions._event import Event, Kind
from asgilab.sessions._secret_names import (
    is_secret_name,
    names_secret_number,
)
from asgilab.sessions._secret_shapes import holds_secret, without_shapes
from asgilab.sessions._secret_spans import REDACTED
from asgilab.sessions._secret_texts import redacted_bytes, redacted_text

Redact: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Returns an event, a scope or the options of a connection as it may be shown."""

_COOKIE: Final = re.compile(r"(?<![^=;\s])([^=;\s]+)=[^;]*")
_DEEPEST: Final = 60
_NAMING: Final = ("name", "key", "field", "header")
"""Members that say what the member ``value`` beside them is."""

_PROTOCOLS: Final = "sec-websocket-protocol"
_ANNOUNCED: Final = re.compile(
    r"([\w.-]*?(?:bearer|token|authorization|jwt|apikey|api[-_]key|secret)[.:=|_-])"
    r"(.{8,})",
    re.IGNORECASE,
)
"""A subprotocol that carries what its own beginning announces: ``Bearer.eyJ…``."""

_ANNOUNCING: Final = frozenset({"bearer", "basic", "auth", "ticket"})
"""Subprotocols after which a credential follows, beside the names of secrets."""

_PROTOCOL: Final = re.compile(
    r"(?:v\d{1,2}\.)?(?:actioncable|base64|binary|cbor|chat|events|graphql|json|mqtt"
    r"|msgpack|notify|ocpp|phoenix|protobuf|rpc|sip|soap|stomp|text|wamp|xmpp)"
    r"(?:[-._]?(?:[a-z]{1,12}|v?\d{1,2})){0,4}"
)
"""Subprotocols that may follow all the same, such as ``graphql-transport-ws``."""


def redact_secrets(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event, or a scope, without the secrets that are known by name or shape.

    Headers that carry credentials keep their name and lose their value; of cookies
    the names stay. In query strings, forms and JSON, members whose name says
    password, secret, token, API key or session lose theirs, and so does any text
    that has the shape of a token.

    Args:
        message: The event as the application got or sent it, or a scope.

    Example::

        redact_secrets({"type": "http.request", "body": b"user=a&password=b"})
        # {'type': 'http.request', 'body': b'user=a&password=[redacted]'}
    """
    return {key: _member(key, value, 0) for key, value in message.items()}


def is_redacted(value: Any) -> bool:
    """Tell whether something was taken out of a value, however deep in it."""
    if isinstance(value, str):
        return REDACTED in value
    if isinstance(value, (bytes, bytearray)):
        return REDACTED.encode() in value
    if isinstance(value, Mapping):
        return any(map(is_redacted, value.values()))
    return isinstance(value, (list, tuple)) and any(map(is_redacted, value))


def value_name(members: Mapping[Any, Any]) -> str:
    """Return the name of a secret that a member says ``value`` beside it is, or "".

    Example::

        value_name({"name": "password", "value": "s3cret"})       # 'password'
    """
    for key in _NAMING:
        name = members.get(key)
        if isinstance(name, str) and is_secret_name(name):
            return name
    return ""


def hidden_texts(value: Any, shown: Any) -> Iterator[str]:
    """Yield the texts that were taken out of a value.

    Args:
        value: The value as it was.
        shown: What was made of it.
    """
    if isinstance(value, (bytes, bytearray)) and isinstance(shown, bytes):
        value, shown = bytes(value).decode("latin-1"), shown.decode("latin-1")
    if isinstance(value, str) and isinstance(shown, str):
        if value != shown:
            yield from _taken_out(value, shown.split(REDACTED))
    elif isinstance(value, dict) and isinstance(shown, dict):
        for key, inner in value.items():
            yield from hidden_texts(inner, shown.get(key))
    elif isinstance(value, (list, tuple)) and isinstance(shown, (list, tuple)):
        for inner, of_it in zip(value, shown, strict=False):
            yield from hidden_texts(inner, of_it)


def _taken_out(text: str, kept: list[str]) -> Iterator[str]:
    """Yield what stood in a text between the pieces of it that were kept."""
    if not text.startswith(kept[0]):
        return
    place = len(kept[0])
    for number, piece in enumerate(kept[1:], 2):
        last = number == len(kept)
        if last:
            end = len(text) - len(piece) if text.endswith(piece) else -1
        else:
            end = text.find(piece, place)
        if end < place:
            return
        yield text[place:end]
        place = end + len(piece)


def _member(key: Any, value: Any, depth: int) -> Any:
    if key == "headers" and isinstance(value, (list, tuple)):
        return [_header(pair) for pair in value]
    if key in ("subprotocols", "subprotocol") and value:
        return _subprotocols(value)
    if isinstance(key, str) and is_secret_name(key):
        return _hidden(key, value)
    if key == "exception":  # a traceback shows source, in which "token=" is code
        return without_shapes(value, REDACTED) if isinstance(value, str) else value
    return _value(value, depth)


def _value(value: Any, depth: int = 0) -> Any:
    if isinstance(value, str):
        return redacted_text(value)
    if isinstance(value, (bytes, bytearray)):
        return redacted_bytes(bytes(value))
    if depth > _DEEPEST:
        return value
    if isinstance(value, dict):
        shown = {key: _member(key, inner, depth + 1) for key, inner in value.items()}
        named = "value" in value and value_name(value)
        return shown | {"value": _hidden(named, value["value"])} if named else shown
    if type(value) in (list, tuple):
        return type(value)(_value(inner, depth + 1) for inner in value)
    return value


def _subprotocols(value: Any) -> Any:
    """Return subprotocols without the credentials that browsers put among them."""
    if isinstance(value, str):
        return _subprotocol(value, "")
    if not isinstance(value, (list, tuple)):
        return _value(value)
    before = ["", *value]
    return [
        _subprotocol(each, one) if isinstance(each, str) else each
        for one, each in zip(before, value, strict=False)
    ]


def _subprotocol(name: str, before: Any) -> str:
    announced = isinstance(before, str) and (
        before.lower() in _ANNOUNCING or names_secret_number(before)
    )
    if announced and not _PROTOCOL.fullmatch(name):
        return REDACTED
    found = _ANNOUNCED.fullmatch(name)
    if found is not None:
        return f"{found[1]}{REDACTED}"
    return REDACTED if holds_secret(name) else name


def _protocol_header(value: Any) -> Any:
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    spaced = [(each, each.strip()) for each in text.split(",")]
    shown = _subprotocols([name for _, name in spaced])
    parts = [
        each.replace(name, new) if name else each
        for (each, name), new in zip(spaced, shown, strict=True)
    ]
    joined = ",".join(parts)
    return joined.encode("latin-1") if isinstance(value, bytes) else joined


def _hidden(key: str, value: Any) -> Any:
    """Return what stands for a value whose name says that it is secret."""
    if isinstance(value, str):
        return REDACTED if value else value
    if isinstance(value, (bytes, bytearray)):
        return REDACTED.encode() if value else value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return REDACTED if names_secret_number(key) else value
    if isinstance(value, dict):
        return {name: _hidden(key, inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_hidden(key, inner) for inner in value]
    return value


def _header(pair: Any) -> Any:
    try:
        name, value = pair
        raw = isinstance(name, bytes)
        text = name.decode(errors="surrogateescape") if raw else str(name)
    except (TypeError, ValueError):  # a header of another shape is no header
        return pair
    if text.lower() in ("cookie", "set-cookie"):
        return (name, _cookies(value, only_first=text.lower() == "set-cookie"))
    if text.lower() == _PROTOCOLS and isinstance(value, (bytes, str)):
        return (name, _protocol_header(value))
    return (name, _hidden(text, value) if is_secret_name(text) else _value(value))


def _cookies(value: Any, *, only_first: bool) -> Any:
    """Return cookies without what they hold; the attributes of one that is set stay."""
    if not isinstance(value, (str, bytes)):
        return value
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    hidden = _COOKIE.sub(rf"\1={REDACTED}", text, count=int(only_first))
    if hidden == text and text and REDACTED not in text:
        hidden = REDACTED
    return hidden.encode("latin-1") if isinstance(value, bytes) else hidden


def lacking(events: Iterable[Event], options: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the sentence that says what a session lacks to be run again, or "".

    A cookie that signing a user in makes anew is not missed.

    Args:
        events: The events of the session.
        options: How each connection was asked for; see ``Session.options``.

    Example::

        lacking(session, session.options)
        # "The session was saved without its secrets: the application gets …"
    """
    missed: dict[str, None] = {}
    for event in events:
        if event.kind not in (Kind.OPEN, Kind.RECEIVE):
            continue
        signed_in = bool(options.get(event.connection, {}).get("user"))
        for key, value in event.message.items():
            if key == "headers":
                names = _missing_headers(value, signed_in=signed_in)
                missed |= dict.fromkeys(f"{event.connection}'s {n}" for n in names)
            elif key != "cookies" and is_redacted(value):
                missed[f"{key} of event {event.index} ({event.connection})"] = None
    if not missed:
        return ""
    return (
        "The session was saved without its secrets: the application gets "
        f"'{REDACTED}' for {', '.join(missed)}."
    )


def _missing_headers(headers: Any, *, signed_in: bool) -> list[str]:
    pairs = [pair for pair in headers or () if is_redacted(pair[1])]
    names = [bytes(name).decode("latin-1") for name, _ in pairs]
    return [name for name in names if not (signed_in and name == "cookie")]
