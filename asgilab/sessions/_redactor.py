"""Taking secrets out of the events of a session in the order they happened.

A body that comes in chunks, and JSON that goes on in the next frame, are read
as one text for each connection and direction. What is known of one event alone
stands in ``_redaction``.
"""

from collections.abc import Mapping
from typing import Any, Final

from asgilab.sessions._event import Kind
from asgilab.sessions._redaction import redact_secrets
from asgilab.sessions._secret_texts import Reading

_BODIES: Final = frozenset(
    {"http.request", "http.response.body", "websocket.http.response.body"}
)
_FRAMES: Final = frozenset({"websocket.receive", "websocket.send"})
_FRAGMENT: Final = 512
"""Characters or bytes. Who cuts a long text cuts pieces at least as large."""

_LONGEST_IN_FRAGMENTS: Final = 2048
"""Characters of one secret that may come in shorter frames. JSON that never closes
must not hide all that is said after it: so this many go, and one with a space."""

_OPENING: Final = frozenset({"{", "[", b"{", b"["})
_CLOSING: Final = frozenset({"}", "]", b"}", b"]", "\n", b"\n"})


class Redactor:
    """Returns each event of some connections as it may be shown.

    Events have to come in their order. What an event alone shows of secrets is
    found as by :func:`redact_secrets`, and beyond it a secret of which one event
    holds the beginning and the next of its connection the rest.

    Example::

        redactor = Redactor()
        redactor("a", "receive", {"type": "http.request", "body": b"pass",
                                  "more_body": True})
        redactor("a", "receive", {"type": "http.request", "body": b"word=b"})
        # {'type': 'http.request', 'body': b'word=[redacted]'}
    """

    def __init__(self) -> None:
        self._readings: dict[tuple[str, str], Reading] = {}
        self._in_fragments: dict[tuple[str, str], int] = {}

    def concerns(self, connection: str, kind: str, message: Mapping[str, Any]) -> bool:
        """Tell whether an event takes part in a text that comes in pieces.

        Of any other, :func:`redact_secrets` finds all that can be found, in
        whatever order it is asked.
        """
        if self._readings and (
            (connection, kind) in self._readings or kind in (Kind.OPEN, Kind.END)
        ):
            return True
        what = message.get("type")
        if not isinstance(what, str):
            return False
        if what in _BODIES:
            return bool(message.get("more_body"))
        return what in _FRAMES and _ends_early(
            message.get("text") or message.get("bytes")
        )

    def __call__(
        self, connection: str, kind: str, message: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the next event as it may be shown.

        Args:
            connection: Name of its connection.
            kind: What sort of thing happened, as :class:`Kind` spells it.
            message: The event, or the scope.
        """
        if not self.concerns(connection, kind, message):
            return redact_secrets(message)
        if kind in (Kind.OPEN, Kind.END):
            for direction in (Kind.RECEIVE, Kind.SEND):
                self._readings.pop((connection, direction), None)
                self._in_fragments.pop((connection, direction), None)
            return redact_secrets(message)
        what = message.get("type")
        if what in _BODIES:
            return self._body((connection, kind), message)
        if what in _FRAMES:
            return self._frame((connection, kind), message)
        return redact_secrets(message)

    def _body(self, key: tuple[str, str], message: Mapping[str, Any]) -> dict[str, Any]:
        more = bool(message.get("more_body"))
        body = message.get("body", b"")
        reading = self._readings.get(key)
        if not isinstance(body, bytes) or (reading is None and not more):
            return redact_secrets(message)
        if reading is None:
            reading = self._readings[key] = Reading()
        if not more:
            del self._readings[key]
        return _with(message, "body", reading.feed_bytes(body))

    def _frame(
        self, key: tuple[str, str], message: Mapping[str, Any]
    ) -> dict[str, Any]:
        name = "text" if message.get("text") is not None else "bytes"
        payload = message.get(name)
        before = self._readings.pop(key, None)
        if not payload or not isinstance(payload, (str, bytes)):
            return redact_secrets(message)
        reading = Reading()
        shown = _fed(reading, payload)
        gone = self._in_fragments.pop(key, 0)
        if before is not None and not reading.is_whole_json:  # no text of its own
            went_on = before.ends_within_secret
            shown = _fed(before, payload)
            hidden = went_on and before.ends_within_secret
            if hidden and len(payload) < _FRAGMENT:
                gone += len(payload)
                self._in_fragments[key] = gone
            over = gone > _LONGEST_IN_FRAGMENTS or (hidden and _is_said(payload))
            if before.is_whole_json or (before.ends_within_json and not over):
                reading = before
        if reading.ends_within_json:
            self._readings[key] = reading
        else:
            self._in_fragments.pop(key, None)
        return _with(message, name, shown)


def _is_said(payload: str | bytes) -> bool:
    """Tell whether a frame has words: more likely a message than a piece of a token."""
    return len(payload) < _FRAGMENT and len(payload.split(maxsplit=1)) > 1


def _ends_early(payload: Any) -> bool:
    """Tell whether a frame begins like JSON and ends like none."""
    if not payload or not isinstance(payload, (str, bytes)):
        return False
    return payload[:1] in _OPENING and payload[-1:] not in _CLOSING


def _with(message: Mapping[str, Any], name: str, payload: Any) -> dict[str, Any]:
    """Return an event with a payload that is redacted already."""
    shown = redact_secrets({key: v for key, v in message.items() if key != name})
    return {key: payload if key == name else shown[key] for key in message}


def _fed(reading: Reading, payload: str | bytes) -> str | bytes:
    if isinstance(payload, str):
        return reading.feed(payload)
    return reading.feed_bytes(payload)
