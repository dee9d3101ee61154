"""How a message of a channel layer knows the event that it was sent by.

Within one process the message itself carries it. A layer that goes over a wire, as
channels_redis does, makes bytes of the message and another message of the bytes; so
the bytes are remembered instead, and the message stays as its sender made it. What
was sent by another process is not known.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final

SENDING: Final[ContextVar[int]] = ContextVar("asgilab_sending")
"""Index of the event of the call to the layer that is under way."""

_MOST: Final = 256
"""How many sent messages are remembered; the oldest is forgotten first."""


class Traced(dict[str, Any]):
    """A message that knows the event it was sent by; copies know it as well."""

    cause: int | None = None


def traced(message: Any, cause: int | None) -> Any:
    """Return a message with its cause; what is no dict, or has none, as it is."""
    if cause is None or not isinstance(message, dict):
        return message
    known = Traced(message)
    known.cause = cause
    return known


class Wire:
    """Remembers which event the bytes on a layer's wire came of."""

    def __init__(self) -> None:
        self._causes: dict[bytes, int | None] = {}

    def serializing(self, serialize: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return a layer's ``serialize`` that remembers what it made, and of what."""

        def remembering(message: Any) -> Any:
            content = serialize(message)
            cause = SENDING.get(None)
            if cause is not None and isinstance(content, bytes):
                self._remember(content, cause)
            return content

        return remembering

    def deserializing(self, deserialize: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return a layer's ``deserialize`` whose messages know what they came of."""

        def remembering(content: Any) -> Any:
            return traced(deserialize(content), self._causes.get(content))

        return remembering

    def _remember(self, content: bytes, cause: int) -> None:
        """Remember the cause of some bytes.

        channels_redis begins each message with random ones. Where it was told not to,
        a message may be sent twice: which of the two arrived cannot be known then.
        """
        again = content in self._causes
        self._causes[content] = None if again else cause
        if len(self._causes) > _MOST:
            del self._causes[next(iter(self._causes))]
