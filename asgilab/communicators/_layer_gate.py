"""What comes out of a channel layer, past the gate of the connection that asked.

It is put in the place of the layer's ``receive`` by the tap in ``asgilab.django``,
which sees to the calls that go into a layer.
"""

import asyncio
import sys
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from asgilab.communicators._current import handle_here, pass_here, record_here
from asgilab.engine import Verdict
from asgilab.sessions import Kind


class _Taken(NamedTuple):
    """A message that was taken out of the layer and not given yet.

    Attributes:
        message: The message.
        cause: Index of the event that it was sent by, or None.
        note: Its note once it is past the gate; None while it is not.
    """

    message: Any
    cause: int | None
    note: str | None = None


class Incoming:
    """The ``receive()`` of one layer, with a gate and a record of each message.

    Args:
        call: The layer's own ``receive``.
    """

    def __init__(self, call: Callable[[str], Awaitable[Any]]) -> None:
        self._call = call
        self._kept: dict[str, deque[_Taken]] = {}

    async def receive(self, channel: str) -> Any:
        """Stand in for the layer's ``receive``."""
        handle_here(None)
        while True:
            taken = await self._take(channel)
            try:
                verdict = await _pass(taken, channel, sys._getframe(1))
            except asyncio.CancelledError:
                self._keep(channel).appendleft(taken)
                raise
            if verdict.messages:
                break
            _record(channel, taken, taken.message, verdict.word)
        (given, note), *rest = verdict.messages
        for message, why in reversed(rest):
            later = _Taken(message, taken.cause, why)
            self._keep(channel).appendleft(later)
        handle_here(_record(channel, taken, given, note), given)
        return given

    async def _take(self, channel: str) -> _Taken:
        kept = self._kept.get(channel)
        if kept is None:
            message = await self._call(channel)
            plain = dict(message) if isinstance(message, dict) else message
            return _Taken(plain, getattr(message, "cause", None))
        first = kept.popleft()
        if not kept:
            del self._kept[channel]
        return first

    def _keep(self, channel: str) -> deque[_Taken]:
        return self._kept.setdefault(channel, deque())


async def _pass(taken: _Taken, channel: str, frame: Any) -> Verdict:
    if taken.note is not None:
        return Verdict(((taken.message, taken.note),))
    return await pass_here("layer.receive", taken.message, frame, channel)


def _record(channel: str, taken: _Taken, given: Any, note: str) -> int | None:
    copy = dict(given) if isinstance(given, dict) else given
    event = {"type": "layer.receive", "target": channel, "given": copy}
    return record_here(Kind.LAYER, event, None, taken.cause, note)
