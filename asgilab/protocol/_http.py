"""HTTP: one request and its response.

The table is the specification's; what it cannot say about values stands below it.
The extensions' rows are in the table, their values in ``_extensions``.

Source: the HTTP and WebSocket sub-specification 2.5,
https://asgi.readthedocs.io/en/latest/specs/www.html#http
"""

from collections.abc import Iterable
from re import compile as pattern
from typing import Any, Final

from asgilab.protocol import _extensions as extensions
from asgilab.protocol._findings import Breaches
from asgilab.protocol._headers import (
    NOT_PLAIN,
    header_breaches,
    headers_of,
    is_length,
    plain_length,
    values_of,
)
from asgilab.protocol._memory import Memory
from asgilab.protocol._protocol import Protocol
from asgilab.protocol._steps import disconnect_flag, note_disconnect
from asgilab.protocol._table import read_table
from asgilab.protocol._values import is_int
from asgilab.types import Message

TABLE: Final = read_table(
    "http.",
    """
                           waiting    responding streaming trailing  finished  gone
# What is delivered.
request                    .          .          .         .         .         .
request+extra              HTTP-02    HTTP-02    HTTP-02   HTTP-02   HTTP-02   HTTP-02
request+late               HTTP-03    HTTP-03    HTTP-03   HTTP-03   HTTP-03   HTTP-03
disconnect                 gone       gone       gone      gone      .         .
disconnect+again           HTTP-04>.  HTTP-04>.  HTTP-04>. HTTP-04>. HTTP-04>. HTTP-04>.
(drop)                     gone       gone       gone      gone      .         .

# What the application sends. `+due` marks last content with trailers to come.
response.start             responding HTTP-10    HTTP-10   HTTP-10   ~HTTP-30  ~HTTP-33
response.body              HTTP-20    finished   finished  HTTP-23   ~HTTP-30  ~HTTP-33
response.body+more         HTTP-20    streaming  .         HTTP-23   ~HTTP-30  ~HTTP-33
response.body+due          HTTP-20    trailing   trailing  HTTP-23   ~HTTP-30  ~HTTP-33
response.zerocopysend      EXT-41     finished   finished  HTTP-23   ~HTTP-30  ~HTTP-33
response.zerocopysend+more EXT-41     streaming  .         HTTP-23   ~HTTP-30  ~HTTP-33
response.zerocopysend+due  EXT-41     trailing   trailing  HTTP-23   ~HTTP-30  ~HTTP-33
response.pathsend          EXT-51     finished   EXT-52    EXT-52    ~HTTP-30  ~HTTP-33
response.pathsend+due      EXT-51     trailing   EXT-52    EXT-52    ~HTTP-30  ~HTTP-33
response.trailers          EXT-33     EXT-33     EXT-33    finished  ~HTTP-30  ~HTTP-33
response.trailers+more     EXT-33     EXT-33     EXT-33    .         ~HTTP-30  ~HTTP-33
response.push              EXT-21     .          .         EXT-21    ~HTTP-30  ~HTTP-33
response.early_hint        EXT-61b>.  .          .         EXT-61    ~HTTP-30  ~HTTP-33
response.debug             .          EXT-71     EXT-71    EXT-71    ~HTTP-30  ~HTTP-33
response.debug+again       EXT-71     EXT-71     EXT-71    EXT-71    ~HTTP-30  ~HTTP-33

# How the application ends.
(return)                   HTTP-40    HTTP-24    HTTP-41   HTTP-42   .         .
(raise)                    .          HTTP-43    HTTP-43   HTTP-43   .         .
""",
)
"""What each step does in each state of a response.

``waiting``: nothing sent. ``responding``: started, no content yet. ``streaming``:
some content sent. ``trailing``: all content sent, trailers due. ``finished``: the
response is complete. ``gone``: the client left before that.
"""

_TWO_COOKIES: Final = pattern(rb",\s*[!#$%&'*+.^_`|~0-9A-Za-z-]+=")
"""A comma and another cookie's name; the comma of a date has no such name."""

_QUOTED: Final = pattern(rb'"[^"]*"')

_WITHOUT_CONTENT: Final = frozenset({204, 304})


def request_flag(memory: Memory, message: Message) -> str:
    """Which part of the request comes: due, beyond the last, after the end."""
    if memory.left:
        return "+late"
    return "+extra" if memory.asked else ""


def start_breaches(memory: Memory, message: Message, state: str) -> Breaches:
    """Check a start: HTTP-12 to 16, 18, 28, 44, EXT-31, EXT-34."""
    yield from status_breaches(message)
    yield from header_breaches(message, "HTTP-16")
    headers = headers_of(message)
    yield from _field_breaches(headers)
    if message.get("trailers"):
        yield from extensions.promise_breaches(memory, headers)


def status_breaches(message: Message) -> Breaches:
    """Check that a status is one of a final response (HTTP-12)."""
    status = message.get("status")
    if is_int(status) and not 200 <= status <= 999:
        yield "HTTP-12", f"has status {status}; expected 200 to 999"


