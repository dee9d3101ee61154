"""The frames in which events cross the pipe to the recorder's process.

Both ends stand here, and nothing of the pipe itself (``_recording_pipe``). Events are
written as MessagePack, by msgspec: every request that is served waits for it, and
marshalling takes five times as long and half as many bytes more.
"""

import json
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any, Final, NamedTuple

import msgspec

from asgilab.live._scribe import Entry
from asgilab.sessions._codec import decode, encode

dumps: Final[Callable[[Any], bytes]] = msgspec.msgpack.Encoder().encode
"""Serializes a usual row, and raises for one that only :func:`serialized` knows."""
_loads: Final = msgspec.msgpack.Decoder().decode

HEAD: Final = struct.Struct("!QI?")
"""Of a frame: bytes that follow, events among them, whether an answer is awaited."""
_ARRAY: Final = struct.Struct("!BI")
"""Of MessagePack's array: 0xdd, and how many elements follow."""
_ARRAY_32: Final = 0xDD

Row = tuple[float, str, str, Mapping[str, Any], Mapping[str, Any] | None]
"""An :class:`asgilab.live._scribe.Entry`, before it crosses the pipe."""


class Packed(NamedTuple):
    """Events as they cross the pipe.

    Attributes:
        events: How many.
        content: An array of them.
    """

    events: int
    content: bytes


class Frame(NamedTuple):
    """What came at once.

    Attributes:
        content: How many events were lost, whether an answer is awaited, and arrays
            of events.
        events: How many events.
        awaited: Whether somebody waits for them to be written.
        came: When, by the clock that only goes forward.
    """

    content: bytes
    events: int
    awaited: bool
    came: float


def serialized(row: Row) -> bytes:
    """Return an event as it crosses the pipe.

    A date, a UUID, a Decimal, a set or a dataclass, none of which an ASGI event may
    hold, is written down as its text or its content; what MessagePack does not know
    at all, as a session file has it.
    """
    try:
        return dumps(row)
    except Exception:  # Text of a type of its own, a number too large, an object.
        text = json.dumps((encode(row[3]), encode(row[4])))
        return dumps((*row[:3], text, None))


def packed(events: list[bytes]) -> Packed:
    """Return events together; each is serialized already."""
    head = _ARRAY.pack(_ARRAY_32, len(events))
    return Packed(len(events), head + b"".join(events))


def framed(lost: int, asked: bool, packs: list[Packed]) -> bytes:
    """Return a frame: how many events were lost, whether an answer is awaited, events.

    Before it stands its head.
    """
    told = _ARRAY.pack(_ARRAY_32, 3) + dumps(lost) + dumps(asked)
    arrays = _ARRAY.pack(_ARRAY_32, len(packs))
    contents = [told, arrays, *(pack.content for pack in packs)]
    events = sum(pack.events for pack in packs)
    head = HEAD.pack(sum(map(len, contents)), events, asked)
    return b"".join([head, *contents])


def frames(source: IO[bytes]) -> Iterator[Frame]:
    """Yield the frames that come, until the source ends."""
    while len(head := source.read(HEAD.size)) == HEAD.size:
        length, events, awaited = HEAD.unpack(head)
        content = source.read(length)
        if len(content) < length:
            return  # The server was killed in the middle of it.
        yield Frame(content, events, awaited, time.monotonic())


def entries_of(content: bytes) -> tuple[int, bool, list[Entry]]:
    """Return what a frame says: how many were lost, whether to answer, the events."""
    lost, awaited, packs = _loads(content)
    return lost, awaited, [_entry(row) for pack in packs for row in pack]


def _entry(row: list[Any]) -> Entry:
    when, connection, kind, message, options = row
    if isinstance(message, str):
        message, options = (decode(each) for each in json.loads(message))
    return Entry(when, connection, kind, message, options)
