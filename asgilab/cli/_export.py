"""``asgilab export FILE``: a session file becomes a test, which is run at once."""

import argparse
import asyncio
from pathlib import Path
from typing import Any

from rich.console import Console

from asgilab.cli._project import add_options, add_redaction, lab_of
from asgilab.engine import LabLoop
from asgilab.export import Exported, export_test
from asgilab.lab import Lab, check_test_file, replay_elsewhere
from asgilab.rendering import visible
from asgilab.sessions import Session, load, name_secrets


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("export", help="write a session file as a test")
    parser.add_argument("file", metavar="FILE", help="a *.asgilab.jsonl file")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, help="the test file to write"
    )
    parser.add_argument(
        "--target",
        choices=("asgilab", "channels"),
        default="asgilab",
        help="whose communicators the test imports (default: asgilab)",
    )
    add_options(parser)
    add_redaction(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console) -> int:
    """Write the test; the exit code tells whether it passes."""
    check_test_file(options.output)
    session = load(options.file)
    name_secrets(*options.secret_name or ())
    for warning in session.warnings:
        text = f"Warning: {visible(warning)}"
        console.print(text, markup=False, soft_wrap=True)
    lab = lab_of(session, options)

    def tell(sentence: str) -> None:
        console.print(visible(sentence), markup=False, soft_wrap=True)

    exported = write_test(
        lab, session, options.output, target=options.target, progress=tell
    )
    return report(exported, console)


def write_test(lab: Lab, session: Session, path: Path, **options: Any) -> Exported:
    """Replay a session on a fresh application, and write and run it as a test.

    Args:
        lab: Around the application of the session, and not open yet.
        session: The session.
        path: Where to write the test.
        options: As :func:`asgilab.export.export_test` takes them.
    """

    async def export() -> Exported:
        async with lab:
            return await export_test(
                session,
                path,
                fresh_lab=lab.fresh,
                elsewhere=replay_elsewhere,
                **options,
            )

    with asyncio.Runner(loop_factory=lambda: LabLoop("virtual")) as runner:
        return runner.run(export())


def report(exported: Exported, console: Console) -> int:
    """Print where the test is and how it fared; return the exit code."""
    trouble = f", but the test {exported.trouble}" if exported.trouble else ""
    for line in (f"Wrote {exported.path}{trouble}", *exported.summary_lines()):
        console.print(visible(line), markup=False, soft_wrap=True)
    return 0 if exported.passed else 1
