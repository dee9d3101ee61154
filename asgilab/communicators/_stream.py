"""A response that is read while it is produced.

The application is held back by the reader: once a few events are unread, its
``send()`` waits. Gathering a whole response is in ``_http``.
"""

import codecs
import io
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Protocol, Self

from asgilab.communicators._line import Line
from asgilab.communicators._response import ResponseParts

if TYPE_CHECKING:
    from httpx_sse import ServerSentEvent

_WINDOW = 8
"""How many events the application may be ahead of its reader."""

_KEPT = 1 << 20
"""How many bytes of body the session keeps of a streamed response."""


class Requester(Protocol):
    """What a stream needs of an ``HttpCommunicator``."""

    async def send_request(self) -> None:
        """Send the request, once."""

    async def receive_output(self, timeout: float = 1) -> Any:
        """Return the next event of the response."""

    async def disconnect(self, timeout: float = 1) -> None:
        """Leave as a client that goes away."""


class ResponseStream:
    """One response, read piece by piece; made by ``HttpCommunicator.stream()``.

    Leaving the ``async with`` before the end disconnects the client, so that an
    endless stream ends.

    Attributes:
        status: Status code; known once the block is entered.
        headers: Header pairs, as bytes; known once the block is entered.

    Example::

        async with communicator.stream() as response:
            assert response.status == 200
            async for line in response.lines():
                ...
    """

    def __init__(self, requester: Requester, line: Line, timeout: float) -> None:
        self._requester = requester
        self._line = line
        self._timeout = timeout
        self._parts = ResponseParts()

    @property
    def status(self) -> int:
        """Status code of the response."""
        return int(self._start["status"])

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Header pairs of the response."""
        return [tuple(pair) for pair in self._start.get("headers", ())]

    @property
    def complete(self) -> bool:
        """Whether the response has been read to its end."""
        return self._parts.complete

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the pieces of the body as the application sends them; none is empty.

        Raises:
            NoOutput: The next piece did not come in time.
            ApplicationEnded: The application returned before the end.
            Exception: The application's own.
        """
        while not self._parts.complete:
            piece = await self._next()
            if piece:
                yield piece

    async def text(self) -> AsyncIterator[str]:
        """Yield the body as text, decoded as UTF-8, cut wherever it was sent."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        async for piece in self.chunks():
            if text := decoder.decode(piece):
                yield text
        if rest := decoder.decode(b"", final=True):
            yield rest

    async def lines(self) -> AsyncIterator[str]:
        """Yield the body line by line, without line ends (CRLF, CR or LF)."""
        newlines = io.IncrementalNewlineDecoder(None, translate=True)
        begun = ""
        async for text in self.text():
            *whole, begun = (begun + newlines.decode(text)).split("\n")
            for line in whole:
                yield line
        *whole, begun = (begun + newlines.decode("", final=True)).split("\n")
        for line in [*whole, begun] if begun else whole:
            yield line

    async def events(self) -> AsyncIterator["ServerSentEvent"]:
        """Yield server-sent events, parsed by the rules of the HTML standard.

        Raises:
            ImportError: httpx-sse, which does the parsing, is not installed.
        """
        try:
            from httpx_sse._decoders import SSEDecoder
        except ImportError as error:
            msg = "Server-sent events need more: python -m pip install httpx httpx-sse"
            raise ImportError(msg) from error
        decoder = SSEDecoder()
        async for line in self.lines():
            event = decoder.decode(line)
            if event is not None:
                yield event

    async def read(self) -> bytes:
        """Return the rest of the body."""
        return b"".join([piece async for piece in self.chunks()])

    async def disconnect(self) -> None:
        """Leave as a client that goes away: the application is told so."""
        await self._requester.disconnect()

    async def __aenter__(self) -> Self:
        self._line.hold_back(self._line.wiring.window or _WINDOW, _KEPT)
        await self._requester.send_request()
        while self._parts.start is None:
            await self._next()
        return self

    async def __aexit__(self, kind: Any, error: Any, traceback: Any) -> None:
        self._line.hold_back(None, None)
        if not self._parts.complete:
            await self._requester.disconnect()

    async def _next(self) -> bytes | None:
        event = await self._requester.receive_output(self._timeout)
        return self._parts.feed(event)

    @property
    def _start(self) -> dict[str, Any]:
        if self._parts.start is None:
            msg = "The response has not begun: enter 'async with' first."
            raise RuntimeError(msg)
        return self._parts.start
