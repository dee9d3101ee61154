"""What a connection did with its channel layer, for a test to ask about.

The calls are read from the session, where the tap on the layer recorded them;
the tap itself is in ``asgilab.django``.
"""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

from asgilab.communicators._application import ApplicationCommunicator
from asgilab.communicators._queue import EventQueue
from asgilab.communicators._waiting import wait_until
from asgilab.errors import NoOutput, UsageError
from asgilab.sessions import Event, Kind


class LayerCommunicator(ApplicationCommunicator):
    """A communicator whose application may use a channel layer.

    Attributes:
        groups: The groups that the connection is a member of.
    """

    @property
    def groups(self) -> frozenset[str]:
        """The groups that this connection has joined and not left."""
        members: set[str] = set()
        for event in self._layer_events():
            if event.type == "layer.group_add":
                members.add(event.message["target"])
            elif event.type == "layer.group_discard":
                members.discard(event.message["target"])
        return frozenset(members)

    async def expect_group_send(
        self, group: str, message: Any = None, timeout: float = 1
    ) -> dict[str, Any]:
        """Expect that the application sends to a group; return the message.

        Each call looks for the next one that no earlier call has found.

        Args:
            group: Name of the group.
            message: What must be sent, compared with ``==``, so that a matcher
                will do; None for anything.
            timeout: Seconds to wait at most.

        Raises:
            NoOutput: It did not; what it did with the layer is in the message.
        """
        loop = asyncio.get_running_loop()
        deadline, wall = loop.time() + timeout, time.monotonic() + timeout
        while True:
            quiet = await self.settle()
            for event in self._layer_events(self._seen_layer_events):
                if _is_send(event, group, message):
                    self._seen_layer_events = event.index + 1
                    found: dict[str, Any] = event.message["given"]
                    return found
            over = loop.time() >= deadline or time.monotonic() >= wall
            if quiet.final or over:
                raise self._noted(NoOutput(self._text(group, message)))
            # On a clock that stands still this takes real time, unlike sleep().
            await wait_until(lambda: False, EventQueue(), min(0.01, timeout))

    _seen_layer_events = 0

    def _layer_events(self, first: int = 0) -> Iterator[Event]:
        session = self._wiring.session
        if session is None:
            msg = "This connection is not recorded, so nothing is known of its layer."
            raise UsageError(msg)
        for event in session[first:]:
            if event.kind is Kind.LAYER and event.connection == self.name:
                yield event

    def _text(self, group: str, message: Any) -> str:
        what = "" if message is None else f" {message!r}"
        calls = [
            f"{event.type.removeprefix('layer.')}({event.message['target']!r})"
            for event in self._layer_events(self._seen_layer_events)
        ]
        did = ", ".join(calls) or "nothing"
        return f"Nothing{what} was sent to group {group!r}; the layer saw {did}."


def _is_send(event: Event, group: str, message: Any) -> bool:
    if event.type != "layer.group_send" or event.message["target"] != group:
        return False
    return message is None or bool(event.message["given"] == message)
