"""Serving with Daphne: again and again in one process, leaving nothing behind."""

import sys
import threading
import urllib.request
import warnings
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
    before = [sys.modules.get(name) for name in ("twisted.internet.reactor", "daphne")]
    with LiveServer(echo, server="daphne"):
        pass
    after = [sys.modules.get(name) for name in ("twisted.internet.reactor", "daphne")]
    assert after[0] is before[0]


def test_warnings_are_still_shown_while_it_serves() -> None:
    """Twisted's logging would take them, and Daphne sends that to nowhere."""
    shown = warnings.showwarning
    with LiveServer(echo, server="daphne"):
        assert warnings.showwarning is shown


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
    with LiveServer(echo, server="daphne") as server:
        connection = urllib.request.http.client.HTTPConnection(  # type: ignore[attr-defined]
            "127.0.0.1", server.port, timeout=10
        )
        connection.request("GET", "/")
        connection.getresponse().read()
    connection.close()
    assert "asgilab-live-server" not in {one.name for one in threading.enumerate()}
