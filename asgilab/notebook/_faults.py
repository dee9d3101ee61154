"""Errors of a magic as a cell shows them: short, and of the user's own code.

An exception is never replaced here. It only gets its own way of being shown,
which IPython asks it for.
"""

import traceback
from typing import Any, Final

from IPython.core.error import UsageError

from asgilab.engine import is_user_code
from asgilab.errors import AsgilabError
from asgilab.rendering import clip, visible

_WIDEST: Final = 400
_LAST_FRAMES: Final = 3
"""Frames that are shown where none is of the user's own code."""


def shorten(error: BaseException) -> None:
    """Give an exception a short traceback; IPython's own errors have one already."""
    if isinstance(error, UsageError):
        return
    lines = _message(error) if isinstance(error, AsgilabError) else _own_frames(error)
    # Recorded text may stand in a message: it must not reach a terminal raw.
    safe = [clip(visible(line, keep="\t"), _WIDEST) for line in lines]
    target: Any = error
    try:
        target._render_traceback_ = lambda: safe
    except AttributeError:  # an exception with slots: it shows as any other
        return


def _message(error: BaseException) -> list[str]:
    notes = getattr(error, "__notes__", [])
    text = f"{type(error).__name__}: {error}"
    return [line for part in (text, *notes) for line in part.splitlines()]


def _own_frames(error: BaseException) -> list[str]:
    summary = traceback.TracebackException.from_exception(error)
    _keep_own(summary, set())
    return "".join(summary.format()).splitlines()


def _keep_own(summary: traceback.TracebackException | None, seen: set[int]) -> None:
    if summary is None or id(summary) in seen:
        return
    seen.add(id(summary))
    frames = list(summary.stack)
    below = [n for n, frame in enumerate(frames) if _is_ours(frame.filename)]
    # What stands above the first frame of ours is the cell that used the magic.
    frames = frames[below[0] :] if below else frames
    own = [frame for frame in frames if is_user_code(frame.filename)]
    summary.stack = traceback.StackSummary.from_list(own or frames[-_LAST_FRAMES:])
    for other in (summary.__cause__, summary.__context__, *(summary.exceptions or ())):
        _keep_own(other, seen)


def _is_ours(filename: str) -> bool:
    return filename.replace("\\", "/").endswith("asgilab/notebook/_driving.py")
