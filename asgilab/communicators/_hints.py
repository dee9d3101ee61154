"""Hints at the usual causes: why nothing came, in one sentence or two.

Each looks at what is there and says nothing unless it is sure of what it sees. What
surrounds a hint in an exception's notes stands in ``_postmortem``.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from asgilab.communicators._line import Line
from asgilab.communicators._outside import outside
from asgilab.sessions import Event, Kind

if TYPE_CHECKING:
    import asyncio

_UNANSWERED: Final = (
    "it neither accepted nor closed the connection. Does connect() "
    "call await self.accept(), or await super().connect()?"
)
_MANY: Final = 3
"""How often an application asks on after the end until it is told so."""


def hint(line: Line, task: "asyncio.Task[Any] | None") -> str:
    """Return the first hint that fits, or "".

    Args:
        line: The line of the application.
        task: Its task, or None when it never started.
    """
    for found in (
        _of_the_window(line),
        _of_the_handshake(line),
        _of_the_end(line),
        _of_the_groups(line, task),
    ):
        if found:
            return f"Hint: {found}"
    return ""


def _of_the_window(line: Line) -> str:
    window = line.window
    if window is None or not window.held:
        return ""
    unread = len(line.outbox.events)
    return (
        f"its send() waits: {unread} event(s) are unread, and window={window.size} "
        "lets no more be sent. Read them first."
    )


def _of_the_handshake(line: Line) -> str:
    if line.scope.get("type") != "websocket" or line.state != "connecting":
        return ""
    return _UNANSWERED


def _of_the_end(line: Line) -> str:
    told = [event for event in _events(line) if event.by_server]
    if len(told) >= _MANY:
        return (
            f"it was given {told[0].type} and goes on asking for events. "
            "Does its loop end at a disconnect?"
        )
    return "the client had dropped the connection before." if line.gone else ""


def _of_the_groups(line: Line, task: "asyncio.Task[Any] | None") -> str:
    """Look for a message to a group that this connection did not get."""
    if line.wiring.session is None or task is None:
        return ""
    events = _events(line)
    arrived = [event for event in events if event.type == "layer.receive"]
    sends: list[tuple[Mapping[str, Any], int | None]]
    sends = [(event.message, event.index) for event in _sent_to_groups(line)]
    sends += [(call, None) for call in outside(task.get_loop()) if _to_group(call)]
    lost = [
        (message, index)
        for message, index in sends
        if not _took(arrived, message["given"], index)
    ]
    return _lost(*lost[-1], _joined(events)) if lost else ""


def _took(arrived: list[Event], given: Any, index: int | None) -> bool:
    """Take the arrival of a message off the list, if it did arrive."""
    for event in arrived:
        if event.message["given"] == given and (index is None or event.index > index):
            arrived.remove(event)
            return True
    return False


def _lost(message: Mapping[str, Any], index: int | None, joined: dict[str, int]) -> str:
    group, given = message["target"], message["given"]
    kind = given.get("type") if isinstance(given, Mapping) else given
    who = f"{kind!r} was sent to group {group!r}"
    if index is None:
        who = f"{kind!r} was sent to group {group!r} by the test"
    if group not in joined:
        groups = ", ".join(map(repr, joined)) or "no group"
        return f"{who}, which this connection has not joined; it is in {groups}."
    if index is not None and joined[group] > index:
        return f"{who} before this connection joined it."
    return f"{who}, and this connection has not taken it: is it still busy?"


def _joined(events: list[Event]) -> dict[str, int]:
    """Return the groups that a connection is in, with when it joined each."""
    joined: dict[str, int] = {}
    for event in events:
        if event.type == "layer.group_add":
            joined[event.message["target"]] = event.index
        elif event.type == "layer.group_discard":
            joined.pop(event.message["target"], None)
    return joined


def _sent_to_groups(line: Line) -> list[Event]:
    """Return what was sent to groups after this connection sent its last event."""
    session, name = line.wiring.session, line.wiring.name
    if session is None:
        return []
    found: list[Event] = []
    for event in session:
        if event.kind is Kind.SEND and event.connection == name:
            found.clear()
        elif event.kind is Kind.LAYER and _to_group(event.message):
            found.append(event)
    return found


def _to_group(message: Mapping[str, Any]) -> bool:
    return message.get("type") == "layer.group_send"


def _events(line: Line) -> list[Event]:
    session = line.wiring.session
    return [] if session is None else session.of(line.wiring.name)
