"""Writing a file whole or not at all."""

import os
from collections.abc import Iterable
from pathlib import Path


def written(path: Path, lines: Iterable[str]) -> Path:
    """Write lines to a file that takes the place of an older one in one go.

    Args:
        path: The file. What is no ordinary file, a pipe for example, is written to
            as it is.
        lines: The lines, each with its line end.

    Returns:
        The same path.

    Raises:
        OSError: The file cannot be written; an older one is as it was.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        _write(target, lines)
        return path
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        _write(beside, lines)
        if target.exists():
            beside.chmod(target.stat().st_mode & 0o7777)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return path


def _write(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(lines)
