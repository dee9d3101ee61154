"""The communicator for one HTTP request.

It sends the request and gathers the response, or hands it on as a stream.
Everything that holds for any application is in ``_application``.
"""

import asyncio
from collections.abc import AsyncIterable, Iterable
from typing import Any, Final, Unpack

from asgilab.communicators._application import ApplicationCommunicator
from asgilab.communicators._context import ContextChoice
from asgilab.communicators._cookies import take_cookies
from asgilab.communicators._identity import Identity
from asgilab.communicators._response import Response, ResponseParts
from asgilab.communicators._site import at_home
from asgilab.communicators._stream import ResponseStream
from asgilab.communicators._wiring import Validation, Wiring, wired
from asgilab.errors import NoOutput, PayloadError, UncleanExit
from asgilab.protocol import HttpScopeOptions, ServerHabits, http_scope
from asgilab.types import Headers

Body = bytes | bytearray | memoryview | Iterable[bytes] | AsyncIterable[bytes]
_VERSION = "2.3"
"""Which specification the scope announces: the latest that any server does. From 2.4
on ``send()`` raises once the client has gone, and no server does that for HTTP; an
application that goes by the version, as Starlette does, would be told by none of both.
"""
_VERSION_THAT_RAISES = "2.5"
_UNREAD = 1024
"""How many events of a response may be unread before the application has to wait."""


