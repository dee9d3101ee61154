"""The rule table: every rule of ASGI by its id.

This file reads the chapters of ``rulebook`` into values. What a rule means stands
there; how it is judged, in the modules of the protocols.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from asgilab.protocol._findings import Severity
from asgilab.protocol.rulebook import CHAPTERS


class Party(StrEnum):
    """Who has to keep a rule."""

    APPLICATION = "application"
    """What the application sends, or does."""

    SERVER = "server"
    """What the application is given; in a test, by the test itself."""

    BOTH = "both"
    """Either of them, by the direction of the event."""


class Basis(StrEnum):
    """Why a rule is one."""

    SPEC = "spec"
    """The ASGI specification says so."""

    RFC = "rfc"
    """The RFCs of HTTP or WebSocket say so; ASGI does not."""

    LINT = "lint"
    """Neither says so, but most servers punish it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the rule table.

    Attributes:
        id: The id, such as ``"WS-30"``. An id that ends in ``b`` is the milder
            form of the rule without it.
        chapter: The chapter of the rulebook, such as ``"WebSocket"``.
        party: Who has to keep the rule.
        severity: How grave it is when nothing else is said.
        basis: Why it is a rule.
        since: The version of the sub-specification that brought it, or "" for
            one that was there from the start.
        judge: Who judges it: ``"conversation"``, ``"scope"``, the id of another
            rule whose finding covers it, or ``"beyond"`` when only a running
            server, communicator or lab can show it.
        sentence: What the rule asks for.
    """

    id: str
    chapter: str
    party: Party
    severity: Severity
    basis: Basis
    since: str
    judge: str
    sentence: str


def read_chapter(title: str, text: str) -> Iterator[Rule]:
    """Read one chapter of the rulebook.

    Args:
        title: The chapter's title.
        text: Rules in the format that ``rulebook`` tells.

    Yields:
        The rules in the order of the text.

    Raises:
        ValueError: The text is not in that format.
    """
    words: list[str] = []
    sentence: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith(" "):
            sentence.append(line.strip())
            continue
        if words:
            yield _rule(title, words, " ".join(sentence))
        words, sentence = line.split(), []


def _rule(chapter: str, words: list[str], sentence: str) -> Rule:
    """One row from its line of words and its sentence."""
    if len(words) != 6 or not sentence:
        message = f"not a rule: {' '.join(words)!r} with sentence {sentence!r}"
        raise ValueError(message)
    name, party, severity, basis, since, judge = words
    return Rule(
        id=name,
        chapter=chapter,
        party=Party(party),
        severity=Severity(severity),
        basis=Basis(basis),
        since="" if since == "-" else since,
        judge=judge,
        sentence=sentence,
    )


def read_rules(chapters: Mapping[str, str]) -> Mapping[str, Rule]:
    """Read all chapters of the rulebook.

    Args:
        chapters: Title to text, in reading order.

    Returns:
        Every rule by its id, in the order of the texts.

    Raises:
        ValueError: A text is not in the format, or two rules have one id.
    """
    rules: dict[str, Rule] = {}
    for title, text in chapters.items():
        for rule in read_chapter(title, text):
            if rule.id in rules:
                message = f"two rules are called {rule.id}"
                raise ValueError(message)
            rules[rule.id] = rule
    return MappingProxyType(rules)


RULES: Final = read_rules(CHAPTERS)
"""Every rule by its id, in the order of the rulebook."""
