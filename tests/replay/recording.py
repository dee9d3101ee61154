"""Writing sessions by hand, as a lab would have recorded them."""

import json
from datetime import UTC, datetime
from typing import Any

from asgilab.sessions import Kind, Session

STARTED = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


class Recording:
    """A session that grows by a tenth of a second with each event."""

    def __init__(
        self,
        application: str | None = "chat.asgi:application",
        settings: str | None = None,
        started: datetime = STARTED,
    ) -> None:
        self.session = Session(
            application=application, settings=settings, started=started
        )

    def event(
        self, connection: str, kind: Kind, message: dict[str, Any], **more: Any
    ) -> int:
        at = len(self.session) / 10
        return self.session.record(at, connection, kind, message, **more)

    def opens(
        self, connection: str, path: str = "/ws/chat/lobby/", **scope: Any
    ) -> "Recording":
        """Open a websocket that is accepted."""
        self.starts(connection, path, **scope)
        self.sends(connection, {"type": "websocket.accept", "subprotocol": None})
        return self

    def starts(self, connection: str, path: str, **scope: Any) -> None:
        """Open a websocket and leave the answer to the caller."""
        user = scope.pop("user", None)
        if user is not None:
            self.session.options[connection] = {"user": user}
        plain, _, query = path.partition("?")
        made = {
            "type": "websocket",
            "path": plain,
            "query_string": query.encode(),
            "headers": [],
            "subprotocols": [],
            **scope,
        }
        self.event(connection, Kind.OPEN, made)
        self.event(connection, Kind.RECEIVE, {"type": "websocket.connect"})

    def says(self, connection: str, payload: Any) -> None:
        """Let the client send a frame: text, bytes, or anything else as JSON."""
        self.event(
            connection, Kind.RECEIVE, {"type": "websocket.receive", **frame(payload)}
        )

    def hears(self, connection: str, payload: Any, **more: Any) -> None:
        """Let the application send a frame."""
        message = {"type": "websocket.send", **frame(payload)}
        self.event(connection, Kind.SEND, message, **more)

    def sends(self, connection: str, message: dict[str, Any], **more: Any) -> None:
        """Let the application send an event."""
        self.event(connection, Kind.SEND, message, **more)

    def leaves(self, connection: str, code: int = 1000) -> None:
        """Let the client disconnect and the application return."""
        goodbye = {"type": "websocket.disconnect", "code": code}
        self.event(connection, Kind.RECEIVE, goodbye)
        self.event(connection, Kind.END, {"type": "returned", "exception": None})

    def fails(self, connection: str, traceback: str) -> None:
        """Let the application raise."""
        ended = {"type": "raised", "exception": traceback}
        self.event(connection, Kind.END, ended)

    def requests(
        self, connection: str, method: str, path: str, body: bytes = b"", **scope: Any
    ) -> None:
        """Let a client make an HTTP request."""
        user = scope.pop("user", None)
        if user is not None:
            self.session.options[connection] = {"user": user}
        plain, _, query = path.partition("?")
        made = {
            "type": "http",
            "method": method,
            "path": plain,
            "query_string": query.encode(),
            "headers": [],
            **scope,
        }
        self.event(connection, Kind.OPEN, made)
        request = {"type": "http.request", "body": body, "more_body": False}
        self.event(connection, Kind.RECEIVE, request)

    def responds(
        self,
        connection: str,
        status: int,
        *chunks: bytes,
        content_type: bytes = b"application/json",
    ) -> None:
        """Let the application send a whole response, and return."""
        headers = [(b"Content-Type", content_type)]
        start = {"type": "http.response.start", "status": status, "headers": headers}
        self.event(connection, Kind.SEND, start)
        for chunk in chunks:
            part = {"type": "http.response.body", "body": chunk, "more_body": True}
            self.event(connection, Kind.SEND, part)
        self.event(connection, Kind.SEND, {"type": "http.response.body"})
        self.event(connection, Kind.END, {"type": "returned", "exception": None})


def frame(payload: Any) -> dict[str, Any]:
    if isinstance(payload, bytes):
        return {"bytes": payload}
    text = payload if isinstance(payload, str) else json.dumps(payload)
    return {"text": text}


TRACEBACK = """Traceback (most recent call last):
  File "/srv/chat/consumers.py", line 93, in receive_json
    share = content["total"] / content["people"]
            ~~~~~~~~~~~~~~~~~^~~~~~~~~~~~~~~~~~~
ZeroDivisionError: division by zero
"""
