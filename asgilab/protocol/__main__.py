"""``python -m asgilab.protocol``: print the rule table, or the state diagrams."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from itertools import groupby
from shutil import get_terminal_size
from textwrap import fill
from typing import TextIO

from asgilab.protocol._diagram import state_diagram
from asgilab.protocol._protocols import PROTOCOLS
from asgilab.protocol._rules import RULES, Rule

WIDEST = 100
"""Columns: longer lines are hard to read."""


def rule_table(rules: Iterable[Rule], width: int) -> str:
    """The rule table as plain text.

    Args:
        rules: The rows, in the order of the rulebook.
        width: How many columns to fill.

    Returns:
        The text, with a heading for each chapter.
    """
    parts = [
        f"{chapter}\n{'-' * len(chapter)}\n"
        + "".join(_row(rule, width) for rule in rows)
        for chapter, rows in groupby(rules, key=lambda rule: rule.chapter)
    ]
    return "\n".join(parts)


def _row(rule: Rule, width: int) -> str:
    """One rule: a line of words, and its sentence indented below."""
    words = [rule.party, rule.basis if not rule.since else f"{rule.basis} {rule.since}"]
    judge = {"conversation": "", "scope": "", "beyond": "judged elsewhere"}
    words.append(judge.get(rule.judge, f"judged as {rule.judge}"))
    line = f"{rule.id:<9}{rule.severity:<9}{', '.join(word for word in words if word)}"
    indent = " " * 9
    sentence = fill(
        rule.sentence, width, initial_indent=indent, subsequent_indent=indent
    )
    return f"{line}\n{sentence}\n"


def main(arguments: Sequence[str] | None = None, output: TextIO | None = None) -> int:
    """Print what was asked for.

    Args:
        arguments: Those of the command line; None for the real ones.
        output: Where to print; None for standard output.

    Returns:
        The exit status: 1 when no rule has the beginning that was asked for.
    """
    parser = argparse.ArgumentParser(
        prog="python -m asgilab.protocol",
        description="Print the rules of ASGI that asgilab knows.",
    )
    parser.add_argument(
        "beginnings",
        nargs="*",
        metavar="ID",
        help="only rules whose id begins so, such as WS or HTTP-1",
    )
    parser.add_argument(
        "--diagrams",
        action="store_true",
        help="print the state diagrams of the protocols instead, for Mermaid",
    )
    asked = parser.parse_args(arguments)
    output = sys.stdout if output is None else output
    if asked.diagrams:
        output.write("\n".join(map(state_diagram, PROTOCOLS.values())))
        return 0
    beginnings = tuple(each.upper() for each in asked.beginnings) or ("",)
    rules = [rule for rule in RULES.values() if rule.id.upper().startswith(beginnings)]
    output.write(rule_table(rules, min(get_terminal_size().columns, WIDEST)))
    return 0 if rules else 1


if __name__ == "__main__":
    raise SystemExit(main())
