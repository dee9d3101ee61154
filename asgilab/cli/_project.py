"""What the commands that run an application share: finding it.

A session file says which application it is of; the command line may say it anew.
"""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from asgilab.errors import UsageError
from asgilab.lab import Lab
from asgilab.rendering import visible
from asgilab.sessions import Session, lacking, name_secrets


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where the application of a session is."""
    parser.add_argument("--app", help="import string (default: the session's own)")
    parser.add_argument("--settings", help="Django settings (default: the session's)")
    parser.add_argument(
        "--app-dir",
        help="folder to look for the application in "
        "(default: the session's, and the current folder)",
    )


def add_redaction(parser: argparse.ArgumentParser, *, off: str = "") -> None:
    """Add the options that say what is a secret.

    Args:
        parser: The parser of a command.
        off: What the command does without redaction; "" for one that always redacts.
    """
    if off:
        parser.add_argument("--no-redact", action="store_true", help=off)
    parser.add_argument(
        "--secret-name",
        action="append",
        metavar="NAME",
        help="a field of this name holds a secret, too; may be given again",
    )


def redact_as_told(session: Session, options: argparse.Namespace) -> None:
    """Take out of a session's renderings what the command line says."""
    name_secrets(*options.secret_name or ())
    if options.no_redact:
        session.redact = None


def lab_of(session: Session, options: argparse.Namespace) -> Lab:
    """Return a lab around the application that a session is of, or that was named.

    The session is told what the command line says, so that whatever is made of it
    names the same application.

    Raises:
        UsageError: The application cannot be found by what is known of it.
    """
    session.application = options.app or session.application
    session.settings = options.settings or session.settings
    session.app_dir = options.app_dir or session.app_dir
    if session.application is None:
        msg = "The session does not say which application it is of; expected --app."
        raise UsageError(msg)
    if session.app_dir is not None and not Path(session.app_dir).is_dir():
        msg = (
            f"The application was recorded in {visible(session.app_dir)!r}, and there "
            "is no such folder. Expected --app-dir with the folder that it is in now."
        )
        raise UsageError(msg)
    add_current_folder()
    try:
        return Lab(
            session.application, settings=session.settings, app_dir=session.app_dir
        )
    except UsageError as error:
        if session.app_dir is not None:
            raise
        msg = (
            f"{error} Looked in the folder {str(Path.cwd())!r}; --app-dir says another."
        )
        raise UsageError(msg) from error


def add_current_folder() -> None:
    """Let applications be found from the current folder, as servers do."""
    here = str(Path.cwd())
    if here not in sys.path and "" not in sys.path:
        sys.path.insert(0, here)


def warn(session: Session, console: Console) -> None:
    """Say what a session lacks: lines that are torn, secrets that were left out."""
    for warning in (*session.warnings, lacking(session, session.options)):
        if warning:
            text = f"Warning: {visible(warning)}"
            console.print(text, markup=False, soft_wrap=True)
