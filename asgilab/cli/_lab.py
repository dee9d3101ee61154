"""``asgilab lab``: JupyterLab on the notebooks, beginning with the tour."""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from shutil import copy2
from typing import Any

from rich.console import Console

import asgilab
from asgilab.errors import UsageError

TOUR = "01_tour.ipynb"


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("lab", help="open JupyterLab on the tour")
    parser.add_argument(
        "--folder",
        type=Path,
        help="folder to work in; the notebooks are copied there if it has none "
        "(default: the notebooks of the checkout, else a new folder)",
    )
    parser.add_argument(
        "arguments",
        nargs="*",
        metavar="ARG",
        help="handed on to JupyterLab; put -- before them",
    )
    hint = "What JupyterLab is to get stands behind --, as in: asgilab lab -- {}"
    parser.set_defaults(run=run, hint=hint.format("--no-browser"))


def run(options: argparse.Namespace, console: Console) -> int:
    """Start JupyterLab and wait for its end."""
    if find_spec("jupyterlab") is None:
        msg = (
            "JupyterLab is not installed. Install it with: "
            'python -m pip install "asgilab[lab]"'
        )
        raise UsageError(msg)
    folder = working_folder(options.folder)
    console.print(f"The tour is {folder / TOUR}", markup=False)
    command = [sys.executable, "-m", "jupyterlab", str(folder / TOUR)]
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # as in a container
        command.append("--allow-root")
    command += options.arguments
    return _run(command, folder)


def _run(command: list[str], folder: Path) -> int:
    """Run a program to its end, and take it down when this one is told to end."""
    with subprocess.Popen(command, cwd=folder) as child:
        usual = {
            number: signal.signal(number, lambda *_: child.terminate())
            for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM))
        }
        try:
            return _wait(child)
        finally:
            for number, before in usual.items():
                signal.signal(number, before)


def _wait(child: subprocess.Popen[bytes]) -> int:
    """Wait for a program that gets the interrupts of the terminal itself."""
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue  # JupyterLab asks whether it was meant


def working_folder(wanted: Path | None) -> Path:
    """Return the folder to open, with the notebooks in it.

    Args:
        wanted: The folder that was asked for, or None.

    Raises:
        UsageError: The notebooks were not installed with the package.
    """
    shipped = notebooks()
    if wanted is None and shipped.parent.joinpath("pyproject.toml").is_file():
        return shipped
    folder = wanted or Path(tempfile.mkdtemp(prefix="asgilab-"))
    folder.mkdir(parents=True, exist_ok=True)
    for notebook in shipped.glob("*.ipynb"):
        if not (folder / notebook.name).exists():
            copy2(notebook, folder)
    return folder.resolve()


def notebooks() -> Path:
    """Return the folder of the shipped notebooks: in a checkout, or in the package.

    Raises:
        UsageError: There is neither.
    """
    package = Path(asgilab.__file__).resolve().parent
    for folder in (package.parent / "notebooks", package / "_notebooks"):
        if (folder / TOUR).is_file():
            return folder
    msg = f"The notebook {TOUR} is not there; expected it beside or in {package}."
    raise UsageError(msg)
