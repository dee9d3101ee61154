"""``asgilab demo``: the whole motion once, on the chat project, without a browser.

It connects two people, watches them talk, steps one of them, and exports what
happened as a test, which it then runs.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.syntax import Syntax

from asgilab.cli._export import report, write_test
from asgilab.engine import LabLoop
from asgilab.errors import UsageError
from asgilab.example import DIRECTORY
from asgilab.lab import Lab, check_test_file
from asgilab.rendering import TextTimeline
from asgilab.sessions import Session

_FILE = "test_lobby.py"


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "demo", help="connect, watch, step and export, once, on the bundled chat"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        help=f"the test file to write (default: {_FILE} in a new folder)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console) -> int:
    """Run the demo; the exit code tells whether the exported test passes."""
    if options.output is not None:
        check_test_file(options.output)
    try:
        lab = Lab(
            "chat.asgi:application", settings="chat.settings", app_dir=str(DIRECTORY)
        )
    except ModuleNotFoundError as error:
        msg = (
            f"The demo needs Django and Channels ({error}). Install them with: "
            'python -m pip install "asgilab[lab]"'
        )
        raise UsageError(msg) from error
    with asyncio.Runner(loop_factory=LabLoop) as runner:
        session = runner.run(_explore(lab, console))
    console.rule("Watch: what happened")
    console.print(TextTimeline(session))
    path = options.output or Path(tempfile.mkdtemp(prefix="asgilab-")) / _FILE
    console.rule("Export: the explored path as a test")
    # A lab of its own: that of the exploration has been closed.
    again = Lab(session.application, settings=session.settings, app_dir=session.app_dir)
    exported = write_test(again, session, path)
    if console.is_terminal:
        console.print(Syntax(exported.source, "python", background_color="default"))
    else:
        console.print(exported.source, markup=False, soft_wrap=True)
    return report(exported, console)


async def _explore(lab: Lab, console: Console) -> Session:
    async with lab:
        console.rule("Connect: two people in one room")
        alice = lab.websocket("/ws/chat/lobby/", name="alice", user="alice")
        console.print(f"alice: {await alice.connect()}")
        bob = lab.websocket("/ws/chat/lobby/", name="bob", user="bob")
        console.print(f"bob:   {await bob.connect()}")
        await alice.receive_json_from()
        await alice.send_json_to({"message": "Hello, who is here?"})
        await alice.receive_json_from()
        await bob.receive_json_from()
        console.rule("Step: hold bob's consumer at each receive and send")
        lab.pause("bob")
        await bob.send_json_to({"message": "Only me."})
        await _step_through(lab, "bob", console)
        lab.resume("bob")
        await bob.receive_json_from()
        await alice.receive_json_from()
        await bob.disconnect()
        await alice.receive_json_from()
        await alice.disconnect()
    return lab.session


async def _step_through(lab: Lab, name: str, console: Console) -> None:
    """Let one event after the other through, and show where the consumer stands."""
    await lab.settle()
    while stops := lab.gates.stops(name):
        stop = stops[0]
        place = stop.frames[0] if stop.frames else "idle in the dispatcher"
        console.print(
            f"{name} is held at {stop.direction} {stop.message['type']} ({place})",
            markup=False,
            soft_wrap=True,
        )
        lab.step(name)
        await lab.settle()
