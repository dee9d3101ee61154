"""Serving with Daphne: again and again in one process, leaving nothing behind."""

import http.client
import subprocess
import sys
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from asgilab.live import LiveServer
from tests.live.applications import Waking, echo


def test_without_daphne_the_command_to_install_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "daphne", None)
    with pytest.raises(ImportError, match="python -m pip install daphne"):
        LiveServer(echo, server="daphne").start()


def test_the_reactor_that_was_there_is_there_again() -> None:
    import_module("daphne.server")
    before = state()
    with LiveServer(echo, server="daphne"):
        assert not any(one is other for one, other in zip(state(), before, strict=True))
    assert all(one is other for one, other in zip(state(), before, strict=True))


def state() -> list[Any]:
    """Return what Twisted, Daphne and Autobahn's timers hold on to in a process."""
    internet: Any = import_module("twisted.internet")
    timers: Any = import_module("txaio.tx").config
    daphne: Any = import_module("daphne")
    modules = [sys.modules["twisted.internet.reactor"], sys.modules["daphne.server"]]
    return [*modules, internet.reactor, daphne.server, timers.loop]


def test_the_loop_that_importing_daphne_makes_is_closed() -> None:
    """Nobody else would, and Python warns when it collects an open one."""
    with LiveServer(echo, server="daphne"):
        module: Any = sys.modules["daphne.server"]
        assert module.twisted_loop.is_closed()


def test_warnings_are_still_shown_while_it_serves() -> None:
    """Twisted's logging would take them, and Daphne sends that to nowhere."""
    script = (
        "import warnings\n"
        "from asgilab.live import LiveServer\n"
        "from tests.live.applications import echo\n"
        "with LiveServer(echo, server='daphne'):\n"
        "    warnings.warn('seen')\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "UserWarning: seen" in ran.stderr


def test_options_reach_daphne() -> None:
    options = {"root_path": "/below"}

    async def path(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": scope["root_path"]})

    server = LiveServer(path, server="daphne", options=options)
    with server, connect(server.ws_url) as client:
        assert client.recv(timeout=10) == "/below"


def test_a_disconnect_handler_that_hangs_does_not_hold_it_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("asgilab.live._daphne._DISCONNECT_SECONDS", 0.05)
    application = Waking(goodbye=3600)
    server = LiveServer(application, server="daphne").start()
    with connect(server.ws_url):
        server.stop()
    assert application.log == []


def test_it_stops_with_a_connection_that_is_kept_alive() -> None:
    before = set(threading.enumerate())  # Other tests may share a server of theirs.
    with LiveServer(echo, server="daphne") as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("GET", "/")
        connection.getresponse().read()
    connection.close()
    left = {one.name for one in set(threading.enumerate()) - before}
    assert "asgilab-live-server" not in left
