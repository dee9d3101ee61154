"""An application that sends values of many kinds; half of them only look volatile.

Under Django's settings of the chat it sends those that Django makes as well.
"""

import asyncio
import getpass
import hashlib
import itertools
import json
import os
import platform
import random
import secrets
import socket
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from asgiref.sync import sync_to_async

from asgilab.types import Receive, Scope, Send

STARTED = datetime.now(UTC)
REQUESTS = itertools.count(1)
WORDS = {"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"}
CONSTANT = "8c7f0aac-efd9-4f2c-a7ac-0b4ff1d2ae41"


class Thing:
    """Has no repr of its own."""


VOLATILE: dict[str, Callable[[], Any]] = {
    "uuid4": lambda: str(uuid.uuid4()),
    "uuid1": lambda: str(uuid.uuid1()),
    "epoch": time.time,
    "epoch in seconds": lambda: int(time.time()),
    "monotonic": time.monotonic,
    "performance counter": time.perf_counter_ns,
    "now in UTC": lambda: datetime.now(UTC).isoformat(),
    "now where we are": lambda: datetime.now().astimezone().isoformat("T", "minutes"),
    "today": lambda: f"{datetime.now(UTC):%Y-%m-%d}",
    "weekday": lambda: datetime.now(UTC).strftime("%A"),
    "year": lambda: datetime.now(UTC).year,
    "expiry": lambda: (datetime.now(UTC) + timedelta(days=14)).strftime("%d %b %Y"),
    "start of the process": STARTED.isoformat,
    "random float": random.random,
    "random bits": lambda: random.getrandbits(64),
    "token": lambda: secrets.token_urlsafe(16),
    "digest of now": lambda: hashlib.md5(str(time.time_ns()).encode()).hexdigest(),
    "address": lambda: id(Thing()),
    "repr": lambda: repr(Thing()),
    "hash of text": lambda: hash("text"),
    "order of a set": lambda: list(WORDS),
    "process": os.getpid,
    "thread": threading.get_ident,
    "host": socket.gethostname,
    "node": platform.node,
    "user": getpass.getuser,
    "Python": platform.python_version,
    "working folder": lambda: Path.cwd().name,
    "temporary name": lambda: Path(tempfile.mktemp(suffix=".csv")).name,
    "counter of the process": lambda: next(REQUESTS),
    "inside a text": lambda: f"Ticket {uuid.uuid4().hex[:8]} is yours.",
    "key of an object": lambda: {str(uuid.uuid4()): "online"},
    "length": lambda: "x" * random.randrange(1_000),
}

STABLE: dict[str, Callable[[], Any]] = {
    "constant UUID": lambda: CONSTANT,
    "uuid5": lambda: str(uuid.uuid5(uuid.NAMESPACE_URL, "https://example.com/")),
    "fixed moment": lambda: "2026-11-23T10:00:00+00:00",
    "birthday": lambda: date(2001, 1, 1).isoformat(),
    "epoch of a fixed moment": lambda: 1_700_000_000.25,
    "digest of a text": lambda: hashlib.sha256(b"text").hexdigest(),
    "seeded random": lambda: random.Random(42).random(),
    "sorted set": lambda: sorted(WORDS),
    "version of the application": lambda: "3.11.7",
    "hash of a number": lambda: hash(2**40),
    "looks like an address": lambda: "<Thing object at 0x7f00deadbeef>",
    "looks like a token": lambda: "kJ7_x3QmT0aZ",
}


def from_django() -> dict[str, Any]:
    """Return what Django makes anew each time."""
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import connection
    from django.http import HttpRequest
    from django.middleware.csrf import get_token

    from chat.models import Room

    store = SessionStore()
    store.create()
    room = Room.objects.create(name=f"room {Room.objects.count()}")
    connection.close()
    return {
        "key of a new row": room.pk,
        "session": store.session_key,
        "CSRF token": get_token(HttpRequest()),
    }


async def race() -> list[str]:
    """Return the names of tasks in the order in which they were done."""
    done: list[str] = []

    async def run(name: str) -> None:
        for _ in range(random.randrange(50)):
            await asyncio.sleep(0)
        done.append(name)

    await asyncio.gather(*map(run, "abcdefgh"))
    return done


async def timed() -> float:
    """Return how long something took."""
    began = time.perf_counter()
    await asyncio.sleep(0)
    return time.perf_counter() - began


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer every frame with all of it."""
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] == "websocket.receive":
        found: dict[str, Any] = {
            "order of tasks": await race(),
            "duration": await timed(),
            **{name: make() for name, make in (VOLATILE | STABLE).items()},
        }
        if "django.conf" in sys.modules:
            found |= await sync_to_async(from_django)()
        await send({"type": "websocket.send", "text": json.dumps(found)})


OTHERS = (
    "order of tasks",
    "duration",
    "key of a new row",
    "session",
    "CSRF token",
)


async def main() -> dict[str, Any]:
    """Explore a talk with this application; return what was found in which field."""
    from asgilab.example import DIRECTORY
    from asgilab.lab import Lab, replay_elsewhere
    from asgilab.replay import explore

    lab = Lab(
        "tests.replay.values:application",
        settings="chat.settings",
        app_dir=str(DIRECTORY),
    )
    async with lab:
        alice = lab.websocket("/", name="alice")
        await alice.connect()
        for _ in range(2):
            await alice.send_to(text_data="go")
            await alice.receive_from()
        explored = await explore(lab.session, lab.fresh, elsewhere=replay_elsewhere)
    fields: dict[int, list[str]] = {}
    for finding in explored.found.findings:
        fields.setdefault(finding.event, []).append(str(finding.path[1]))
    return {
        "found": [sorted(set(each)) for each in fields.values()],
        "runs": len(explored.runs),
        "notes": explored.notes,
        "reproduced": explored.found.reproduced,
    }


if __name__ == "__main__":
    from asgilab.engine import LabLoop

    with asyncio.Runner(loop_factory=LabLoop) as runner:
        sys.stdout.write(json.dumps(runner.run(main())))
