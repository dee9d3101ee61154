"""What is taken as an event, how much of it is kept, and which findings are raised.

Pure decisions of the line, which acts on them.
"""

from typing import Any, Final

from asgilab.protocol import Finding, Severity
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


def leave_out(recorded: dict[str, Any], kept: int) -> tuple[int, str]:
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
