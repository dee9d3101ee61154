"""``asgilab replay FILE``: the inputs of a session file on the application of today."""

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from asgilab.cli._diff import tell
from asgilab.cli._project import add_options, lab_of, warn
from asgilab.engine import LabLoop
from asgilab.lab import Lab, check_output
from asgilab.rendering import TextTimeline
from asgilab.replay import (
    Changed,
    Difference,
    OnlyLeft,
    OnlyRight,
    Reordered,
    Replay,
    Step,
    diff_outputs,
    find_volatile,
    replay,
    steps,
)
from asgilab.replay import Path as Place
from asgilab.sessions import Session, load


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "replay", help="run a session file again and tell what is different now"
    )
    parser.add_argument("file", metavar="FILE", help="a *.asgilab.jsonl file")
    add_options(parser)
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
    warn(recorded, console)
    lab = lab_of(recorded, options)
    with asyncio.Runner(loop_factory=lambda: LabLoop("virtual")) as runner:
        first, second = runner.run(_replay_twice(lab, recorded))
    if options.output is not None:
        first.session.save(options.output)
    if options.timeline:
        console.print(TextTimeline(first.session))
    found, volatile = _differences(recorded, first, second)
    if volatile:
        console.print(f"not counted: {volatile} value(s) that change in every replay")
    return tell(found, console)


async def _replay_twice(lab: Lab, recorded: Session) -> tuple[Replay, Replay]:
    async with lab:
        first = await replay(recorded, lab.fresh)
        return first, await replay(recorded, lab.fresh)


def _differences(
    recorded: Session, first: Replay, second: Replay
) -> tuple[list[Difference], int]:
    """Return what is different now, and how many values are so in every run.

    All sides are compared as they may be shown: the recording has been saved
    without its secrets.
    """
    told = _shown(steps(recorded), recorded)
    sides = [_shown(each.steps, each.session) for each in (first, second)]
    found = find_volatile(sides[0], sides[1], sides[1])
    moving = {(finding.event, finding.path) for finding in found.findings}
    every = [each for each in diff_outputs(told, sides[0]) if not _hung_up(each)]
    kept = [each for each in every if not _moves(each, moving, found.reordered)]
    return kept, len(every) - len(kept)


def _shown(told: Sequence[Step], session: Session) -> list[Step]:
    redact = session.redact or dict
    return [
        replace(
            step,
            outputs=tuple(replace(o, message=redact(o.message)) for o in step.outputs),
        )
        for step in told
    ]


def _hung_up(each: Difference) -> bool:
    """Tell whether one side only saw the end of a connection: its lab was closed."""
    if not isinstance(each, (OnlyLeft, OnlyRight)):
        return False
    return each.output.type in ("application.returned", "cancelled")


def _moves(
    each: Difference, moving: set[tuple[int, Place]], reordered: Sequence[object]
) -> bool:
    if isinstance(each, Changed):
        return (each.right.event, each.path) in moving
    return isinstance(each, Reordered) and (each.step, each.connection) in reordered
