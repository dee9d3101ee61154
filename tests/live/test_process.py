"""A server in a process of its own: what crosses over, and what happens if it dies."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from asgilab.errors import ApplicationFault, LifespanFailed, UncleanExit, UsageError
from asgilab.live import LiveServer, MadeElsewhere
from asgilab.live._process import ServerProcess, pickled
from tests.live import applications

ROOT = Path(__file__).parents[2]


def test_what_fails_at_the_start_comes_out_over_here() -> None:
    with pytest.raises(LifespanFailed, match="no database") as failed:
        LiveServer(applications.failing_to_start, server="process").start()
    assert "In the process of the live server:" in failed.value.__notes__[0]


def test_the_application_is_prepared_before_it_is_made() -> None:
    made = MadeElsewhere(applications.echo_prepared, applications.prepare)
    with (
        LiveServer(made, server="process") as server,
        urllib.request.urlopen(server.url, timeout=10) as answer,
    ):
        assert answer.status == 200


def test_a_local_function_is_refused_at_once() -> None:
    async def local(scope: Any, receive: Any, send: Any) -> None:
        return None

    with pytest.raises(UsageError, match="at the top level of a module"):
        LiveServer(local, server="process").start()


def test_what_can_be_found_again_is_pickled() -> None:
    assert b"applications" in pickled(applications.echo)


def test_a_module_that_is_not_there_over_there_is_named() -> None:
    """As a script's own functions are: they live in __main__."""
    script = (
        "from asgilab.live import LiveServer\n"
        "async def mine(scope, receive, send): ...\n"
        "LiveServer(mine, server='process').start()\n"
    )
    ran = run("-c", script)
    assert "UsageError: The live server's process cannot import" in ran.stderr


def test_a_process_that_dies_is_told_with_its_exit_code() -> None:
    server = LiveServer(applications.leaving, server="process").start()
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        urllib.request.urlopen(server.url, timeout=10)
    with pytest.raises(ApplicationFault, match="exit code 3"):
        server.call(applications.add, 1, 2)
    assert server.errors == []
    server.stop()


def test_a_process_that_lives_may_take_longer_to_import_than_a_server_to_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("asgilab.live._process._GRACE_SECONDS", 0.0)
    order = LiveServer(applications.echo, server="process")._order()
    process = ServerProcess(order, [socket.create_server(("127.0.0.1", 0))])
    process.start(0.0)
    monkeypatch.undo()
    assert process.call(applications.add, (1, 2), 10) == 3
    process.stop(10)


def test_a_process_that_dies_while_it_starts_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dying = [sys.executable, "-c", "import sys; sys.stdin.read(); sys.exit(3)"]
    monkeypatch.setattr("asgilab.live._process.python_running", lambda *_: dying)
    with pytest.raises(ApplicationFault, match="exit code 3"):
        LiveServer(applications.echo, server="process").start()


def test_an_application_that_does_not_end_is_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("asgilab.live._process._GRACE_SECONDS", 1.0)
    server = LiveServer(applications.echo, server="process", timeout=2.0).start()
    server._timeout = 0.3
    process = server._running._process  # type: ignore[union-attr]  # it runs, so it is not None
    os.kill(process.pid, signal.SIGSTOP)
    with pytest.raises(UncleanExit, match=r"did not end within 0\.3 s"):
        server.stop()
    assert process.poll() == -signal.SIGKILL


def test_interrupting_the_test_run_does_not_end_the_server_first() -> None:
    with LiveServer(applications.echo, server="process") as server:
        pid = int(urllib.request.urlopen(server.url, timeout=10).read())
        os.kill(pid, signal.SIGINT)
        assert server.call(applications.add, 1, 2) == 3


def test_no_process_is_left_when_the_test_run_is_killed() -> None:
    script = (
        "import os, signal\n"
        "from asgilab.live import LiveServer\n"
        "from tests.live.applications import echo\n"
        "server = LiveServer(echo, server='process').start()\n"
        "print(server.port, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    # This waits for the server's process, too: it holds the other end of stdout.
    ran = run("-c", script)
    assert ran.returncode == -signal.SIGKILL
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(ran.stdout)), timeout=5)


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_warnings_are_as_strict_over_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "warnoptions", ["error::UserWarning", "ignore"])
    with LiveServer(applications.echo, server="process") as server:
        options = server.call(applications.warning_options)
    assert options == ["error::UserWarning", "ignore"]


async def test_it_may_be_started_inside_of_a_running_loop() -> None:
    server = await asyncio.to_thread(
        LiveServer(applications.echo, server="process").start
    )
    assert await asyncio.to_thread(server.call, applications.add, 1, 2) == 3
    await asyncio.to_thread(server.stop)
