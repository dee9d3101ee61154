"""Where the user's code stands, as text that keeps nothing alive.

Frames are looked at and let go: what leaves this file is a :class:`FrameText`,
never a frame, because a frame keeps objects and database rows alive.
"""

import asyncio
import functools
import itertools
import os
import site
import sys
import sysconfig
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType, MethodType
from typing import Any, Final

from asgilab.engine._at_once import frame_in, frames_of_threads, outwards
from asgilab.engine._awaiters import awaiters, heirs_of
from asgilab.engine._locals import locals_of
from asgilab.engine._shortening import shorten_named
from asgilab.sessions import Source

_LOOP_FILES: Final = tuple(
    f"{os.sep}asyncio{os.sep}{name}.py" for name in ("events", "base_events", "runners")
)
_TYPED_IN: Final = ("<ipython-input", "<cell", "<stdin>", "<python-input", "<console>")
"""How the file names of code begin that somebody typed at a prompt."""
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


_KNOWN: Final[dict[str, bool]] = {}
"""Files that are known to be the user's: a lookup here is quicker than a call."""


_ON: Final = object()
_WAY_OUT: Final[dict[str, Any]] = {}
"""What :func:`_way_out` says of a file, likewise."""


@functools.cache
def is_user_code(filename: str) -> bool:
    """Tell whether a file is the user's own: no library, no asgilab, no frozen module.

    Args:
        filename: As a code object has it; cells of a notebook count as the user's.
    """
    if filename.startswith("<"):
        return filename.startswith(_TYPED_IN)
    real = os.path.realpath(filename)
    if real.startswith(_LIBRARIES):
        return _EXAMPLE in real and f"{os.sep}chat{os.sep}" in real
    return f"{os.sep}site-packages{os.sep}" not in real


def user_place(frame: FrameType | None) -> tuple[CodeType, int] | None:
    """Return what :func:`user_line` does, and cheaper: for the hot path.

    The number is that of an instruction, as ``~offset``; a session finds out the
    line when somebody looks. To ask a frame for its line costs more than all else
    that is done to record an event.
    """
    if frame is not None:
        code = frame.f_code
        if _KNOWN.get(code.co_filename):
            return code, ~frame.f_lasti
    found = user_line(frame)
    if found is not None:
        _KNOWN[found[0].co_filename] = True
    return found


def user_line(frame: FrameType | None) -> tuple[CodeType, int] | None:
    """Return the innermost line of the user's on the way out from ``frame``.

    The way ends at the loop: what called the loop is not the application.
    A call that came through ``async_to_sync`` is followed into its thread.

    Args:
        frame: Of this thread; for another see :func:`line_elsewhere`.
    """
    while frame is not None:
        code = frame.f_code
        users = _WAY_OUT.get(code.co_filename, _ON)
        if users is _ON:
            users = _way_out(code.co_filename)
        if users is not None:
            return (code, frame.f_lineno) if users else None
        frame = frame.f_back if code.co_name != "main_wrap" else _next_out(frame)
    return None


def line_elsewhere(top: FrameType | None) -> tuple[CodeType, int] | None:
    """Return what :func:`user_line` does, for a thread that goes on running."""
    for frame in outwards(top):
        file = frame.f_code.co_filename
        if is_user_code(file):
            return frame.f_code, frame.f_lineno
        if file.endswith(_LOOP_FILES):
            return None
    return None


def _way_out(filename: str) -> bool | None:
    """Tell whether a way outwards ends in a file of the user's (True) or the loop's.

    It goes on from any other file: None.
    """
    users = is_user_code(filename)
    found = users if users or filename.endswith(_LOOP_FILES) else None
    _WAY_OUT[filename] = found
    return found


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


def awaiting_line() -> tuple[CodeType, int] | None:
    """Return the user's line that waits for the running task, where there is one.

    It is for a task that runs library code alone, as ``gather(self.send(…))`` makes.
    """
    for frame in _frames_of_awaiters():
        return frame.f_code, frame.f_lineno
    return None


def stack_here(frame: FrameType | None) -> tuple[FrameText, ...]:
    """Return the user's frames from ``frame`` outwards to the loop, innermost first.

    Where the running task has none, they are those of the task that waits for it.
    """
    way = list(_outwards(frame))
    own = [_text(each) for each in way if _is_user_frame(each)]
    if way and way[-1].f_code.co_filename == threading.__file__:
        own += map(_text, _frames_behind_a_thread(way))
    return tuple(own) or tuple(map(_text, _frames_of_awaiters()))


