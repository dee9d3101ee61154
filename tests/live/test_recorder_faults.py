"""What may happen to a recorder's server, and what its file is like afterwards."""

import asyncio
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from asgilab.live import LiveServer, Recorder
from asgilab.sessions import Kind, Session, load
from tests.live.applications import echo

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.asgilab.jsonl"


def script(path: Path, then: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """Run a server with a recorder in a process of its own, 20 requests, and then."""
    text = f"""
import asyncio, os, resource, signal, sys, urllib.request
from asgilab.live import LiveServer, Recorder
from tests.live.applications import echo
{chr(10).join(options)}
recorder = Recorder(echo, {str(path)!r})
server = LiveServer(recorder).start()
def get():
    with urllib.request.urlopen(server.url, timeout=10) as answer:
        return answer.status
assert [get() for _ in range(20)] == [200] * 20
server.call(asyncio.sleep, 0)  # The client is answered before the request has ended.
{then}
"""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", text],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def complete(session: Session) -> set[str]:
    """Return the connections of which beginning and end are there."""
    ended = {event.connection for event in session if event.kind is Kind.END}
    opened = {event.connection for event in session if event.kind is Kind.OPEN}
    return ended & opened


REQUESTS = {f"http{number}" for number in range(1, 21)}


def test_a_process_that_just_ends_leaves_a_complete_file(path: Path) -> None:
    ran = script(
        path,
        "import asyncio; from tests.live.test_recorder import call; server.stop(); "
        "asyncio.run(call(recorder))",
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    assert complete(load(path)) >= REQUESTS | {"http21"}


def test_a_server_that_is_killed_leaves_a_file_that_loads(path: Path) -> None:
    ran = script(path, "recorder.flush(30); os.kill(os.getpid(), signal.SIGKILL)")
    assert ran.returncode == -signal.SIGKILL
    session = load(path)
    assert session.warnings == []
    assert complete(session) >= REQUESTS


@pytest.mark.parametrize("first", ["", "recorder.flush(30); "], ids=["early", "late"])
def test_an_interrupt_leaves_a_complete_file(path: Path, first: str) -> None:
    """Ctrl-C goes to the whole group, maybe while the process that writes starts."""
    ran = script(
        path,
        "signal.signal(signal.SIGINT, lambda *_: sys.exit(0)); "
        f"{first}os.killpg(0, signal.SIGINT)",
        "os.setpgrp()",
    )
    assert ran.returncode == 0, ran.stderr
    assert complete(load(path)) >= REQUESTS


def test_a_disk_that_is_full_stops_the_recording_and_nothing_else(path: Path) -> None:
    """Here a limit of the file's size, which fails the same way, without root."""
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))"
    ran = script(path, "recorder.flush(30); assert get() == 200", limit)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.count("Nothing can be recorded") == 1
    assert path.stat().st_size <= 4096
    session = load(path)
    assert session.warnings == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for 64 KiB; mounting one takes the right to."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    if sys.platform != "linux" or mount is None:
        pytest.skip("a small file system can only be mounted on Linux here")
    made = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        pytest.skip(f"mounting a small file system was refused: {made.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_file_system_stops_the_recording_until_there_is_room_again(
    small_disk: Path,
) -> None:
    """The application answers all the while, and the file tells what is missing."""
    path, ballast = small_disk / "a.asgilab.jsonl", small_disk / "ballast"
    then = f"""
ballast = open({str(ballast)!r}, "wb", buffering=0)
recorder.flush(30)
try:
    while ballast.write(b"x" * 512):
        pass
except OSError:
    ballast.close()
assert [get() for _ in range(200)] == [200] * 200
recorder.flush(30)
os.unlink({str(ballast)!r})
full = os.stat({str(path)!r}).st_size
while os.stat({str(path)!r}).st_size == full:
    assert get() == 200
    recorder.flush(30)
assert get() == 200
server.stop()
"""
    ran = script(path, then)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.count("No space left on device") == 1
    session = load(path)
    assert session.warnings == []
    assert complete(session) >= REQUESTS
    assert complete(session) >= {session[-1].connection, session.connections[-1]}
    assert missing(session) > 0
    assert len(session) < 5 * len(session.connections) + missing(session)


