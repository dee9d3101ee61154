"""``asgilab replay FILE``: the inputs of a session file on the application of today."""

import argparse
import asyncio
from pathlib import Path
from typing import Any

from rich.console import Console

from asgilab.cli._diff import tell
from asgilab.cli._project import (
    add_options,
    add_redaction,
    lab_of,
    redact_as_told,
    warn,
)
from asgilab.engine import LabLoop
from asgilab.lab import Compared, Lab, check_output, compare
from asgilab.rendering import TextTimeline
from asgilab.sessions import Session, load


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "replay", help="run a session file again and tell what is different now"
    )
    parser.add_argument("file", metavar="FILE", help="a *.asgilab.jsonl file")
    add_options(parser)
    add_redaction(parser, off="show, and save, secrets as they are")
    parser.add_argument(
        "-o", "--output", type=Path, help="session file to save the replay to"
    )
    parser.add_argument(
        "--timeline", action="store_true", help="print the timeline of the replay"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console) -> int:
    """Replay, and print the differences; the exit code tells whether there are any."""
    if options.output is not None:
        check_output(options.output)
    recorded = load(options.file)
    redact_as_told(recorded, options)
    warn(recorded, console)
    lab = lab_of(recorded, options)
    lab.session.redact = recorded.redact
    with asyncio.Runner(loop_factory=lambda: LabLoop("virtual")) as runner:
        compared = runner.run(_compare(lab, recorded))
    if options.output is not None:
        compared.session.save(options.output)
    if options.timeline:
        console.print(TextTimeline(compared.session))
    if compared.volatile:
        count = compared.volatile
        console.print(f"not counted: {count} value(s) that change in every replay")
    return tell(compared.differences, console)


async def _compare(lab: Lab, recorded: Session) -> Compared:
    async with lab:
        return await compare(recorded, lab.fresh)
