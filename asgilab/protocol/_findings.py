"""What a judge of the protocol says: findings, and how grave they are.

The words only. Which rule has which severity is told in ``_rules`` and
``_severities``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias


class Severity(StrEnum):
    """How grave it is to break a rule."""

    ERROR = "error"
    """Fails the test: raised out of ``send()`` where validation is strict."""

    WARNING = "warning"
    """Told as a Python warning, and recorded."""

    RECORD = "record"
    """Recorded only: worth seeing in the timeline, no fault."""

    OFF = "off"
    """Not reported at all."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that was broken once.

    Attributes:
        rule: The id of the rule, such as ``"WS-30"``; a key of ``RULES``.
        severity: How grave it is under the severities that were asked for.
        text: One clause: what came, in which state, and what was expected.
    """

    rule: str
    severity: Severity
    text: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.text}"


Findings: TypeAlias = tuple[Finding, ...]
"""What one event brought to light; nearly always ``NOTHING``."""

NOTHING: Final[Findings] = ()
"""The shared answer to an event that breaks no rule."""

Breach: TypeAlias = tuple[str, str]
"""A rule that a check found broken, and what to say: ``("WS-23", "has ...")``."""

Breaches: TypeAlias = Iterator[Breach]
"""What a check yields: nothing for an event that is right."""
