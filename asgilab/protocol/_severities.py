"""How grave each rule is taken: the presets, and how to alter one.

Values only; nothing here judges an event.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from asgilab.errors import UsageError
from asgilab.protocol._findings import Severity
from asgilab.protocol._rules import RULES


class Severities(Mapping[str, Severity]):
    """A severity for every rule. A value: to alter it is to get another one.

    Example:
        Header names may have capitals, a missing answer only warns::

            severities = SPEC.with_rules(
                {"HTTP-13": Severity.OFF, "WS-50": Severity.WARNING}
            )

    Args:
        severities: Rule id to severity; a rule that is not named keeps the
            severity of the rule table.

    Raises:
        UsageError: A key is no rule id, or a value no severity.
    """

    __slots__ = ("_severities",)

    def __init__(self, severities: Mapping[str, Severity | str] | None = None) -> None:
        self._severities = {rule.id: rule.severity for rule in RULES.values()}
        for rule, severity in (severities or {}).items():
            self._severities[_known(rule)] = _severity(rule, severity)

    def __getitem__(self, rule: str) -> Severity:
        return self._severities[rule]

    def __iter__(self) -> Iterator[str]:
        return iter(self._severities)

    def __len__(self) -> int:
        return len(self._severities)

    def __repr__(self) -> str:
        altered = {
            rule: str(severity)
            for rule, severity in self.items()
            if severity is not RULES[rule].severity
        }
        return f"Severities({altered})"

    def __hash__(self) -> int:
        return hash(tuple(self._severities.values()))

    def with_rules(self, severities: Mapping[str, Severity | str]) -> "Severities":
        """The same severities but for the rules that are named.

        A rule's milder form (``WS-44b`` of ``WS-44``) goes along with it, unless
        it is named too.

        Args:
            severities: Rule id to severity, either a ``Severity`` or its name.

        Returns:
            A new mapping; this one stays as it is.

        Raises:
            UsageError: A key is no rule id, or a value no severity.
        """
        milder = {
            f"{rule}b": severity
            for rule, severity in severities.items()
            if f"{rule}b" in RULES
        }
        return Severities({**self, **milder, **severities})


def _known(rule: str) -> str:
    if rule not in RULES:
        message = (
            f"No rule is called {rule!r}; expected an id such as 'HTTP-13'. "
            "python -m asgilab.protocol prints them all."
        )
        raise UsageError(message)
    return rule


def _severity(rule: str, severity: Severity | str) -> Severity:
    try:
        return Severity(severity)
    except ValueError:
        names = ", ".join(Severity)
        message = f"{severity!r} is no severity for {rule}; expected one of {names}."
        raise UsageError(message) from None


SPEC: Final = Severities()
"""The severities of the rule table."""

STRICT: Final = Severities(
    {
        rule: Severity.ERROR
        for rule, severity in SPEC.items()
        if severity is Severity.WARNING
    }
)
"""Every warning is an error."""

OFF: Final = Severities(dict.fromkeys(SPEC, Severity.OFF))
"""No rule is reported. Conversations still follow the states."""
