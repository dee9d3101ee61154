"""The program ``asgilab``: it parses, runs one command, and tells what went wrong.

The commands themselves are the other modules of this room.
"""

import argparse
import sys
from collections.abc import Sequence

from rich.console import Console

import asgilab
from asgilab.cli import _demo, _diff, _export, _lab, _record, _replay, _show
from asgilab.errors import AsgilabError

_COMMANDS = (_lab, _demo, _record, _show, _replay, _diff, _export)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: Without the program's name. Default: those of the process.

    Returns:
        The exit code: 0 for done, 1 for a result that is not good (a test that
        does not pass, say), 2 for arguments that cannot be used.
    """
    parser = _parser()
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        hint = f". {options.hint}" if hasattr(options, "hint") else ""
        parser.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
    try:
        code: int = options.run(options, Console(highlight=False))
    except (AsgilabError, OSError) as error:
        sys.stderr.write(f"asgilab: {error}\n")
        return 2
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="asgilab",
        description="The notebook laboratory for ASGI applications.",
    )
    version = f"asgilab {asgilab.__version__}"
    parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add_to(commands)
    return parser
