"""What a strict exit says of what an application has left."""

import asyncio

from asgilab.communicators import Wiring
from asgilab.communicators._leftovers import leftovers
from asgilab.communicators._line import Line


def line() -> Line:
    return Line({"type": "websocket"}, Wiring())


def test_a_line_that_was_read_to_its_end_leaves_nothing() -> None:
    assert leftovers(line(), None) == ""


def test_unread_events_are_counted_and_named() -> None:
    left = line()
    left.outbox.put_nowait({"type": "websocket.send", "text": "a"})
    left.outbox.put_nowait({"type": "websocket.close"})
    assert leftovers(left, None) == (
        "2 event(s) were sent and never read: websocket.send, websocket.close."
    )


async def test_the_tasks_of_an_application_that_runs_are_none_of_them() -> None:
    task = asyncio.ensure_future(asyncio.Event().wait())
    assert leftovers(line(), task) == ""
    task.cancel()
