"""``asgilab record module:app``: uvicorn with the recorder, and what passes, live.

What is served, and how it is wrapped, stands in ``_record_serving``, because worker
processes make it anew; what is printed meanwhile in ``_record_printing``.
"""

import argparse
import importlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from rich.console import Console

import asgilab
from asgilab.cli._project import add_current_folder, add_redaction
from asgilab.cli._record_printing import Printing
from asgilab.cli._record_serving import ORDER, application, loaded
from asgilab.errors import AsgilabError, UsageError
from asgilab.example import DIRECTORY
from asgilab.lab import check_output
from asgilab.live import numbered
from asgilab.rendering import visible

_DEFAULT: Final = "recorded.asgilab.jsonl"


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "record", help="serve an application and write down what its clients do"
    )
    parser.add_argument("application", help="import string, such as chat.asgi:app")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path(_DEFAULT),
        help=f"session file to write (default: {_DEFAULT}); one that is there is kept, "
        "and the next free of name.2.asgilab.jsonl and on is taken",
    )
    parser.add_argument("--settings", help="Django settings module")
    parser.add_argument("--app-dir", help="folder to look for the application in")
    _add_server_options(parser)
    _add_recorder_options(parser)
    parser.add_argument("--quiet", action="store_true", help="print no timeline")
    parser.set_defaults(run=run)


def _add_server_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="(default: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="(default: 8000)")
    parser.add_argument(
        "--workers", type=_number, default=1, help="processes (default: 1)"
    )
    parser.add_argument(
        "--reload", action="store_true", help="start again when the source changes"
    )


def _add_recorder_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--only",
        action="append",
        metavar="PATTERN",
        help="record only paths like this, such as '/ws/*'; may be given again",
    )
    parser.add_argument(
        "--sample", type=float, default=1.0, help="share of the connections, 0 to 1"
    )
    parser.add_argument(
        "--max-bytes",
        type=_number,
        default=100_000_000,
        help="size at which the next file is begun (default: 100000000)",
    )
    parser.add_argument(
        "--keep", type=_number, help="remove the oldest of more files (default: none)"
    )
    add_redaction(parser, off="write cookies, passwords and tokens as they are")


def _number(text: str) -> int:
    """Return a whole number from 1 on.

    Raises:
        argparse.ArgumentTypeError: It is none.
    """
    if not text.isdecimal() or int(text) < 1:
        msg = f"{text!r} is no number; expected 1 or more"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def run(options: argparse.Namespace, console: Console) -> int:
    """Serve until Ctrl-C or SIGTERM; then tell what the file holds."""
    try:
        import uvicorn
    except ImportError:
        msg = (
            "uvicorn is not installed. Install it with: "
            'python -m pip install "asgilab[live]"'
        )
        raise UsageError(msg) from None
    check_output(options.output)
    add_current_folder()
    path = _free(options.output.absolute())
    os.environ[ORDER] = json.dumps(_order(options, path))
    if options.settings:
        os.environ["DJANGO_SETTINGS_MODULE"] = options.settings
    try:
        loaded()  # What is wrong with it is told here, and not by each worker.
    except (AsgilabError, OSError):
        raise
    except Exception as error:
        _tell(options.application, error)
        return 2
    console.print(f"Recording to {visible(str(path))}", markup=False, soft_wrap=True)
    arguments: dict[str, Any] = {
        "host": options.host,
        "port": options.port,
        "access_log": False,
    }
    with Printing(console, path, quiet=options.quiet), _ended_by_signals():
        if options.workers > 1 or options.reload:
            from asgilab.cli._record_workers import supervise

            supervise(arguments, workers=options.workers, reload=options.reload)
        else:
            recorder = application()
            try:
                uvicorn.run(recorder, **arguments)
            finally:
                recorder.close()
    return 0


def _tell(application: str, error: Exception) -> None:
    """Print what the application raised at its import, from its own first line on."""
    place = error.__traceback__
    own = str(Path(asgilab.__file__).parent)
    while place is not None:
        file = place.tb_frame.f_code.co_filename
        ours = file.startswith(own) and not file.startswith(str(DIRECTORY))
        pythons = file.startswith("<frozen importlib") or file == importlib.__file__
        if not (ours or pythons):
            break
        place = place.tb_next
    sys.stderr.write(f"asgilab: {visible(application)} cannot be imported.\n")
    traceback.print_exception(error.with_traceback(place))


def _order(options: argparse.Namespace, path: Path) -> dict[str, Any]:
    return {
        "application": options.application,
        "app_dir": options.app_dir,
        "path": str(path),
        "shared": options.workers > 1 or options.reload,
        "only": options.only,
        "sample": options.sample,
        "max_bytes": options.max_bytes,
        "keep": options.keep,
        "redact": not options.no_redact,
        "secret_names": options.secret_name or [],
    }


def _free(path: Path) -> Path:
    """Return the first place of a recording that nothing stands at."""
    number = 1
    while (place := numbered(path, number)).exists():
        number += 1
    return place


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Take Ctrl-C and SIGTERM for the end of the recording, not of this process.

    uvicorn shuts down at either, and raises it again when it has.
    """

    def end(number: int, _frame: Any) -> None:
        raise KeyboardInterrupt(number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)
