"""Whether a file can be written, asked before any work is done for it.

Nothing is written here, and no folder is made.
"""

import os
from pathlib import Path

from asgilab.errors import ExportError, UsageError


def check_output(path: Path) -> None:
    """Make sure, before any work is done, that a file can be written.

    Raises:
        UsageError: It cannot.
    """
    folder = path.parent
    if not folder.is_dir():
        msg = f"There is no folder {str(folder)!r} to write {path.name!r} into."
        raise UsageError(msg)
    if path.is_dir():
        msg = f"{str(path)!r} is a folder; expected the name of a file."
        raise UsageError(msg)
    if not os.access(path if path.exists() else folder, os.W_OK):
        msg = f"{str(path)!r} cannot be written: permission denied."
        raise UsageError(msg)


def check_test_file(path: Path) -> None:
    """Make sure that a test can be written to a file, and that pytest collects it.

    Its folder need not be there: it is made with the file.

    Raises:
        UsageError: The file cannot be written.
        ExportError: Its name is none that pytest looks for.
    """
    there = path.parent
    while not there.exists() and there != there.parent:
        there = there.parent
    check_output(path if there == path.parent else there / path.name)
    if not (path.match("test_*.py") or path.match("*_test.py")):
        msg = (
            f"pytest would not collect a file called {path.name!r}. "
            "Expected test_<name>.py or <name>_test.py."
        )
        raise ExportError(msg)