def stack_of(task: asyncio.Task[Any]) -> tuple[FrameText, ...]:
    """Return the user's frames of a suspended task, innermost first."""
    return tuple(map(_text, _frames_of(task)))


def local_of(task: asyncio.Task[Any], function: str, name: str) -> Any:
    """Return a local variable of a function that a task is in; None where it is not.

    Args:
        task: The running task, or a suspended one.
        function: Qualified name of the function.
        name: Name of the variable.
    """
    try:
        runs = asyncio.current_task() is task
    except RuntimeError:  # no loop runs in this thread
        runs = False
    way = _outwards(sys._getframe(1)) if runs else _awaiting(task.get_coro())
    for frame in way:
        if frame.f_code.co_qualname == function:
            return locals_of(frame).get(name)
    return None


def _frames_behind_a_thread(way: list[FrameType]) -> Iterator[FrameType]:
    """Yield the frames of the task that waits for what runs in a pool's thread.

    ``_worker`` and ``work_item`` are the standard library's own names; tests of ours
    guard them.
    """
    for frame in way:
        if frame.f_code.co_name == "_worker":
            job = locals_of(frame).get("work_item")
            for heir in heirs_of(getattr(job, "future", None)):
                for awaiter in awaiters(heir):
                    yield from _frames_of(awaiter)


def _frames_of_awaiters() -> Iterator[FrameType]:
    try:
        task = asyncio.current_task()
    except RuntimeError:  # no loop runs in this thread
        return
    if task is not None:
        for awaiter in awaiters(task):
            yield from _frames_of(awaiter)


def _frames_of(task: asyncio.Task[Any]) -> list[FrameType]:
    frames = [each for each in _awaiting(task.get_coro()) if _is_user_frame(each)]
    return frames[::-1]


def _is_user_frame(frame: FrameType) -> bool:
    return is_user_code(frame.f_code.co_filename)


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        if frame.f_code.co_filename.endswith(_LOOP_FILES):
            return
        yield frame
        frame = _next_out(frame)


def _next_out(frame: FrameType) -> FrameType | None:
    """Return the frame that called this one, be it in another thread."""
    if frame.f_code.co_name == "main_wrap":
        call_result = locals_of(frame).get("call_result")
        if call_result is not None:
            return _thread_frame_of(call_result)
    return frame.f_back


def _awaiting(awaited: Any) -> Iterator[FrameType]:
    """Yield the frames of a suspended awaitable, outermost first."""
    seen: set[int] = set()
    while awaited is not None and id(awaited) not in seen:
        seen.add(id(awaited))
        frame: FrameType | None = None
        if hasattr(awaited, "cr_await"):
            frame, awaited = frame_in(awaited, "cr_frame"), awaited.cr_await
        elif hasattr(awaited, "gi_yieldfrom"):
            frame, awaited = frame_in(awaited, "gi_frame"), awaited.gi_yieldfrom
        elif hasattr(awaited, "ag_await"):
            frame, awaited = frame_in(awaited, "ag_frame"), awaited.ag_await
        else:
            awaited = None
        if frame is not None:
            yield frame


def _thread_frame_of(call_result: Any) -> FrameType | None:
    """Find the thread that waits in ``AsyncToSync.__call__`` for this very result.

    The names are asgiref's own (3.8 to 3.13 at least); a test of ours guards them.
    """
    for top in frames_of_threads().values():
        for frame in outwards(top):
            if (
                frame.f_code.co_qualname == "AsyncToSync.__call__"
                and locals_of(frame).get("call_result") is call_result
            ):
                return frame
    return None


def _text(frame: FrameType) -> FrameText:
    code = frame.f_code
    source = Source(code.co_filename, frame.f_lineno, code.co_qualname)
    names = locals_of(frame)
    return FrameText(source, _texts(names), _texts(_attributes(names.get("self"))))


def _attributes(owner: Any) -> dict[str, Any]:
    # Not asked for by name: a lazy object would go and fetch itself.
    try:
        names = object.__getattribute__(owner, "__dict__")
    except AttributeError:
        return {}
    return dict(names)


def _texts(values: dict[str, Any]) -> dict[str, str]:
    shown = (name for name in values if not name.startswith("__"))
    return {
        name: shorten_named(name, values[name])
        for name in itertools.islice(shown, _MOST_LOCALS)
        if not _is_ours(values[name])
    }


def _is_ours(value: Any) -> bool:
    """Whether a value is a method of ours, such as the ``receive`` we handed in."""
    if type(value) is not MethodType:
        return False
    return type(value.__self__).__module__.startswith("asgilab.")
