"""Serving with uvicorn: what is installed, how it stops, what it leaves alone."""

import importlib
import logging
import sys
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from asgilab.live import LiveServer, _uvicorn
from tests.live.applications import Waking, echo

INSTALL = r'python -m pip install "asgilab\[live\]"'


def test_without_uvicorn_the_command_to_install_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.delitem(sys.modules, "asgilab.live._uvicorn")
    with pytest.raises(ImportError, match=INSTALL):
        LiveServer(echo).start()


def test_without_a_websocket_library_the_command_to_install_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_uvicorn, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=INSTALL):
        LiveServer(echo).start()


def test_the_package_needs_no_server_before_one_is_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for name in sys.modules if name.startswith("asgilab.live")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert importlib.import_module("asgilab.live").LiveServer


def test_options_reach_uvicorn() -> None:
    async def path(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "websocket"
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": scope["root_path"]})

    server = LiveServer(path, options={"root_path": "/below"})
    with server, connect(server.ws_url) as client:
        assert client.recv(timeout=10) == "/below"


def test_a_disconnect_handler_that_hangs_is_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_uvicorn, "_DISCONNECT_SECONDS", 0)
    application = Waking(goodbye=3600)
    server = LiveServer(application).start()
    with connect(server.ws_url) as client:
        server.stop()
        with pytest.raises(ConnectionClosed):
            client.recv(timeout=10)
    assert application.log == ["startup", "shutdown"]


def test_logging_is_left_as_it_was() -> None:
    def state() -> list[Any]:
        names = ["uvicorn", "uvicorn.access", "uvicorn.error"]
        loggers = [logging.getLogger(name) for name in names]
        return [(one.level, one.propagate, one.handlers[:]) for one in loggers]

    before = state()
    with LiveServer(echo):
        assert state() == before
