"""A server in a thread: why it did not start, and what keeps it from stopping."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from websockets.sync.client import connect

from asgilab.errors import LifespanFailed, UncleanExit, UsageError
from asgilab.live import LiveServer, Server
from asgilab.live._collecting import Collecting
from asgilab.live._thread import ServerThread
from tests.live import applications


def alive() -> set[str]:
    return {thread.name for thread in threading.enumerate()}


def test_a_lifespan_that_answers_failed_gives_its_reason() -> None:
    with pytest.raises(LifespanFailed, match=r"^no database$"):
        LiveServer(applications.failing_to_start).start()
    assert "asgilab-live-server" not in alive()


def test_a_lifespan_that_has_to_start_and_raises_comes_out_as_it_was_raised() -> None:
    with pytest.raises(LookupError, match="cannot import the model") as failed:
        LiveServer(applications.raising_at_start, lifespan="on").start()
    assert str(failed.traceback[-1].path).endswith("applications.py")


def test_a_lifespan_that_fails_at_the_end_is_an_error_of_the_application() -> None:
    server = LiveServer(applications.failing_to_stop)
    with pytest.raises(LifespanFailed, match="still busy"), server:
        pass


def test_a_start_that_hangs_is_given_up() -> None:
    server = LiveServer(applications.never_starting, timeout=0.2)
    with pytest.raises(TimeoutError, match=r"not up after 0\.2 s"):
        server.start()


def test_the_servers_own_failure_comes_out_with_its_traceback() -> None:
    with pytest.raises(Exception, match="no_such_protocol") as failed:
        LiveServer(applications.echo, options={"http": "no_such_protocol:X"}).start()
    assert any("uvicorn" in str(entry.path) for entry in failed.traceback)


@pytest.mark.parametrize("name", ["uvicorn", "daphne"])
def test_code_in_a_thread_that_does_not_end_is_named_with_its_line(
    name: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asgilab.live._uvicorn._DISCONNECT_SECONDS", 0)
    monkeypatch.setattr("asgilab.live._daphne._DISCONNECT_SECONDS", 0.0)
    go_on = threading.Event()

    async def blocked(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "websocket"
        await receive()
        await send({"type": "websocket.accept"})
        await sync_to_async(wait_for)(go_on)

    server = LiveServer(blocked, server=name).start()
    monkeypatch.setattr(server, "_timeout", 0.5)
    with connect(server.ws_url):
        with pytest.raises(UncleanExit, match=r"not down after 0\.5 s") as failed:
            server.stop()
        go_on.set()
    assert f"{Path(__file__)}:" in str(failed.value)


def wait_for(event: threading.Event) -> None:
    event.wait()


def test_a_backend_that_ends_without_a_word_is_an_error() -> None:
    class Silent:
        def run(self, sockets: Any, ready: Any) -> None:
            return None

        def stop(self) -> None:
            return None

    thread = ServerThread(Silent(), Collecting(applications.echo), [])
    with pytest.raises(RuntimeError, match="gave no reason"):
        thread.start(5)
    assert thread.settle(5)
    thread.stop(5)


def test_a_call_that_is_cancelled_over_there_says_so() -> None:
    async def give_up() -> None:
        raise asyncio.CancelledError

    server = LiveServer(applications.echo)
    with server, pytest.raises(UsageError, match="cancelled"):
        server.call(give_up)
