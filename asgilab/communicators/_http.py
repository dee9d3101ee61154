"""The communicator for one HTTP request.

It sends the request and gathers the response. Everything that holds for any
application is in ``_application``.
"""

import asyncio
from typing import Any, NotRequired, TypedDict

from asgilab.communicators._application import ApplicationCommunicator, ContextChoice
from asgilab.communicators._identity import Identity
from asgilab.communicators._wiring import Wiring
from asgilab.errors import PayloadError, UnexpectedEvent
from asgilab.protocol import http_scope
from asgilab.types import Headers


class Response(TypedDict):
    """What ``get_response`` returns."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    trailers: NotRequired[bool]


class HttpCommunicator(ApplicationCommunicator):
    """Makes one HTTP request to an application.

    Args:
        application: An ASGI application.
        method: HTTP method, such as ``"GET"``.
        path: Path with query string, or a full URL.
        body: Body of the request.
        headers: Header pairs, as bytes or text.
        user: A Django user or its name: the request carries its session cookie.
        session: What the Django session of the request holds.
        scope_options: Further parts of the scope, as ``protocol.http_scope``
            takes them: ``cookies``, ``client``, ``server``, ``state``, ``extensions``.
        context: See :class:`ApplicationCommunicator`.
        wiring: See :class:`ApplicationCommunicator`.

    Raises:
        PayloadError: The body is not bytes.

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
        body: bytes = b"",
        headers: Headers | None = None,
        *,
        user: Any = None,
        session: dict[str, Any] | None = None,
        context: ContextChoice = "blank",
        wiring: Wiring | None = None,
        **scope_options: Any,
    ) -> None:
        if not isinstance(body, bytes):
            msg = f"The body of a request is bytes, got {type(body).__name__}."
            raise PayloadError(msg)
        scope = http_scope(method, path, headers=headers, **scope_options)
        super().__init__(application, scope, context=context, wiring=wiring)
        self.body = body
        self.sent_request = False
        if user is not None or session is not None:
            create = self._wiring.create_users
            self._prepare.append(Identity(scope, user, session, create=create).enter)

    async def get_response(self, timeout: float = 1) -> Response:
        """Send the request, if that is still to be done, and gather the response.

        Args:
            timeout: Seconds to wait for each event of the response.

        Returns:
            A dict with ``status``, ``headers`` (pairs of bytes) and ``body``.

        Raises:
            NoOutput: An event of the response did not come in time.
            ApplicationEnded: The application returned before the end of it.
            UnexpectedEvent: It sent something that is no part of a response.
        """
        if not self.sent_request:
            self.sent_request = True
            await self.send_input({"type": "http.request", "body": self.body})
        start = await self._expect("http.response.start", timeout)
        body = []
        while True:
            part = await self._expect("http.response.body", timeout)
            chunk = part.get("body", b"")
            if not isinstance(chunk, bytes):
                msg = f"The body of a response is bytes, got {type(chunk).__name__}."
                raise self._noted(UnexpectedEvent(msg))
            body.append(chunk)
            if not part.get("more_body", False):
                break
        response = {key: value for key, value in start.items() if key != "type"}
        response["headers"] = [(name, value) for name, value in start.get("headers", ())]
        response["body"] = b"".join(body)
        return response  # type: ignore[return-value]

    async def _expect(self, kind: str, timeout: float) -> Any:
        event = await self.receive_output(timeout)
        if event["type"] != kind:
            msg = f"Expected type {kind!r}, but was {event['type']!r}"
            raise self._noted(UnexpectedEvent(msg))
        return event

    async def _leave(self) -> None:
        if self._task is not None and not self._task.done():
            self._line.deliver({"type": "http.disconnect"})
            await asyncio.wait({self._task}, timeout=1)
        await super()._leave()
