"""Work that needs a process of its own: on a whole Django project, and on memory.

One process holds one set of Django's settings, and the table has its own; and the
most memory that a process had is known of processes alone. So the rows start this
file as a program: ``python -m tests.benchmarks.projects replay 20`` prints how many
seconds 20 replays took.
"""

import asyncio
import logging
import resource
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Coroutine
from pathlib import Path
from time import perf_counter
from typing import Any

from asgilab.django._live_connections import beside_a_loop
from asgilab.engine import LabLoop
from asgilab.example import DIRECTORY
from asgilab.export import export_test
from asgilab.lab import Lab
from asgilab.replay import replay
from asgilab.sessions import Kind, Session
from asgilab.testing import HttpCommunicator
from tests.benchmarks.applications import PIECES, SIZE, large, page
from tests.benchmarks.measure import Contender, Row

ROOT = Path(__file__).parents[2]
EVENTS = 20


async def talk(lab: Lab) -> Session:
    """Let two people say five things in one room, which the ORM stores: 20 events."""
    alice = lab.websocket("/ws/chat/lobby/", name="alice", user="alice")
    await alice.connect()
    bob = lab.websocket("/ws/chat/lobby/", name="bob", user="bob")
    await bob.connect()
    await alice.receive_json_from()
    for number in range(5):
        await alice.send_json_to({"message": f"number {number}"})
        await alice.receive_json_from()
        await bob.receive_json_from()
    await lab.settle()
    exchanged = [event.kind in (Kind.RECEIVE, Kind.SEND) for event in lab.session]
    assert sum(exchanged) == EVENTS
    return lab.session.prefix(len(exchanged))


async def replays(times: int) -> float:
    """Replay the talk on a fresh application, over and over."""
    async with chat() as lab:
        session = await talk(lab)
        await replay(session, lab.fresh)
        began = perf_counter()
        for _ in range(times):
            again = await replay(session, lab.fresh)
            assert sum(1 + len(step.outputs) for step in again.steps) == EVENTS
        return perf_counter() - began


async def forks(times: int) -> float:
    """Fork the talk at each of its 20 events, over and over."""
    async with chat() as lab:
        session = await talk(lab)
        points = [e.index + 1 for e in session if e.kind in (Kind.RECEIVE, Kind.SEND)]
        before = _contents(lab)
        async with lab.fork():
            pass
        began = perf_counter()
        for _ in range(times):
            for at in points:
                async with lab.fork(at) as other:
                    assert len(other.session) >= at
        taken = perf_counter() - began
        assert len(lab.session) == len(session)
        assert _contents(lab) == before
        return taken


def _contents(lab: Lab) -> bytes:
    """Return the bytes of the database that a lab uses."""
    from asgilab.django import snapshot

    with lab.inside(), beside_a_loop(), snapshot() as now:
        return bytes(now.contents.serialize())


async def exports(times: int) -> float:
    """Export the talk as a test: find what varies, write it, run it, prove it."""
    async with chat() as lab:
        session = await talk(lab)
    taken = 0.0
    for _ in range(times):
        path = Path(tempfile.mkdtemp(prefix="asgilab-")) / "test_talk.py"
        async with chat() as lab:
            began = perf_counter()
            exported = await export_test(session, path, fresh_lab=lab.fresh)
            taken += perf_counter() - began
        assert exported.passed, exported.summary_lines()
    return taken


async def memory(times: int) -> float:
    """Stream 100 MB; the megabytes that takes beyond what a short page takes."""
    assert await _streamed(page) == len(b"hello")
    before = _peak(anew=True)
    for _ in range(times):
        assert await _streamed(large) == PIECES * SIZE
    return (_peak() - before) * times


async def _streamed(application: Any) -> int:
    size = 0
    async with HttpCommunicator(application, "GET", "/").stream() as response:
        async for chunk in response.chunks():
            size += len(chunk)
    return size


def _peak(*, anew: bool = False) -> float:
    """Return the most memory that this process ever had, in megabytes.

    On Linux ``ru_maxrss`` starts with that of the process which started this one.
    There the number is the kernel's own for this program, and can be set back.

    Args:
        anew: Forget what was before, such as the peak while modules were imported.
    """
    if not sys.platform.startswith("linux"):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / 2**20 if sys.platform == "darwin" else most / 2**10
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text().splitlines()
    most = next(line for line in status if line.startswith("VmHWM:"))
    return int(most.split()[1]) / 2**10


def chat() -> Lab:
    """Return a lab on the chat project."""
    return Lab(
        "chat.asgi:application", settings="chat.settings", app_dir=str(DIRECTORY)
    )


def apart(work: str) -> Callable[[int], float]:
    """Return a sample that does its work in a process of its own."""

    def sample(times: int) -> float:
        """What the process says that it took, its start left out."""
        command = [sys.executable, "-m", __name__, work, str(times)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == 0, done.stderr
        return float(done.stdout.splitlines()[-1])

    return sample


WORK: dict[str, Callable[[int], Coroutine[Any, Any, float]]] = {
    "forks": forks,
    "replay": replays,
    "export": exports,
    "memory": memory,
}

ROWS = (
    Row(
        "20-event replay, Channels app with ORM",
        Contender("asgilab", apart("replay")),
        times=20,
        limit=0.025,
        apart=7,
    ),
    Row(
        "forks at all 20 events, Channels app with ORM",
        Contender("asgilab", apart("forks")),
        times=2,
        limit=20 * 0.025,
        apart=7,
    ),
    Row(
        "export of 20 events, proof included",
        Contender("asgilab", apart("export")),
        times=1,
        limit=10,
        apart=2,
    ),
    Row(
        "100 MB in pieces of 64 KiB, streamed: memory over base",
        Contender("asgilab", apart("memory")),
        times=1,
        limit=2,
        unit="MB",
        apart=3,
    ),
)

if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    with asyncio.Runner(loop_factory=lambda: LabLoop("virtual")) as runner:
        taken = runner.run(WORK[sys.argv[1]](int(sys.argv[2])))
    sys.stdout.write(f"{taken}\n")
