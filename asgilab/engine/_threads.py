"""Which threads work for a loop, and which only look as if they did.

Two sources: the jobs that went through ``run_in_executor`` (asgiref and
``asyncio.to_thread`` both do), which are counted exactly, and the threads of
the process, which are classified by where they stand.
"""

import asyncio
import sys
import threading
from types import CodeType, FrameType
from typing import Any, Final

_ANYIO_WORKER: Final = "run_sync_in_worker_thread"
_POOL_FILE: Final = "concurrent/futures/thread.py"
_ANYIO_FILE: Final = "anyio/_backends/_asyncio.py"
_SURROUNDINGS: Final = ("/ipykernel/", "/IPython/", "/zmq/", "/debugpy/", "/asgilab/")
"""Packages whose threads surround an application and never wake it."""


def threads_waiting_for(tasks: set[asyncio.Task[Any]]) -> int:
    """Count the threads that are blocked in ``async_to_sync`` on one of these tasks.

    asgiref runs the awaitable of ``async_to_sync`` in a task of its own, whose
    coroutine is ``AsyncToSync.main_wrap``; as long as it lives, a thread waits
    for it. The name is asgiref's own, so a test of ours guards it.
    """
    return sum(
        getattr(task.get_coro(), "__qualname__", "") == "AsyncToSync.main_wrap"
        for task in tasks
    )


def anyio_workers(tasks: set[asyncio.Task[Any]]) -> int:
    """Count the tasks that wait for one of anyio's worker threads.

    anyio does not go through ``run_in_executor``, so these are found by where
    the task stands.
    """
    return sum(_innermost_name(task) == _ANYIO_WORKER for task in tasks)


def _innermost_name(task: asyncio.Task[Any]) -> str:
    awaited: Any = task.get_coro()
    code: CodeType | None = None
    while awaited is not None:
        if hasattr(awaited, "cr_code"):
            code, awaited = awaited.cr_code, awaited.cr_await
        elif hasattr(awaited, "gi_code"):
            code, awaited = awaited.gi_code, awaited.gi_yieldfrom
        else:
            break
    return "" if code is None else code.co_name


def strangers(known: frozenset[threading.Thread]) -> list[str]:
    """Return the names of threads that appeared since ``known`` and are at work.

    Workers of a thread pool and of anyio are left out, since their jobs are
    counted elsewhere, and so are the threads of a kernel and our own.
    """
    fresh = [thread for thread in threading.enumerate() if thread not in known]
    if not fresh:
        return []
    frames = sys._current_frames()
    here = threading.get_ident()
    return [
        thread.name
        for thread in fresh
        if thread.ident != here
        and thread.ident in frames
        and not _is_no_concern(frames[thread.ident])
    ]


def _is_no_concern(frame: FrameType | None) -> bool:
    while frame is not None:
        file = frame.f_code.co_filename.replace("\\", "/")
        if file.endswith(_POOL_FILE) and frame.f_code.co_name == "_worker":
            return True
        if file.endswith(_ANYIO_FILE):
            return True
        if any(package in file for package in _SURROUNDINGS):
            return "/asgilab/example/" not in file
        frame = frame.f_back
    return False
