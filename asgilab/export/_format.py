"""Formatting generated source with the formatter that the user has.

ruff, else black, else the source stays as it was written, which is in their
style already. Neither is told a path: a project's own settings are found from
the folder that the file is for.
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_SECONDS: Final = 20.0

_FORMATTERS: Final = {
    "ruff": ("ruff", "format", "--quiet", "--stdin-filename"),
    "black": ("black", "--quiet", "--stdin-filename"),
}


def formatted(source: str, path: Path) -> str:
    """Return the source as the first formatter that is installed writes it.

    Args:
        source: Python source.
        path: The file it is for; settings are looked up from there.
    """
    for module, command in _FORMATTERS.items():
        if find_spec(module) is None:
            continue
        arguments = [sys.executable, "-m", *command, str(path), "-"]
        try:
            done = subprocess.run(
                arguments,
                input=source.encode(),
                capture_output=True,
                timeout=_SECONDS,
                check=True,
                cwd=path.parent if path.parent.is_dir() else None,
            )
        except (OSError, subprocess.SubprocessError):
            continue
        # A formatter that excludes the file may print nothing.
        return done.stdout.decode() or source
    return source
