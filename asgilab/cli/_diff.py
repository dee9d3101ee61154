"""``asgilab diff A B``: where two session files part ways."""

import argparse
from collections.abc import Sequence
from typing import Any, Final

from rich.console import Console

from asgilab.cli._project import add_redaction, redact_as_told
from asgilab.lab import places_of, without_moving
from asgilab.rendering import visible
from asgilab.replay import Difference, diff
from asgilab.sessions import Session, load

_MOVING: Final = "of a kind that is another in every run: ids, times"


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("diff", help="tell where two session files differ")
    parser.add_argument("left", metavar="A", help="a *.asgilab.jsonl file")
    parser.add_argument("right", metavar="B", help="another one")
    add_redaction(parser, off="compare what the files hold of secrets, and show it")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console) -> int:
    """Print the differences; the exit code tells whether there are any."""
    files = (options.left, options.right)
    left, right = (_shown(file, options, console) for file in files)
    told, moving = without_moving(diff(left, right), left, right)
    if moving:
        text = f"not counted: {len(moving)} value(s) {_MOVING}: {places_of(moving)}"
        console.print(visible(text), markup=False, soft_wrap=True)
    return tell(told, console)


def tell(differences: Sequence[Difference], console: Console) -> int:
    """Print differences, one a line; return 1 if there are any."""
    for each in differences:
        console.print(visible(str(each)), markup=False, soft_wrap=True)
    count = len(differences)
    console.print("no difference" if not count else f"{count} difference(s)")
    return 1 if count else 0


def _shown(file: str, options: argparse.Namespace, console: Console) -> Session:
    """Load a session as it may be shown, and say what its file lacks."""
    session = load(file)
    for warning in session.warnings:
        text = f"Warning: {visible(file)}: {visible(warning)}"
        console.print(text, markup=False, soft_wrap=True)
    redact_as_told(session, options)
    return session.redacted()