def _field_breaches(headers: Iterable[Any]) -> Breaches:
    """Check single headers of a response: HTTP-18, HTTP-28, HTTP-44."""
    if values_of(headers, b"transfer-encoding"):
        yield "HTTP-18", "has a transfer-encoding; expected it left to the server"
    lengths = values_of(headers, b"content-length")
    if len(lengths) > 1:
        yield "HTTP-28", f"has {len(lengths)} content-length headers; expected one"
    elif lengths and not lengths[0].isdigit():
        yield "HTTP-28", "has a content-length that is no decimal number; expected one"
    for value in values_of(headers, b"set-cookie"):
        if _TWO_COOKIES.search(_QUOTED.sub(b"", value)):
            yield "HTTP-44", "has two cookies in one set-cookie; expected two headers"


def note_start(memory: Memory, message: Message) -> None:
    """Remember what the start said about the content to come."""
    status = message.get("status")
    memory.status = status if is_int(status) else 200
    memory.trailers = bool(message.get("trailers"))
    memory.headers = headers_of(message)
    memory.content = _may_have_content(memory)
    lengths = values_of(memory.headers, b"content-length")
    if len(lengths) == 1 and is_length(lengths[0]) and memory.content:
        memory.length = int(lengths[0])


def _may_have_content(memory: Memory) -> bool:
    return (
        memory.status not in _WITHOUT_CONTENT and memory.scope.get("method") != "HEAD"
    )


def content_flag(memory: Memory, message: Message) -> str:
    """Whether more content follows, or trailers, or nothing."""
    if message.get("more_body"):
        return "+more"
    return "+due" if memory.trailers else ""


def body_breaches(memory: Memory, message: Message, state: str) -> Breaches:
    """Check a body part: HTTP-25, HTTP-26, HTTP-27."""
    size = _size(message)
    if size and memory.status in _WITHOUT_CONTENT:
        yield "HTTP-26", f"has content for status {memory.status}; expected none"
    elif size and not memory.content:
        yield "HTTP-27", "has content for HEAD; expected none"
    if memory.length is None or memory.count > memory.length:
        return
    total = memory.count + size
    if total > memory.length or (
        total < memory.length and not message.get("more_body")
    ):
        yield (
            "HTTP-25",
            f"brings the body to {total} bytes; "
            f"expected the {memory.length} of content-length",
        )


def _size(message: Message) -> int:
    body = message.get("body", b"")
    return len(body) if isinstance(body, bytes | bytearray | memoryview) else 0


def note_body(memory: Memory, message: Message) -> None:
    """Count the bytes of the body."""
    memory.count += _size(message)


def quick_request(memory: Memory, message: Message) -> str | None:
    """The short cut for ``http.request``."""
    body, more = message.get("body"), message.get("more_body")
    if (
        type(body) is not bytes
        or memory.asked
        or memory.left
        or len(message) != (2 if more is None else 3)
    ):
        return None
    if more is None or more is False:
        memory.asked = True
        return ""
    return "" if more is True else None


def quick_start(memory: Memory, message: Message) -> str | None:
    """The short cut for ``http.response.start``."""
    status, headers = message.get("status"), message.get("headers")
    if type(status) is not int or not 200 <= status <= 999 or len(message) != 3:
        return None
    length = plain_length(headers)
    if length == NOT_PLAIN or headers is None:
        return None
    memory.status = status
    memory.headers = headers
    if status in _WITHOUT_CONTENT or memory.scope.get("method") == "HEAD":
        memory.content = False
    elif length >= 0:
        memory.length = length
    return ""


def quick_body(memory: Memory, message: Message) -> str | None:
    """The short cut for ``http.response.body``."""
    body, more = message.get("body"), message.get("more_body")
    if (
        type(body) is not bytes
        or not memory.content
        or len(message) != (2 if more is None else 3)
        or (more is not None and type(more) is not bool)
    ):
        return None
    total = memory.count + len(body)
    length = memory.length
    if length is not None and (total > length if more else total != length):
        return None
    memory.count = total
    return "+more" if more else ("+due" if memory.trailers else "")


def note_request(memory: Memory, message: Message) -> None:
    """Remember whether the request is complete."""
    memory.asked = not message.get("more_body")


HTTP: Final = Protocol(
    name="http",
    start="waiting",
    table=TABLE,
    unknown_sent="GEN-07",
    unknown_delivered="HTTP-05",
    phrases={
        "+extra": " after the last part of the request",
        "+late": " after http.disconnect",
        "+again": " for the second time",
    },
    flags={
        "http.request": request_flag,
        "http.disconnect": disconnect_flag,
        "http.response.body": content_flag,
        "http.response.zerocopysend": content_flag,
        "http.response.pathsend": extensions.pathsend_flag,
        "http.response.trailers": extensions.trailers_flag,
        "http.response.debug": extensions.debug_flag,
    },
    checks={
        "http.response.start": start_breaches,
        "http.response.body": body_breaches,
        "http.response.zerocopysend": extensions.zerocopysend_breaches,
        "http.response.pathsend": extensions.pathsend_breaches,
        "http.response.trailers": extensions.trailers_breaches,
        "http.response.push": extensions.push_breaches,
        "http.response.early_hint": extensions.early_hint_breaches,
        "http.response.debug": extensions.debug_breaches,
    },
    quick={
        "http.request": quick_request,
        "http.response.start": quick_start,
        "http.response.body": quick_body,
    },
    notes={
        "http.request": note_request,
        "http.disconnect": note_disconnect,
        "http.response.start": note_start,
        "http.response.body": note_body,
        "http.response.zerocopysend": extensions.note_zerocopysend,
        "http.response.debug": extensions.note_debug,
    },
)
"""The protocol of ``http`` scopes."""
