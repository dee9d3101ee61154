"""A response as its events make it up, the response extensions included.

Values only: what waits for the events is in ``_http`` and ``_stream``.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NotRequired, TypedDict, TypeVar

from asgilab.errors import UnexpectedEvent


class Response(TypedDict):
    """What ``get_response`` returns.

    The keys after ``body`` are there when the application used the extension of
    that name.
    """

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    trailers: NotRequired[list[tuple[bytes, bytes]]]
    early_hints: NotRequired[list[bytes]]
    pushes: NotRequired[list[dict[str, Any]]]
    debug: NotRequired[dict[str, Any]]


E = TypeVar("E")

_FOR_THE_SERVER: Final = ("type", "trailers")
"""Keys of the start that are no part of a response."""


class ResponseParts:
    """Takes the events of one response, in order, and knows when it is complete.

    Attributes:
        start: The ``http.response.start`` event, or None before it.
        complete: Whether nothing more belongs to the response.
    """

    # On the class, so that a new one costs nothing.
    start: dict[str, Any] | None = None
    complete = False
    _body_ended = False
    _extra: dict[str, Any] | None = None

    def feed(self, event: dict[str, Any]) -> bytes | None:
        """Take one event; return the piece of body that it holds, or None.

        Raises:
            UnexpectedEvent: It is no part of a response, or not at this place.
        """
        kind = event["type"]
        take = _TAKE.get(kind) if isinstance(kind, str) else None
        if take is None:
            raise UnexpectedEvent(self._text(str(kind)))
        return take(self, event)

    def response(self, body: bytes) -> Response:
        """Return the whole, with the body given."""
        known: Any = {} if self.start is None else self.start.copy()
        for key in _FOR_THE_SERVER:
            known.pop(key, None)
        known["headers"] = [*map(tuple, known.get("headers", ()))]
        known["body"] = body
        if self._extra is not None:
            known.update(self._extra)
        result: Response = known
        return result

    def _take_start(self, event: dict[str, Any]) -> None:
        if self.start is not None:
            raise UnexpectedEvent(self._text(event["type"]))
        self.start = event

    def _take_body(self, event: dict[str, Any]) -> bytes:
        piece = event.get("body", b"")
        if type(piece) is bytes:
            return self._piece(event, piece)
        if not isinstance(piece, (bytes, bytearray, memoryview)):
            msg = f"The body of a response is bytes, got {type(piece).__name__}."
            raise UnexpectedEvent(msg)
        return self._piece(event, bytes(piece))

    def _take_pathsend(self, event: dict[str, Any]) -> bytes:
        return self._piece(event, Path(event["path"]).read_bytes())

    def _take_zerocopysend(self, event: dict[str, Any]) -> bytes:
        descriptor = event["file"].fileno()
        offset = event.get("offset")
        if offset is None:
            offset = os.lseek(descriptor, 0, os.SEEK_CUR)
        size = os.fstat(descriptor).st_size
        count = event.get("count", max(size - offset, 0))
        return self._piece(event, os.pread(descriptor, count, offset))

    def _take_trailers(self, event: dict[str, Any]) -> None:
        self._more("trailers", list[Any]).extend(event.get("headers", ()))
        self.complete = self._body_ended and not event.get("more_trailers", False)

    def _take_early_hint(self, event: dict[str, Any]) -> None:
        self._more("early_hints", list[Any]).extend(event.get("links", ()))

    def _take_push(self, event: dict[str, Any]) -> None:
        push = {key: value for key, value in event.items() if key != "type"}
        self._more("pushes", list[Any]).append(push)

    def _take_debug(self, event: dict[str, Any]) -> None:
        self._more("debug", dict[str, Any]).update(event.get("info", {}))

    def _more(self, key: str, kind: Callable[[], E]) -> E:
        """Return what an extension adds under a key, empty at first."""
        if self._extra is None:
            self._extra = {}
        found: E = self._extra.setdefault(key, kind())
        return found

    def _piece(self, event: dict[str, Any], piece: bytes) -> bytes:
        if self.start is None:
            raise UnexpectedEvent(self._text(event["type"]))
        if not event.get("more_body", False):
            self._body_ended = True
            self.complete = not self.start.get("trailers", False)
        return piece

    def _text(self, found: str) -> str:
        wanted = "http.response.start" if self.start is None else "http.response.body"
        return f"Expected type {wanted!r}, but was {found!r}"


_TAKE: Final[dict[str, Callable[[ResponseParts, dict[str, Any]], bytes | None]]] = {
    name.replace("_take_", "http.response."): function
    for name, function in vars(ResponseParts).items()
    if name.startswith("_take_")
}
"""What takes each event of a response, by its type."""
