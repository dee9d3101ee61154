"""The communicator for one WebSocket.

It speaks the client's side: connect, frames, close. Everything that holds for
any application is in ``_application``.
"""

import json
from typing import Any, Unpack

from asgilab.communicators._context import ContextChoice
from asgilab.communicators._identity import Identity
from asgilab.communicators._layer import LayerCommunicator
from asgilab.communicators._site import at_home
from asgilab.communicators._wiring import Validation, Wiring, wired
from asgilab.errors import NoOutput, UncleanExit, UnexpectedEvent
from asgilab.protocol import Ending, ScopeOptions, ServerHabits, websocket_scope
from asgilab.types import Headers

_DENIAL = "websocket.http.response"


class WebsocketCommunicator(LayerCommunicator):
    """Opens one WebSocket to an application and talks over it.

    Args:
        application: An ASGI application; a ``URLRouter`` will do.
        path: Path with query string, or a full URL.
        headers: Header pairs, as bytes or text.
        subprotocols: The subprotocols that the client offers.
        spec_version: Version of the ASGI specification that the scope announces.
        user: A Django user or its name: the handshake carries its session cookie.
        session: What the Django session of the handshake holds.
        scope_options: Further parts of the scope, as ``protocol.websocket_scope``
            takes them: ``cookies``, ``origin``, ``client``, ``server``, ``state``,
            ``extensions``.
        context: See :class:`ApplicationCommunicator`.
        validate: What becomes of a breach of the ASGI rules: ``"off"``,
            ``"record"``, ``"spec"`` (errors are raised) or ``"strict"`` (warnings
            too, and breaches of the test's own). Default: ``"spec"``.
        strict: Whether leftovers at the end are errors. Default: no.
        served_by: A server whose habits the application is to meet:
            ``"uvicorn"``, ``"daphne"``, ``"hypercorn"`` or ``"granian"``.
        window: How many frames may be unread before the application's ``send()``
            waits, as it does for a client that reads slowly. Default: no bound.
        raise_on_gone: Whether ``send()`` raises an ``OSError`` once the client
            has gone. Default: after :meth:`drop`, if the scope announces 2.4 or
            later, as ASGI has it.
        wiring: See :class:`ApplicationCommunicator`.

    Attributes:
        response_headers: Headers that came with the acceptance, or None.
        denial: The HTTP response that denied the handshake (a dict with
            ``status``, ``headers`` and ``body``), or None.

    Raises:
        TypeError: The path is not text.

    Example::

        communicator = WebsocketCommunicator(application, "/ws/chat/lobby/")
        connected, subprotocol = await communicator.connect()
        assert connected
        await communicator.send_json_to({"message": "hi"})
        assert await communicator.receive_json_from() == {"message": "hi"}
        await communicator.disconnect()
    """

    def __init__(
        self,
        application: Any,
        path: str,
        headers: Headers | None = None,
        subprotocols: list[str] | None = None,
        spec_version: str | None = None,
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
        **scope_options: Unpack[ScopeOptions],
    ) -> None:
        address: Any = path  # callers without a type checker pass anything
        if not isinstance(address, str):
            msg = f"Expected str, got {type(path)}"
            raise TypeError(msg)
        scope = websocket_scope(
            path,
            headers=headers,
            subprotocols=subprotocols,
            spec_version=spec_version,
            **at_home(path, scope_options, application),
        )
        super().__init__(
            application,
            scope,
            context=context,
            wiring=wired(wiring, validate, strict, served_by, window, raise_on_gone),
        )
        self.response_headers: list[tuple[bytes, bytes]] | None = None
        self.denial: dict[str, Any] | None = None
        if user is not None or session is not None:
            create = self._wiring.create_users
            self._prepare.append(
                Identity(self.scope, user, session, create=create).enter
            )

    async def connect(self, timeout: float = 1) -> tuple[bool, Any]:
        """Open the connection and wait for the application's answer.

        Returns:
            ``(True, subprotocol)`` when it was accepted, the subprotocol being
            None unless one was chosen; ``(False, code)`` when it was closed,
            1000 standing for none; ``(False, status)`` when it was denied with
            an HTTP response, which :attr:`denial` then holds.

        Raises:
            NoOutput: No answer came in time.
            ApplicationEnded: The application returned without an answer.
            UnexpectedEvent: The first thing it sent was no answer.
        """
        await self._wiring.prepared()
        await self.send_input({"type": "websocket.connect"})
        answer = await self.receive_output(timeout)
        kind = answer["type"]
        if kind == "websocket.accept":
            self.response_headers = list(answer.get("headers", ()))
            return True, answer.get("subprotocol")
        if kind == "websocket.close":
            return False, answer.get("code", 1000)
        if kind == f"{_DENIAL}.start":
            self.denial = await self._gather_denial(answer, timeout)
            return False, self.denial["status"]
        msg = f"Expected type 'websocket.accept', but was {kind!r}"
        raise self._noted(UnexpectedEvent(msg))

    async def send_to(
        self, text_data: str | None = None, bytes_data: bytes | None = None
    ) -> None:
        """Send one frame to the application; the empty frame is a frame too.

        Raises:
            AssertionError: Not exactly one of the two was given, or it has
                another type.
        """
        if type(text_data) is str and bytes_data is None:  # as nearly always
            await self.send_input({"type": "websocket.receive", "text": text_data})
            return
        if (text_data is None) == (bytes_data is None):
            msg = "You must supply exactly one of text_data or bytes_data"
            raise AssertionError(msg)
        payload: Any = bytes_data if text_data is None else text_data
        if text_data is not None:
            if not isinstance(payload, str):
                msg = "The text_data argument must be a str"
                raise AssertionError(msg)
            await self.send_input({"type": "websocket.receive", "text": payload})
            return
        if not isinstance(payload, bytes):
            msg = "The bytes_data argument must be bytes"
            raise AssertionError(msg)
        await self.send_input({"type": "websocket.receive", "bytes": bytes_data})

    async def send_json_to(self, data: Any) -> None:
        """Send JSON to the application, as a text frame."""
        await self.send_to(text_data=json.dumps(data))

    async def receive_from(self, timeout: float = 1) -> str | bytes:
        """Receive one frame: text as ``str``, binary as ``bytes``.

        Raises:
            NoOutput: None came in time.
            ApplicationEnded: The application returned instead.
            UnexpectedEvent: It closed the connection instead, or the frame
                holds neither or both of text and bytes, or another type.
        """
        event = await self.receive_output(timeout)
        if event["type"] != "websocket.send":
            raise self._noted(self._unexpected("websocket.send", event))
        text, data = event.get("text"), event.get("bytes")
        if (text is None) == (data is None):
            msg = "The response needs exactly one of 'text' or 'bytes'"
            raise self._noted(UnexpectedEvent(msg))
        if text is not None:
            if not isinstance(text, str):
                msg = f"Text frame payload is not str, it is {type(text)}"
                raise self._noted(UnexpectedEvent(msg))
            return text
        if not isinstance(data, bytes):
            msg = f"Binary frame payload is not bytes, it is {type(data)}"
            raise self._noted(UnexpectedEvent(msg))
        return data

    async def receive_json_from(self, timeout: float = 1) -> Any:
        """Receive one text frame and decode the JSON in it.

        Raises:
            UnexpectedEvent: It was a binary frame.
            json.JSONDecodeError: The text is no JSON.
        """
        payload = await self.receive_from(timeout)
        if not isinstance(payload, str):
            msg = f"JSON data is not a text frame, it is {type(payload)}"
            raise self._noted(UnexpectedEvent(msg))
        return json.loads(payload)

    async def disconnect(
        self, code: int = 1000, timeout: float = 1, *, reason: str | None = None
    ) -> None:
        """Close the connection from the client's side and wait for the application.

        If the application has ended already, this returns at once; an exception
        of its that nobody has seen yet is raised all the same.

        Args:
            code: Close code, 1000 to 4999.
            timeout: Seconds to wait for the application to end.
            reason: Why, as the client puts it.

        Raises:
            UncleanExit: In strict mode: it ignores the disconnect, or events
                are unread. Elsewhere the former is an :class:`AsgilabWarning`.
            Exception: The application's own, if nobody has seen it yet.
        """
        if self._running().done():
            self._raise_unseen()
        else:
            message: dict[str, Any] = {"type": "websocket.disconnect", "code": code}
            if reason is not None:
                message["reason"] = reason
            await self._say_goodbye(message, timeout)
        if self._wiring.strict:
            self._check_leftovers()

    async def drop(self, code: int = 1006, timeout: float = 1) -> None:
        """Lose the connection without a closing handshake, as a dead client does.

        What the application sends from now on reaches nobody; by ASGI 2.4 its
        ``send()`` raises an ``OSError``, which is no fault of its own. Before
        :meth:`connect` it is a client that is lost while it waits for the answer.
        """
        task = self._running()
        if "websocket.connect" in self._line.deliverable and not task.done():
            self._line.deliver({"type": "websocket.connect"})
        self._line.drop()
        message = {"type": "websocket.disconnect", "code": code}
        await self._say_goodbye(message, timeout, Ending.LOST)

    async def expect_close(
        self, code: int | None = None, reason: str | None = None, timeout: float = 1
    ) -> tuple[int, str]:
        """Expect that the application closes the connection; return code and reason.

        Args:
            code: The code it must give, or None for any.
            reason: The reason it must give, or None for any.
            timeout: Seconds to wait.

        Raises:
            UnexpectedEvent: It sent something else, or another code or reason.
        """
        event = await self.receive_output(timeout)
        if event["type"] != "websocket.close":
            raise self._noted(self._unexpected("websocket.close", event))
        found = (event.get("code", 1000), event.get("reason") or "")
        wanted = (
            found[0] if code is None else code,
            found[1] if reason is None else reason,
        )
        if found != wanted:
            msg = f"Expected close {wanted[0]} {wanted[1]!r}, but was {found}"
            raise self._noted(UnexpectedEvent(msg))
        return found

    async def expect_denied(
        self, status: int | None = None, timeout: float = 1
    ) -> dict[str, Any]:
        """Connect, and expect that an HTTP response denies it; return that response.

        A close before the acceptance counts as status 403, which is what a
        real client sees of it.

        Raises:
            UnexpectedEvent: It was accepted, or denied with another status.
        """
        accepted, _ = await self.connect(timeout)
        denial = self.denial or {"status": 403, "headers": [], "body": b""}
        found = "accepted" if accepted else denial["status"]
        if accepted or (status is not None and denial["status"] != status):
            msg = f"Expected a denial with status {status or 'any'}, but was {found}"
            raise self._noted(UnexpectedEvent(msg))
        self.denial = denial
        return denial

    async def _enter(self) -> None:
        accepted, code = await self.connect()
        if not accepted:
            msg = f"Expected type 'websocket.accept', but was rejected with {code}"
            raise self._noted(UnexpectedEvent(msg))

    async def _leave(self) -> None:
        if self._task is not None and not self._task.done():
            message = {"type": "websocket.disconnect", "code": 1000}
            await self._say_goodbye(message, 1)
        await super()._leave()

    async def _say_goodbye(
        self, message: dict[str, Any], timeout: float, ending: Ending = Ending.CLIENT
    ) -> None:
        self._line.leave(message, ending)
        try:
            await self.wait(timeout)
        except NoOutput as error:
            msg = f"websocket.disconnect was ignored: {error}"
            if self._wiring.strict:
                raise self._noted(UncleanExit(msg)) from None
            self._warn(msg)

    async def _gather_denial(self, start: Any, timeout: float) -> dict[str, Any]:
        body = []
        more = True
        while more:
            part = await self.receive_output(timeout)
            if part["type"] != f"{_DENIAL}.body":
                raise self._noted(self._unexpected(f"{_DENIAL}.body", part))
            body.append(part.get("body", b""))
            more = part.get("more_body", False)
        headers = list(start.get("headers", ()))
        return {"status": start["status"], "headers": headers, "body": b"".join(body)}

    def _unexpected(self, wanted: str, event: Any) -> UnexpectedEvent:
        error = UnexpectedEvent(f"Expected type {wanted!r}, but was {event['type']!r}")
        if event["type"] == "websocket.close":
            code, reason = event.get("code", 1000), event.get("reason") or ""
            error.add_note(f"It was closed with code {code} and reason {reason!r}.")
        return error
