"""Replaying a session in a process of its own: other hashes, addresses, beginnings.

The parent gives the session through a pipe, with its secrets, and gets the replay
back in a file of a folder that only its user may enter. This file is the child's
program as well.
"""

import asyncio
import contextlib
import logging
import os
import random
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from asgilab.engine import LabLoop
from asgilab.errors import UsageError
from asgilab.replay import Step, perturbed, replay, steps
from asgilab.sessions import Session, load
from asgilab.sessions._codec import dump
from asgilab.sessions._file import parse

_SECONDS: Final = 60.0
"""How long the other process may take."""
_TOLD: Final = 3
"""How many of the last lines of a child that failed are told."""


async def replay_elsewhere(session: Session) -> tuple[Step, ...]:
    """Replay a session in a fresh process, in another world.

    Python hashes text otherwise there, the clock is moved before the application
    is imported, and the working folder is an empty one.

    Args:
        session: A session whose application has an import string.

    Returns:
        The steps of the replay.

    Raises:
        UsageError: There is no import string, or the replay failed there.
    """
    if session.application is None:
        msg = "The session does not say which application it is of."
        raise UsageError(msg)
    with tempfile.TemporaryDirectory(prefix="asgilab-") as folder:
        made = Path(folder) / "replay.asgilab.jsonl"
        child = await asyncio.to_thread(_run, session, made)
        if child.returncode or not made.exists():
            last = " ".join(child.stderr.splitlines()[-_TOLD:])
            msg = f"The replay in another process failed: {last}"
            raise UsageError(msg)
        return tuple(steps(load(made)))


def _run(session: Session, made: Path) -> "subprocess.CompletedProcess[str]":
    program = f"from {__name__} import main; main()"
    command = [sys.executable, "-c", program, str(made)]
    try:
        return subprocess.run(
            command,
            input="".join(_with_secrets(session)),
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=_environment(),
            cwd=made.parent,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        late = f"It took longer than {_SECONDS:.0f} s."
        return subprocess.CompletedProcess(command, 1, "", late)


def _with_secrets(session: Session) -> Iterator[str]:
    whole = session.prefix(len(session))
    whole.redact = None
    if whole.app_dir is not None:
        whole.app_dir = str(Path(whole.app_dir).resolve())
    return dump(whole)


def _environment() -> dict[str, str]:
    """Return the child's: it finds the same modules, and hashes text otherwise."""
    path = [str(Path(entry).resolve()) for entry in sys.path]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(path)),
        "PYTHONHASHSEED": str(random.randrange(1, 2**32)),
    }


def main() -> None:
    """Replay the session that comes through the standard input; write it to a file."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    session = parse(sys.stdin.buffer)
    with (
        contextlib.redirect_stdout(sys.stderr),
        perturbed(1),
        asyncio.Runner(loop_factory=lambda: LabLoop("virtual")) as runner,
    ):
        again = runner.run(_replayed(session))
    again.redact = None
    again.save(Path(sys.argv[1]))


async def _replayed(session: Session) -> Session:
    from asgilab.lab._lab import Lab  # the application is imported in the other world

    if session.application is None:  # the parent has looked
        raise AssertionError
    lab = Lab(session.application, settings=session.settings, app_dir=session.app_dir)
    async with lab:
        return (await replay(session, lab.fresh, in_time=False)).session