class HttpCommunicator(ApplicationCommunicator):
    """Makes one HTTP request to an application.

    Args:
        application: An ASGI application.
        method: HTTP method, such as ``"GET"``.
        path: Path with query string, or a full URL.
        body: Body of the request: bytes, a ``bytearray`` or a ``memoryview``; an
            iterable of such pieces, asynchronous or not, is sent in as many events.
        headers: Header pairs, as bytes or text.
        user: A Django user or its name: the request carries its session cookie.
        session: What the Django session of the request holds.
        scope_options: Further parts of the scope, as ``protocol.http_scope``
            takes them: ``cookies``, ``client``, ``server``, ``state``, ``extensions``.
        context: See :class:`ApplicationCommunicator`.
        validate: What becomes of a breach of the ASGI rules: ``"off"``,
            ``"record"``, ``"spec"`` (errors are raised) or ``"strict"`` (warnings
            too, and breaches of the test's own). Default: ``"spec"``.
        strict: Whether leftovers at the end are errors. Default: no.
        served_by: A server whose habits the application is to meet:
            ``"uvicorn"``, ``"daphne"``, ``"hypercorn"`` or ``"granian"``.
        window: How many events of the response may be unread before the
            application's ``send()`` waits. Default: enough for most.
        raise_on_gone: Whether ``send()`` raises an ``OSError`` once the client
            has gone, as ASGI has it from 2.4 on: the scope then announces 2.5.
            Default: no, like all servers; the scope announces 2.3 like theirs.
        wiring: See :class:`ApplicationCommunicator`.

    Attributes:
        cookies: The client's cookies by name: those it sent, and those that the
            response set; a deleted one is gone. Hand them on to the next
            request or WebSocket of the same client with ``cookies=``.

    Raises:
        PayloadError: The body is neither bytes nor an iterable of them; of an
            iterable that is told where the piece is sent.

    Example::

        communicator = HttpCommunicator(application, "GET", "/health/")
        response = await communicator.get_response()
        assert response["status"] == 200
    """

    def __init__(
        self,
        application: Any,
        method: str,
        path: str,
        body: Body = b"",
        headers: Headers | None = None,
        *,
        user: Any = None,
        session: dict[str, Any] | None = None,
        context: ContextChoice = "blank",
        validate: Validation | None = None,
        strict: bool | None = None,
        served_by: str | ServerHabits | None = None,
        window: int | None = None,
        raise_on_gone: bool | None = None,
        wiring: Wiring | None = None,
        **scope_options: Unpack[HttpScopeOptions],
    ) -> None:
        if type(body) is not bytes:
            body = _judged(body)
        options = at_home(path, scope_options)
        scope = http_scope(method, path, headers=headers, **options)
        if "spec_version" not in scope_options:
            version = _VERSION_THAT_RAISES if raise_on_gone else _VERSION
            scope["asgi"]["spec_version"] = version
        super().__init__(
            application,
            scope,
            context=context,
            wiring=wired(wiring, validate, strict, served_by, window, raise_on_gone),
        )
        self.body = body
        self.sent_request = False
        cookies = scope_options.get("cookies")
        self.cookies: dict[str, str] = dict(cookies) if cookies else {}
        if user is not None or session is not None:
            create = self._wiring.create_users
            self._prepare.append(
                Identity(self.scope, user, session, create=create).enter
            )

    async def get_response(
        self, timeout: float = 1, *, deadline: float = 60
    ) -> Response:
        """Send the request, if that is still to be done, and gather the response.

        Args:
            timeout: Seconds to wait for each event of the response.
            deadline: Seconds for the whole response, so that an endless one
                comes to an end.

        Returns:
            A dict with ``status``, ``headers`` (pairs of bytes) and ``body``,
            and what the response extensions added.

        Raises:
            NoOutput: An event did not come in time, or not the last one.
            ApplicationEnded: The application returned before the end of it.
            UnexpectedEvent: It sent something that is no part of a response.
        """
        window = self._wiring.window
        self._line.hold_back(window or _UNREAD, None)
        made = True
        ours = self._is_ours()
        if ours and self._is_plain():
            self.sent_request = True
            made = self._begin_with({"type": "http.request", "body": self.body})
        else:
            await self.send_request()
        time = asyncio.get_running_loop().time
        end = time() + deadline
        if not made:
            await self._wait_for_output(timeout)
        unread = self._line.outbox.events
        parts = ResponseParts()
        body: list[bytes] = []
        while not parts.complete:
            if unread and ours and self._line.window is None:
                event = unread.popleft()
            elif time() > end:
                msg = f"The response did not end within {deadline} s."
                raise self._noted(NoOutput(msg))
            else:
                event = await self.receive_output(timeout)
            body.append(parts.feed(event) or b"")
        self._line.hold_back(window, None)
        response = parts.response(b"".join(body))
        take_cookies(self.cookies, response["headers"])
        return response

    def _is_plain(self) -> bool:
        """Whether the request is one event, and nothing else is to be done for it."""
        return (
            type(self.body) is bytes
            and not self.sent_request
            and self._task is None
            and self._wiring.before is None
        )

    def _is_ours(self) -> bool:
        """Whether nobody put calls of his own in place of those that we shorten."""
        kind, own = type(self), vars(self)
        return not any(
            getattr(kind, name) is not call or name in own
            for name, call in _SHORTENED.items()
        )

    def stream(self, timeout: float = 1) -> ResponseStream:
        """Return the response to read it while it is produced, in ``async with``.

        The application's ``send()`` waits while it is ahead of the reader.

        Args:
            timeout: Seconds to wait for each event of the response.

        Example::

            async with communicator.stream() as response:
                async for event in response.events():   # server-sent events
                    ...
        """
        return ResponseStream(self, self._line, timeout)

    async def send_request(self) -> None:
        """Send the request with its body, once; calling it again does nothing."""
        if self.sent_request:
            return
        self.sent_request = True
        if self._wiring.before is not None:
            await self._wiring.before()
        if isinstance(self.body, bytes):
            await self.send_input({"type": "http.request", "body": self.body})
            return
        async for piece in _pieces(self.body):
            event = {"type": "http.request", "body": piece, "more_body": True}
            await self.send_input(event)
        await self.send_input({"type": "http.request", "body": b""})

    async def disconnect(self, timeout: float = 1) -> None:
        """Leave as a client that goes away, at any point of request or response.

        Args:
            timeout: Seconds to wait for the application to end.

        Raises:
            UncleanExit: In strict mode: the application goes on regardless.
                Elsewhere that is an :class:`AsgilabWarning`, and it is cancelled.
            Exception: The application's own, if nobody has seen it yet.
        """
        task = self._running()
        self._line.drop()
        if not task.done():
            self._line.leave({"type": "http.disconnect"})
            await self._wait_for_end(timeout)
        if not task.done():
            msg = "The application ignored http.disconnect and goes on."
            if self._wiring.strict:
                raise self._noted(UncleanExit(msg))
            self._warn(msg)
            task.cancel()
            await self._wait_for_end(timeout)
        self._raise_unseen()

    async def _leave(self) -> None:
        if self._task is not None and not self._task.done():
            await self.disconnect()
        await super()._leave()


_SHORTENED: Final = {
    name: getattr(HttpCommunicator, name)
    for name in ("send_input", "send_request", "receive_output")
}
"""Calls whose work is done without them. A suite may have some of its own that do
more, in a subclass, patched into the class, or spied on in one communicator."""


def _judged(body: Any) -> bytes | Iterable[Any] | AsyncIterable[Any]:
    """Return a body as bytes, or as the iterable it is."""
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    if isinstance(body, str) or not isinstance(body, (Iterable, AsyncIterable)):
        msg = f"The body of a request is bytes, got {type(body).__name__}."
        raise PayloadError(msg)
    return body


async def _pieces(body: Iterable[Any] | AsyncIterable[Any]) -> Any:
    if isinstance(body, AsyncIterable):
        async for piece in body:
            yield _piece(piece)
    else:
        for piece in body:
            yield _piece(piece)


def _piece(piece: Any) -> bytes:
    if isinstance(piece, (bytes, bytearray, memoryview)):
        return bytes(piece)
    msg = f"A piece of a request's body is bytes, got {type(piece).__name__}."
    raise PayloadError(msg)
