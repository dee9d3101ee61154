"""Where the user's code stands, as text that keeps nothing alive.

Frames are looked at and let go: what leaves this file is a :class:`FrameText`,
never a frame, because a frame keeps objects and database rows alive.
"""

import asyncio
import functools
import os
import re
import reprlib
import site
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

from asgilab.sessions import Source

_SECRET: Final = re.compile(
    r"pass(word|wd)?$|secret|token|api_?key|authorization|cookie|session_?key", re.I
)
_LOOP_FILE: Final = f"asyncio{os.sep}events.py"
_MOST_LOCALS: Final = 40


def _library_folders() -> tuple[str, ...]:
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    folders = {sysconfig.get_path(name) for name in names}
    folders.update(site.getsitepackages() if hasattr(site, "getsitepackages") else ())
    folders.add(site.getusersitepackages() or "")
    package = str(Path(__file__).resolve().parent.parent)
    real = {os.path.realpath(folder) for folder in (*folders, package) if folder}
    return tuple(folder + os.sep for folder in real)


_LIBRARIES: Final = _library_folders()
_EXAMPLE: Final = f"{os.sep}asgilab{os.sep}example{os.sep}"


@functools.cache
def is_user_code(filename: str) -> bool:
    """Tell whether a file is the user's own: no library, no asgilab, no frozen module.

    Args:
        filename: As a code object has it; cells of a notebook count as the user's.
    """
    if filename.startswith("<"):
        return filename.startswith(("<ipython-input", "<cell"))
    real = os.path.realpath(filename)
    if real.startswith(_LIBRARIES):
        return _EXAMPLE in real and f"{os.sep}chat{os.sep}" in real
    return f"{os.sep}site-packages{os.sep}" not in real


def user_line(frame: FrameType | None) -> tuple[CodeType, int] | None:
    """Return the innermost line of the user's on the way out from ``frame``.

    The way ends at the loop: what called the loop is not the application.
    A call that came through ``async_to_sync`` is followed into its thread.
    """
    while frame is not None:
        code = frame.f_code
        file = code.co_filename
        if is_user_code(file):
            return code, frame.f_lineno
        if code.co_name == "main_wrap" and "call_result" in frame.f_locals:
            return user_line(_thread_frame_of(frame.f_locals["call_result"]))
        if file.endswith(_LOOP_FILE):
            return None
        frame = frame.f_back
    return None


@dataclass(frozen=True, slots=True)
class FrameText:
    """One frame of the user's code, as text.

    Attributes:
        source: File, line and function.
        locals: Local variables, each as text of bounded length. Names that
            look like a secret show ``[redacted]``.
        attributes: Attributes of ``self``, where the frame has one.
    """

    source: Source
    locals: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.source} in {self.source.function}"


def stack_here(frame: FrameType | None) -> tuple[FrameText, ...]:
    """Return the user's frames from ``frame`` outwards to the loop, innermost first."""
    return tuple(_text(each) for each in _outwards(frame) if _is_user_frame(each))


def stack_of(task: asyncio.Task[Any]) -> tuple[FrameText, ...]:
    """Return the user's frames of a suspended task, innermost first."""
    frames = list(_awaiting(task.get_coro()))
    return tuple(_text(frame) for frame in reversed(frames) if _is_user_frame(frame))


def _is_user_frame(frame: FrameType) -> bool:
    return is_user_code(frame.f_code.co_filename)


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        code = frame.f_code
        if code.co_filename.endswith(_LOOP_FILE):
            return
        yield frame
        if code.co_name == "main_wrap" and "call_result" in frame.f_locals:
            frame = _thread_frame_of(frame.f_locals["call_result"])
        else:
            frame = frame.f_back


def _awaiting(awaited: Any) -> Iterator[FrameType]:
    """Yield the frames of a suspended awaitable, outermost first."""
    seen: set[int] = set()
    while awaited is not None and id(awaited) not in seen:
        seen.add(id(awaited))
        frame: FrameType | None = None
        if hasattr(awaited, "cr_frame"):
            frame, awaited = awaited.cr_frame, awaited.cr_await
        elif hasattr(awaited, "gi_frame"):
            frame, awaited = awaited.gi_frame, awaited.gi_yieldfrom
        elif hasattr(awaited, "ag_frame"):
            frame, awaited = awaited.ag_frame, awaited.ag_await
        else:
            awaited = None
        if frame is not None:
            yield frame


def _thread_frame_of(call_result: Any) -> FrameType | None:
    """Find the thread that waits in ``AsyncToSync.__call__`` for this very result.

    The names are asgiref's own (3.8 to 3.13 at least); a test of ours guards them.
    """
    for top in sys._current_frames().values():
        frame: FrameType | None = top
        while frame is not None:
            if (
                frame.f_code.co_name == "__call__"
                and frame.f_locals.get("call_result") is call_result
            ):
                return frame
            frame = frame.f_back
    return None


def _text(frame: FrameType) -> FrameText:
    code = frame.f_code
    source = Source(code.co_filename, frame.f_lineno, code.co_qualname)
    names = dict(list(frame.f_locals.items())[:_MOST_LOCALS])
    owner = names.get("self")
    own = list(getattr(owner, "__dict__", {}).items())[:_MOST_LOCALS]
    return FrameText(source, _texts(names), _texts(dict(own)))


def _texts(values: dict[str, Any]) -> dict[str, str]:
    return {
        name: "[redacted]" if _SECRET.search(name) else shorten(value)
        for name, value in values.items()
        if not name.startswith("__") and not _is_ours(value)
    }


def _is_ours(value: Any) -> bool:
    """Whether a value is one of our own methods, such as the ``receive`` we handed in."""
    owner = type(getattr(value, "__self__", None))
    return owner.__module__.startswith("asgilab.")


class _BoundedRepr(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 160
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = 12
        self.maxlevel = 4


_REPR: Final = _BoundedRepr()


def shorten(value: Any) -> str:
    """Return a repr of bounded length; a repr that raises is told, not raised."""
    try:
        return _REPR.repr(value)
    except Exception as error:  # a user's __repr__ may raise anything
        return f"<{type(value).__name__} whose repr raised {type(error).__name__}>"
