"""What is taken as an event, how much of it is kept, and which findings are raised.

Pure decisions of the line, which acts on them; and what the rules say of its state.
"""

from typing import Final

from asgilab.protocol import Conversation, Finding, Severity
from asgilab.types import Message

_MILD: Final = frozenset({Severity.RECORD, Severity.WARNING})
_MILDEST: Final = frozenset({Severity.RECORD})


def copied(message: Message) -> Message:
    """Return a copy of an event of another type, or what is no event as it is."""
    try:
        return dict(message)
    except (TypeError, ValueError):
        return message


def gravest(findings: tuple[Finding, ...], validate: str) -> Finding | None:
    """Return the first finding that validation does not let pass.

    Args:
        findings: What there is to be said against an event.
        validate: See ``Validation`` in ``_wiring``.
    """
    if validate == "record":
        return None
    passed = _MILDEST if validate == "strict" else _MILD
    return next((each for each in findings if each.severity not in passed), None)


def leave_out(recorded: Message, kept: int) -> tuple[int, str]:
    """Keep a body out of the session once enough of them are in it.

    Args:
        recorded: The event as it is about to be recorded; changed in place.
        kept: How many more bytes may be kept.

    Returns:
        How many may be kept from now on, and a note for the event, or "".
    """
    size = len(recorded.get("body", b""))
    left = max(kept - size, 0)
    if left or not size:
        return left, ""
    recorded["body"] = b""
    return left, f"body of {size} bytes not kept"


class Judged:
    """A connection whose events are judged, from its beginning on, if validation is on.

    On the class, so that a new one costs nothing.
    """

    _conversation: Conversation | None = None

    @property
    def closed(self) -> bool:
        """Whether the application itself has closed the connection."""
        conversation = self._conversation
        if conversation is None:
            return False
        return conversation.over and conversation.state != "gone"

    @property
    def state(self) -> str:
        """The state of the connection by the rules, such as ``"open"``."""
        return "unknown" if self._conversation is None else self._conversation.state

    @property
    def deliverable(self) -> tuple[str, ...]:
        """The event types that may be delivered to the application now."""
        return () if self._conversation is None else self._conversation.deliverable

    @property
    def allowed(self) -> tuple[str, ...]:
        """The event types that the application may send now."""
        return () if self._conversation is None else self._conversation.allowed
