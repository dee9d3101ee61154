"""``asgilab show FILE``: the timeline of a session file, in the terminal."""

import argparse
from typing import Any

from rich.console import Console

from asgilab.cli._project import add_redaction, redact_as_told
from asgilab.rendering import LAST, TextTimeline, visible
from asgilab.sessions import load


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("show", help="print the timeline of a session file")
    parser.add_argument("file", metavar="FILE", help="a *.asgilab.jsonl file")
    parser.add_argument(
        "--last", type=_count, default=LAST, help=f"events at most (default: {LAST})"
    )
    add_redaction(parser, off="show what the file holds of secrets")
    parser.set_defaults(run=run)


def _count(text: str) -> int:
    """Return the number of events to show.

    Raises:
        argparse.ArgumentTypeError: It is no whole number from 1 on.
    """
    if not text.isdecimal() or int(text) < 1:
        msg = f"{text!r} is no number of events; expected 1 or more"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def run(options: argparse.Namespace, console: Console) -> int:
    """Print the timeline."""
    session = load(options.file)
    redact_as_told(session, options)
    for warning in session.warnings:
        console.print(f"Warning: {visible(warning)}", markup=False)
    console.print(TextTimeline(session, last=options.last))
    return 0
