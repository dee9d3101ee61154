"""Recording from anywhere in an application, onto its own connection."""

import asyncio
from typing import Any

from asgiref.sync import sync_to_async

from asgilab.communicators import Wiring, handle_here, record_here
from asgilab.sessions import Kind, Session, Source
from asgilab.testing import ApplicationCommunicator


async def run(application: Any, name: str, session: Session) -> None:
    wiring = Wiring(session=session, name=name)
    communicator = ApplicationCommunicator(application, {"type": "t"}, wiring=wiring)
    await communicator.send_input({"type": "t.go"})
    await communicator.wait()


def test_outside_of_an_application_nothing_is_recorded() -> None:
    assert record_here(Kind.LOG, {"text": "x"}) is None
    handle_here(3)


async def test_each_application_records_on_its_own_connection() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await asyncio.sleep(0)
        record_here(Kind.LOG, {"text": "here"})

    session = Session()
    await asyncio.gather(*(run(application, name, session) for name in "abc"))
    logs = [event for event in session if event.kind is Kind.LOG]
    assert sorted(event.connection for event in logs) == ["a", "b", "c"]
    for event in logs:
        assert event.cause is not None
        cause = session[event.cause]
        assert (cause.kind, cause.connection) == (Kind.RECEIVE, event.connection)


async def test_it_reaches_through_tasks_and_threads() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.create_task(inner())
        await sync_to_async(record_here)(Kind.SQL, {"text": "in a thread"})
        await asyncio.to_thread(record_here, Kind.SQL, {"text": "in another"})

    async def inner() -> None:
        record_here(Kind.LOG, {"text": "in a task"})

    session = Session()
    await run(application, "alice", session)
    texts = [event.message.get("text") for event in session.of("alice")]
    assert {"in a task", "in a thread", "in another"} <= set(texts)


async def test_index_source_and_cause_are_what_was_said() -> None:
    source, indexes = Source("a.py", 1, "f"), []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        indexes.append(record_here(Kind.LOG, {"n": 1}, source))
        indexes.append(record_here(Kind.LOG, {"n": 2}, None, indexes[0]))

    session = Session()
    await run(application, "alice", session)
    first, second = indexes
    assert first is not None
    assert session[first].source == source
    assert second is not None
    assert session[second].cause == first


async def test_what_came_by_another_way_is_the_cause_of_what_follows() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        arrived = record_here(Kind.LAYER, {"type": "layer.receive"})
        handle_here(arrived)
        record_here(Kind.LOG, {"text": "because of it"})
        handle_here(None)
        record_here(Kind.LOG, {"text": "of nothing"})

    session = Session()
    await run(application, "alice", session)
    because, nothing = (event for event in session if event.kind is Kind.LOG)
    assert because.cause is not None
    assert session[because.cause].kind is Kind.LAYER
    assert nothing.cause is None


async def test_without_a_session_nothing_is_recorded() -> None:
    told = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        told.append(record_here(Kind.LOG, {}))

    wiring = Wiring(session=None)
    communicator = ApplicationCommunicator(application, {"type": "t"}, wiring=wiring)
    await communicator.wait()
    assert told == [None]
