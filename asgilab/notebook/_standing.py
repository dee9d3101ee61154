"""Where a connection stands: held at a gate, waiting, working, or at its end.

The coroutines here run on the lab's loop. What they return are values that a
cell can keep: text, numbers and events, never a frame or a task.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from asgilab.communicators import ApplicationCommunicator
from asgilab.engine import FrameText, Quiet, Stop, stack_of
from asgilab.lab import Lab
from asgilab.rendering import exception_line, visible
from asgilab.sessions import Event, Kind

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one connection stands at one moment.

    Attributes:
        name: Name of the connection.
        stop: What is held at its gate, the oldest first, or None.
        held: How many events are held at its gates in all.
        frames: The user's frames, innermost first.
        end: How the application ended, or "".
        unread: Events that it sent and nobody received yet.
        paused: Whether its gates are closed.
        quiet: What the loop said of itself, where it was asked.
    """

    name: str
    stop: Stop | None = None
    held: int = 0
    frames: tuple[FrameText, ...] = ()
    end: str = ""
    unread: int = 0
    paused: bool = False
    quiet: Quiet | None = None

    @property
    def sentence(self) -> str:
        """What can be said of it in one line."""
        if self.end:
            return f"{self.name}: the application has ended ({self.end})"
        if self.stop is not None:
            verb = "get" if self.stop.direction == "receive" else "send"
            return f"{self.name} is paused: about to {verb} {_type(self.stop)}"
        state = "paused at its next event" if self.paused else "running freely"
        if self.frames:
            return f"{self.name} is {state}; it waits in your code"
        return f"{self.name} is {state}; it waits for its next event"


async def standing(lab: Lab, name: str, quiet: Quiet | None = None) -> Standing:
    """Tell where a connection stands now.

    Args:
        lab: The lab.
        name: Name under which the lab knows the connection.
        quiet: What the loop said of itself, where it was asked before.
    """
    communicator = lab.connection(name)
    stops = lab.gates.stops(communicator.name)
    task = communicator.future
    frames: tuple[FrameText, ...] = ()
    if stops:
        frames = stops[0].frames
    elif not task.done():
        frames = stack_of(task)
    return Standing(
        name,
        stops[0] if stops else None,
        len(stops),
        frames,
        how_it_ended(lab, communicator),
        communicator.output_queue.qsize(),
        lab.gates.paused(communicator.name),
        quiet,
    )


async def standstill(lab: Lab, name: str) -> Standing:
    """Wait until a connection is held, has ended, or has nothing to do; tell where."""
    communicator = lab.connection(name)
    at_rest = asyncio.ensure_future(lab.settle())
    await _until(lab, communicator, at_rest)
    quiet = None
    if at_rest.done():
        quiet = at_rest.result()
    at_rest.cancel()
    return await standing(lab, name, quiet)


async def done_or_held(
    lab: Lab, name: str, work: Coroutine[Any, Any, T]
) -> tuple[asyncio.Task[T], bool]:
    """Run a coroutine until it is done or the connection is held at a gate.

    Returns:
        Its task, and whether the connection is held; the task then goes on by
        itself once the connection is let go.
    """
    communicator = lab.connection(name)
    task = asyncio.ensure_future(work)
    try:
        await _until(lab, communicator, task)
    except asyncio.CancelledError:
        task.cancel()
        raise
    return task, not task.done()


async def _until(
    lab: Lab, communicator: ApplicationCommunicator, task: asyncio.Task[Any]
) -> None:
    """Wait for a task, or for the connection to be held at a gate."""
    changed = asyncio.Event()
    unwatch = lab.gates.watch(changed.set)
    task.add_done_callback(lambda _: changed.set())
    try:
        while not task.done() and not lab.gates.stops(communicator.name):
            changed.clear()
            await changed.wait()
    finally:
        unwatch()


def how_it_ended(lab: Lab, communicator: ApplicationCommunicator) -> str:
    """Return how the application of a connection ended, or "" while it runs."""
    if not communicator.future.done():
        return ""
    event = _last(lab, communicator.name)
    if event is None or event.kind is not Kind.END:
        return "ended"
    traceback = event.message.get("exception")
    return visible(exception_line(traceback) if traceback else event.type)


def _last(lab: Lab, name: str) -> Event | None:
    session = lab.session
    numbers = range(len(session) - 1, -1, -1)
    return next((e for n in numbers if (e := session[n]).connection == name), None)


def _type(stop: Stop) -> str:
    return visible(str(stop.message.get("type", "an event")))
