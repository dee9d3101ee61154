"""``asgilab replay FILE``: the inputs of a session file on the application of today."""

import argparse
import asyncio
from typing import Any

from rich.console import Console

from asgilab.cli._diff import tell
from asgilab.engine import LabLoop
from asgilab.errors import UsageError
from asgilab.lab import Lab
from asgilab.rendering import TextTimeline
from asgilab.replay import diff as differences_of
from asgilab.replay import replay
from asgilab.sessions import Session, load


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "replay", help="run a session file again and tell what is different now"
    )
    parser.add_argument("file", metavar="FILE", help="a *.asgilab.jsonl file")
    parser.add_argument("--app", help="import string (default: the session's own)")
    parser.add_argument("--settings", help="Django settings (default: the session's)")
    parser.add_argument("--app-dir", help="folder to look for the application in")
    parser.add_argument("-o", "--output", help="session file to save the replay to")
    parser.add_argument(
        "--timeline", action="store_true", help="print the timeline of the replay"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console) -> int:
    """Replay, and print the differences; the exit code tells whether there are any."""
    recorded = load(options.file)
    application = options.app or recorded.application
    if application is None:
        msg = "The session does not say which application it is of; expected --app."
        raise UsageError(msg)
    lab = Lab(
        application,
        settings=options.settings or recorded.settings,
        app_dir=options.app_dir or recorded.app_dir,
    )
    with asyncio.Runner(loop_factory=lambda: LabLoop("virtual")) as runner:
        session = runner.run(_replay(lab, recorded))
    if options.output:
        session.save(options.output)
    if options.timeline:
        console.print(TextTimeline(session))
    return tell(differences_of(recorded, session), console)


async def _replay(lab: Lab, recorded: Session) -> Session:
    async with lab:
        return (await replay(recorded, lab.fresh)).session
