"""What is taken as an event, and which findings about it are raised.

Pure decisions of the line, which acts on them.
"""

from typing import Final

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
