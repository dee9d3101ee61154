"""The extensions of HTTP and WebSocket: which there are, and what their events hold.

When an extension's event may come stands in the tables of ``_http`` and
``_websocket``.

Source: https://asgi.readthedocs.io/en/latest/extensions.html
"""

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any, Final

from asgilab.protocol._findings import Breaches
from asgilab.protocol._headers import header_breaches, values_of
from asgilab.protocol._memory import Memory
from asgilab.protocol._messages import read_once
from asgilab.protocol._values import shown
from asgilab.types import Message

HTTP_EXTENSIONS: Final = (
    "http.response.debug",
    "http.response.early_hint",
    "http.response.trailers",
)
"""What an HTTP scope announces unless told otherwise.

Not ``http.response.pathsend`` and ``http.response.zerocopysend``: an application
that sees them sends a path or a file in place of the bytes that a test reads. Not
``http.response.push`` below HTTP/2, which has no push; on HTTP/2 it is announced.
"""

WEBSOCKET_EXTENSIONS: Final = ("websocket.http.response",)
"""What a websocket scope announces unless told otherwise."""


def promise_breaches(memory: Memory, headers: Iterable[Any]) -> Breaches:
    """Check a start that promises trailers: EXT-31, EXT-34."""
    if not memory.announces("http.response.trailers"):
        yield (
            "EXT-31",
            "promises trailers, which the scope does not announce; "
            "expected the extension http.response.trailers",
        )
    elif not values_of(headers, b"trailer"):
        yield "EXT-34", "promises trailers; expected a trailer header that names them"


def trailers_flag(memory: Memory, message: Message) -> str:
    """Whether more trailers follow."""
    return "+more" if message.get("more_trailers") else ""


def trailers_breaches(memory: Memory, message: Message, state: str) -> Breaches:
    """Check trailers (EXT-32)."""
    yield from header_breaches(message, "EXT-32")


def push_breaches(memory: Memory, message: Message, state: str) -> Breaches:
    """Check a push (EXT-21)."""
    yield from header_breaches(message, "EXT-21")


def zerocopysend_breaches(memory: Memory, message: Message, state: str) -> Breaches:
    """Check that a file has a descriptor (EXT-41)."""
    if "file" not in message:
        return
    try:
        message["file"].fileno()
    except (AttributeError, TypeError, OSError, ValueError):
        # io.BytesIO raises UnsupportedOperation, which is an OSError.
        what = shown(message["file"])
        yield "EXT-41", f"has {what} for file; expected an open file with a descriptor"


def note_zerocopysend(memory: Memory, message: Message) -> None:
    """Remember the file, and that the body can no longer be counted."""
    memory.files = (*memory.files, message.get("file"))
    memory.length = None


def file_breaches(memory: Memory) -> Breaches:
    """Check at the end that files were closed (EXT-42)."""
    for file in {id(file): file for file in memory.files}.values():
        if getattr(file, "closed", None) is False:
            yield (
                "EXT-42",
                "the application left the file of a zerocopysend open; "
                "expected it closed",
            )


def pathsend_flag(memory: Memory, message: Message) -> str:
    """Whether trailers follow."""
    return "+due" if memory.trailers else ""


def pathsend_breaches(memory: Memory, message: Message, state: str) -> Breaches:
    """Check a path, and the headers that the server cannot know (EXT-51, EXT-53)."""
    path = message.get("path")
    if isinstance(path, str) and not PurePath(path).is_absolute():
        yield "EXT-51", f"has path {shown(path)}; expected an absolute one"
    for name in (b"content-type", b"content-length"):
        if not values_of(memory.headers, name):
            yield (
                "EXT-53",
                f"follows a start without {name.decode()}; expected the header there",
            )


def early_hint_breaches(memory: Memory, message: Message, state: str) -> Breaches:
    """Check the links of an early hint (EXT-61). A generator is read once."""
    if "links" not in message:
        return
    links = read_once(message, "links")
    wrong = (
        [message["links"]]
        if links is None
        else [link for link in links if not isinstance(link, bytes)]
    )
    if wrong:
        yield "EXT-61", f"has {shown(wrong[0])} for links; expected bytes in a list"


def debug_flag(memory: Memory, message: Message) -> str:
    """Whether a debug event was sent before."""
    return "+again" if memory.debugged else ""


def debug_breaches(memory: Memory, message: Message, state: str) -> Breaches:
    """Check the keys of ``info`` (EXT-71)."""
    info = message.get("info")
    if isinstance(info, Mapping):
        for key in info:
            if not isinstance(key, str):
                yield "EXT-71", f"has the key {shown(key)} in info; expected str keys"


def note_debug(memory: Memory, message: Message) -> None:
    """Remember that a debug event was sent."""
    memory.debugged = True


def denial_flag(memory: Memory, message: Message) -> str:
    """Whether more of a denial response follows."""
    return "+more" if message.get("more_body") else ""


def portability_breaches(message: Message, *names: str) -> Breaches:
    """Check what not every server takes in a denial response (EXT-17).

    Args:
        message: The event.
        names: Keys that some servers need although they are optional.
    """
    for name in names:
        if name not in message:
            yield "EXT-17", f"lacks {name}, which some servers need; expected the key"
    if message.get("more_body"):
        yield "EXT-17", "is one of several parts, which Granian refuses; expected one"
