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
from asgilab.notebook._statuses import Status, Statuses
from asgilab.rendering import visible
from asgilab.sessions import Redact, redact_secrets

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one connection stands at one moment.

    Attributes:
        name: Name under which the lab knows the connection.
        status: How far it has come.
        stop: What is held at its gate, the oldest first, or None.
        held: How many events are held at its gates in all.
        frames: The user's frames, innermost first.
        unread: Events that it sent and nobody received yet.
        paused: Whether its gates are closed.
        quiet: What the loop said of itself, where it was asked.
        redact: Takes the secrets out of what is shown of it; None shows all.
    """

    name: str
    status: Status
    stop: Stop | None = None
    held: int = 0
    frames: tuple[FrameText, ...] = ()
    unread: int = 0
    paused: bool = False
    quiet: Quiet | None = None
    redact: Redact | None = redact_secrets

    @property
    def sentence(self) -> str:
        """What can be said of it in one line."""
        if self.status.ended:
            return f"{self.name} has ended: {self.status}"
        if self.stop is not None:
            verb = "get" if self.stop.direction.endswith("receive") else "send"
            held = f", {self.held - 1} more behind it" if self.held > 1 else ""
            return f"{self.name} is paused, about to {verb} {_type(self.stop)}{held}"
        mode = "is paused, nothing is held" if self.paused else "runs freely"
        if self.quiet is None:
            return f"{self.name} {mode}; it is still at work"
        where = "in your code" if self.frames else "for its next event"
        return f"{self.name} {mode}; it waits {where}"


async def standing(
    lab: Lab, statuses: Statuses, name: str, quiet: Quiet | None = None
) -> Standing:
    """Tell where a connection stands now.

    Args:
        lab: The lab.
        statuses: How far its connections have come.
        name: Name under which the lab knows the connection.
        quiet: What the loop said of itself, where it was asked before.
    """
    communicator = lab.connection(name)
    status = statuses.of(communicator.name)
    stops = lab.gates.stops(communicator.name)
    frames: tuple[FrameText, ...] = ()
    if stops:
        frames = stops[0].frames
    elif status.events and not status.ended:
        frames = stack_of(communicator.future)
    return Standing(
        name,
        status,
        stops[0] if stops else None,
        len(stops),
        frames,
        communicator.output_queue.qsize(),
        lab.gates.paused(communicator.name),
        quiet,
        lab.session.redact,
    )


async def standstill(
    lab: Lab, statuses: Statuses, name: str, passed: frozenset[int] = frozenset()
) -> Standing:
    """Wait until a connection is held, or has nothing to do; tell where it stands.

    Args:
        lab: The lab.
        statuses: How far its connections have come.
        name: Name under which the lab knows the connection.
        passed: Ids of stops that are no news.
    """
    at_rest = asyncio.ensure_future(lab.settle())
    try:
        await _until(lab, lab.connection(name), at_rest, passed)
        quiet = at_rest.result() if at_rest.done() else None
    finally:
        at_rest.cancel()
    return await standing(lab, statuses, name, quiet)


async def done_or_held(lab: Lab, name: str, work: Coroutine[Any, Any, T]) -> T | None:
    """Run a coroutine until it is done or its connection is held at a gate.

    Returns:
        Its result, or None when the connection is held; it was cancelled then.
    """
    task = asyncio.ensure_future(work)
    try:
        # It shall deliver what it has to deliver, even if something is held already.
        await asyncio.sleep(0)
        await _until(lab, lab.connection(name), task)
        return task.result() if task.done() else None
    finally:
        task.cancel()


async def _until(
    lab: Lab,
    communicator: ApplicationCommunicator,
    task: asyncio.Future[Any],
    passed: frozenset[int] = frozenset(),
) -> None:
    """Wait for a task, or for a stop of the connection that has not passed yet."""
    changed = asyncio.Event()
    unwatch = lab.gates.watch(changed.set)
    task.add_done_callback(lambda _: changed.set())
    try:
        while not task.done():
            stops = {stop.id for stop in lab.gates.stops(communicator.name)}
            if stops - passed:
                return
            changed.clear()
            await changed.wait()
    finally:
        unwatch()


def _type(stop: Stop) -> str:
    return visible(str(stop.message.get("type", "an event")))
