"""What a strict exit says of what an application has left."""

import asyncio

from asgilab.communicators import Wiring
from asgilab.communicators._leftovers import leftovers, tasks_left, unread_of
from asgilab.communicators._line import CURRENT, Line
from asgilab.engine import Gates


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


async def waiting(event: asyncio.Event) -> None:
    await event.wait()


def ended(gates: Gates, name: str) -> Line:
    found = Line({"type": "websocket"}, Wiring(gates=gates, name=name))
    found.ended = True
    return found


async def test_only_tasks_of_ended_applications_of_the_lab_that_are_asked_for() -> None:
    ours, others, event = Gates(), Gates(), asyncio.Event()
    lines = {
        "ours": ended(ours, "alice"),
        "another": ended(ours, "bob"),
        "elsewhere": ended(others, "alice"),
        "running": line(),
    }
    tasks = []
    for name, each in lines.items():
        token = CURRENT.set(each)
        tasks.append(asyncio.create_task(waiting(event), name=name))
        CURRENT.reset(token)
    await asyncio.sleep(0)
    (left,) = tasks_left(ours, {"alice"})
    assert left.startswith("The application of 'alice' has ended, and its task 'ours'")
    assert len(tasks_left(ours)) == 2
    event.set()
    await asyncio.gather(*tasks)
    assert tasks_left(ours) == []


def test_what_is_unread_is_told_alone() -> None:
    left = line()
    assert unread_of(left) == ""
    left.outbox.put_nowait({"type": "websocket.close"})
    assert unread_of(left) == "1 event(s) were sent and never read: websocket.close."
