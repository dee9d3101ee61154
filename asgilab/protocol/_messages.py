"""Every event type of ASGI: one row each, with its keys, their types and defaults.

Rows, and the check that an event has the keys of its row. When an event may come
stands in the transition tables; what its values mean, in the modules of the
protocols.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

from asgilab.protocol._findings import Breaches
from asgilab.protocol._values import foreign, is_int, shown
from asgilab.types import Message


class Direction(StrEnum):
    """Which way an event goes, seen from the application."""

    RECEIVE = "receive"
    """The server, here the test, gives it to the application."""

    SEND = "send"
    """The application sends it."""


class _Required:
    """The default of a key that has none."""

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Final = _Required()
"""Stands in a row for the default of a key that must be there."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an event type.

    Attributes:
        name: The key.
        types: The Python types that its value may have, or () where a check of
            its own looks at it.
        rule: The rule that a value of another type breaks.
        default: What an absent key stands for, or ``REQUIRED``.
        none: Whether None is legal too.
        missing: The rule that an absent required key breaks.
    """

    name: str
    types: tuple[type, ...]
    rule: str
    default: object = REQUIRED
    none: bool = False
    missing: str = "GEN-08"

    @property
    def expected(self) -> str:
        """The types in words, such as ``"bytes or None"``."""
        names = [kind.__name__ for kind in self.types] or ["an iterable"]
        return " or ".join([*names, "None"] if self.none else names)


@dataclass(frozen=True)
class MessageType:
    """One event type.

    Attributes:
        type: Its name, such as ``"websocket.send"``.
        direction: Which way it goes.
        keys: Its keys besides ``type``.
        extension: The extension that it belongs to, or None.
    """

    type: str
    direction: Direction
    keys: Mapping[str, Key]
    extension: str | None = None

    @cached_property
    def known(self) -> frozenset[str]:
        """The names of all keys, ``type`` among them."""
        return frozenset({"type", *self.keys})

    @cached_property
    def iterables(self) -> tuple[str, ...]:
        """The names of keys whose value may be a generator (HTTP-16)."""
        return tuple(key.name for key in self.keys.values() if not key.types)


def _receive(name: str, *keys: Key) -> MessageType:
    return MessageType(name, Direction.RECEIVE, {key.name: key for key in keys})


def _send(name: str, *keys: Key, extension: str | None = None) -> MessageType:
    by_name = {key.name: key for key in keys}
    return MessageType(name, Direction.SEND, by_name, extension)


def _extension(name: str, *keys: Key) -> MessageType:
    """An event type whose extension has the same name."""
    return _send(name, *keys, extension=name)


_ROWS = (
    _receive(
        "http.request",
        Key("body", (bytes,), "HTTP-01", default=b""),
        Key("more_body", (bool,), "HTTP-01", default=False),
    ),
    _receive("http.disconnect"),
    _send(
        "http.response.start",
        Key("status", (int,), "HTTP-11", missing="HTTP-11"),
        Key("headers", (), "HTTP-16", default=()),
        Key("trailers", (bool,), "HTTP-17", default=False),
    ),
    _send(
        "http.response.body",
        Key("body", (bytes,), "HTTP-21", default=b""),
        Key("more_body", (bool,), "HTTP-22", default=False),
    ),
    _extension(
        "http.response.zerocopysend",
        Key("file", (object,), "EXT-41"),
        Key("offset", (int,), "GEN-09", default=None),
        Key("count", (int,), "GEN-09", default=None),
        Key("more_body", (bool,), "GEN-09", default=False),
    ),
    _extension("http.response.pathsend", Key("path", (str,), "GEN-09")),
    _extension(
        "http.response.trailers",
        Key("headers", (), "EXT-32", missing="EXT-32"),
        Key("more_trailers", (bool,), "EXT-32", default=False),
    ),
    _extension(
        "http.response.push",
        Key("path", (str,), "EXT-21", missing="EXT-21"),
        Key("headers", (), "EXT-21", missing="EXT-21"),
    ),
    _extension("http.response.early_hint", Key("links", (), "EXT-61")),
    _extension("http.response.debug", Key("info", (dict,), "GEN-09")),
    _receive("websocket.connect"),
    _receive(
        "websocket.receive",
        Key("bytes", (bytes,), "WS-02", default=None, none=True),
        Key("text", (str,), "WS-02", default=None, none=True),
    ),
    _receive(
        "websocket.disconnect",
        Key("code", (int,), "WS-03", missing="WS-04"),
        Key("reason", (str,), "WS-03", default="", none=True),
    ),
    _send(
        "websocket.accept",
        Key("subprotocol", (str,), "WS-22", default=None, none=True),
        Key("headers", (), "WS-24", default=()),
    ),
    _send(
        "websocket.send",
        Key("bytes", (bytes,), "WS-32", default=None, none=True),
        Key("text", (str,), "WS-32", default=None, none=True),
    ),
    _send(
        "websocket.close",
        Key("code", (int,), "WS-42", default=1000),
        Key("reason", (object,), "WS-43", default="", none=True),
    ),
    _send(
        "websocket.http.response.start",
        Key("status", (int,), "EXT-10", missing="EXT-10"),
        Key("headers", (), "EXT-10", default=()),
        extension="websocket.http.response",
    ),
    _send(
        "websocket.http.response.body",
        Key("body", (bytes,), "EXT-10", default=b""),
        Key("more_body", (bool,), "EXT-10", default=False),
        extension="websocket.http.response",
    ),
    _receive("lifespan.startup"),
    _receive("lifespan.shutdown"),
    _send("lifespan.startup.complete"),
    _send("lifespan.startup.failed", Key("message", (str,), "LIFE-04", default="")),
    _send("lifespan.shutdown.complete"),
    _send("lifespan.shutdown.failed", Key("message", (str,), "LIFE-04", default="")),
)

MESSAGES: Final[Mapping[str, MessageType]] = MappingProxyType(
    {row.type: row for row in _ROWS}
)
"""Every event type by its name."""


def key_breaches(row: MessageType, message: Message) -> Breaches:
    """Check the keys of an event against its row: GEN-08, GEN-09, GEN-11.

    Args:
        row: The row of the event's type.
        message: The event.

    Yields:
        What is missing, of another type, or no value for an event. Keys that the
        row does not know are legal (GEN-10); their values are held to GEN-11.
    """
    for name, key in row.keys.items():
        value = message.get(name, REQUIRED)
        if value is REQUIRED:
            if key.default is REQUIRED:
                yield key.missing, f"lacks the key {name!r}; expected {key.expected}"
        elif type(value) not in key.types or type(value) is int:
            yield from _value_breaches(key, value)
    if not row.known.issuperset(message):
        for name in message.keys() - row.known:
            yield from _foreign_breaches(name, message[name])


def _value_breaches(key: Key, value: object) -> Breaches:
    """Check one value against its key."""
    if not key.types or (value is None and key.none):
        return
    if not isinstance(value, key.types) or _bool_for_int(key, value):
        yield (
            "GEN-09b" if _stands_for_bytes(key, value) else key.rule,
            f"has {key.name} {shown(value)}; expected {key.expected}",
        )
    elif is_int(value):
        yield from _foreign_breaches(key.name, value)


def _bool_for_int(key: Key, value: object) -> bool:
    return isinstance(value, bool) and key.types == (int,)


def _stands_for_bytes(key: Key, value: object) -> bool:
    return key.types == (bytes,) and isinstance(value, bytearray | memoryview)


def _foreign_breaches(name: object, value: object) -> Breaches:
    """Check one value against GEN-11."""
    what = foreign(value) if isinstance(name, str) else "a key that is no str"
    if what is not None:
        yield "GEN-11", f"has {what} in {shown(name)}; expected plain values"


def read_once(message: Message, name: str) -> list[Any] | tuple[Any, ...] | None:
    """The items of an iterable value, which may be read once only (HTTP-16).

    A generator is replaced by a list of its items, in the event itself, so that
    whoever reads it next finds them all; so is each pair inside that is neither
    a list nor a tuple.

    Args:
        message: The event, which is altered where that is needed.
        name: The key of the iterable.

    Returns:
        The items; () when the key is absent; None when its value is nothing to
        iterate over, or a str, bytes or dict, whose items are no items.
    """
    value = message.get(name, ())
    if isinstance(value, list | tuple) and all(
        isinstance(item, list | tuple | bytes) for item in value
    ):
        return value
    items = _listed(value)
    if items is None:
        return None
    pairs = [item if (pair := _listed(item)) is None else pair for item in items]
    message[name] = pairs
    return pairs


def _listed(value: object) -> list[Any] | tuple[Any, ...] | None:
    """Something to read any number of times, or None for what is no iterable."""
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, str | bytes | bytearray | memoryview | Mapping):
        return None
    return list(value) if isinstance(value, Iterable) else None