def missing(session: Session) -> int:
    """Return how many events are missing, as the file tells."""
    told = [event.message["text"] for event in session if event.kind is Kind.LOG]
    return sum(int(text.split()[0]) for text in told)


def test_a_writer_that_is_killed_is_replaced_and_what_was_lost_is_told(
    path: Path,
) -> None:
    """In the midst of traffic; the application answers all the while."""
    then = """
from asgilab.live import _recording_thread
_recording_thread._RETRY_SECONDS = 0.2
recorder.flush(30)
writer = recorder._thread._pipe._process
assert [get() for _ in range(30)] == [200] * 30
os.kill(writer.pid, signal.SIGKILL)
requests = 50
while recorder._thread._pipe is None or recorder._thread._pipe._process is writer:
    assert get() == 200
    requests += 1
assert [get() for _ in range(20)] == [200] * 20
server.stop()
recorder.close()
print(requests + 20)
"""
    ran = script(path, then)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.count("has ended with exit code -9") == 1
    first, second = load(path), load(path.with_name("a.2.asgilab.jsonl"))
    assert complete(first) >= REQUESTS
    number = int(ran.stdout)
    last = {f"http{number - back}" for back in range(19)}
    assert complete(second) >= last
    seen = {(event.connection, event.kind, event.type) for event in first}
    seen |= {(event.connection, event.kind, event.type) for event in second}
    assert missing(second) > 0
    assert len(seen) + missing(second) >= per_request(first) * number


def per_request(session: Session) -> int:
    return len(session.of("http1"))


def test_a_file_that_is_removed_stops_nothing(path: Path) -> None:
    then = f"recorder.flush(30); os.unlink({str(path)!r}); assert get() == 200"
    ran = script(path, then)
    assert ran.returncode == 0, ran.stderr


def test_workers_share_a_file_where_that_is_asked_for(path: Path) -> None:
    """Two processes, forked after the recorder was made, as by a preloading server."""
    text = f"""
import asyncio, os
from asgilab.live import Recorder
from tests.live.applications import echo
from tests.live.test_recorder import call
recorder = Recorder(echo, {str(path)!r}, shared=True)
pids = []
for _ in range(2):
    if (pid := os.fork()) == 0:
        asyncio.run(call(recorder))
        recorder.close()
        os._exit(0)
    pids.append(pid)
for pid in pids:
    assert os.waitpid(pid, 0)[1] == 0
"""
    subprocess.run([sys.executable, "-c", text], cwd=ROOT, timeout=60, check=True)
    session = load(path)
    assert len(session.connections) == 2
    assert all(name.startswith("http1@") for name in session.connections)
    assert complete(session) == set(session.connections)


@pytest.mark.long
def test_ten_thousand_connections_that_are_dropped_are_no_trouble(
    path: Path,
) -> None:
    recording = Recorder(echo, path, max_waiting=200_000)
    answers = []
    with LiveServer(recording) as server:
        for _ in range(100):
            asyncio.run(drop(server.port, 100))
            with urllib.request.urlopen(server.url, timeout=10) as answer:
                answers.append(answer.status)
        assert server.settle()
    recording.close()
    assert answers == [200] * 100
    ended = [event.connection for event in load(path) if event.kind is Kind.END]
    assert sum(name.startswith("ws") for name in ended) == 10_000


HANDSHAKE = (
    b"GET /ws/ HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


async def drop(port: int, count: int) -> None:
    """Open that many websockets at once, and drop them without a word."""

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HANDSHAKE)
        assert b"101" in await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    await asyncio.gather(*(one() for _ in range(count)))
