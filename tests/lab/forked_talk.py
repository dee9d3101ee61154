"""A program that forks a talk in the chat project at each of its events.

It prints what it found as JSON. One process holds one set of Django's settings,
and this needs the chat's.
"""

import asyncio
import json
import sys
from typing import Any

from asgilab.engine import LabLoop
from asgilab.lab import Lab
from asgilab.replay import Volatility, content, find_volatile, replay, steps
from asgilab.sessions import Event, Kind, Session
from tests.benchmarks.projects import chat, talk


def contents_of_the_database() -> bytes:
    """Return the very bytes of the database that this thread would use."""
    from django.db import connection

    connection.ensure_connection()
    try:
        return bytes(connection.connection.serialize())
    finally:
        connection.close()


def messages_stored() -> list[str]:
    from django.db import connection

    from chat.models import Message

    try:
        return list(Message.objects.order_by("created").values_list("text", flat=True))
    finally:
        connection.close()


def told(event: Event, volatile: Volatility) -> tuple[Any, ...]:
    """Return what there is to an event, less the values that change each time."""
    said: Any = content(event.message)
    if event.kind not in (Kind.SEND, Kind.RECEIVE):
        said = event.type
    for finding in volatile.findings:
        if finding.event == event.index:
            inner = said
            for part in finding.path[:-1]:
                inner = inner[part]
            inner[finding.path[-1]] = "volatile"
    return event.connection, event.kind, event.cause, said


async def forks(lab: Lab, session: Session) -> dict[str, Any]:
    """Fork at each event; go another way each time."""
    runs = [(await replay(session, lab.fresh)).steps for _ in range(2)]
    volatile = find_volatile(steps(session), *runs)
    length, before = len(session), await asyncio.to_thread(contents_of_the_database)
    points = [
        event.index + 1 for event in session if event.kind in (Kind.RECEIVE, Kind.SEND)
    ]
    alike, stored = [], []
    for at in points:
        async with lab.fork(at) as other:
            ours = [told(event, volatile) for event in session[:at]]
            alike.append([told(e, volatile) for e in other.session[:at]] == ours)
            alice: Any = other.connection("alice")
            if at > 4:
                await alice.send_json_to({"message": "another way"})
                await other.settle()
            with other.inside():
                stored.append(await asyncio.to_thread(messages_stored))
    unchanged = await asyncio.to_thread(contents_of_the_database) == before
    return {
        "points": len(points),
        "alike": alike,
        "stored": stored,
        "masked": sorted({str(finding.path[-1]) for finding in volatile.findings}),
        "unchanged": unchanged and len(lab.session) == length,
        "here": await asyncio.to_thread(messages_stored),
    }


async def main() -> dict[str, Any]:
    async with chat() as lab:
        session = await talk(lab)
        found = await forks(lab, session)
        alice: Any = lab.connection("alice")
        await alice.send_json_to({"message": "still here"})
        found["goes on"] = (await alice.receive_json_from())["message"]
        return found


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=lambda: LabLoop("virtual")) as runner:
        sys.stdout.write(json.dumps(runner.run(main())))
