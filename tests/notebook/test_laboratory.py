"""What the magics of a notebook remember."""

import asyncio
import inspect
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from asgilab.communicators import WebsocketCommunicator
from asgilab.errors import UnknownConnection, UsageError
from asgilab.lab import Lab
from asgilab.notebook._laboratory import Laboratory
from asgilab.notebook._settings import AsgiLab
from asgilab.types import Receive, Scope, Send
from tests.notebook.conftest import Magic


async def closed(scope: Scope, receive: Receive, send: Send) -> None:
    """Close at once."""
    await receive()
    await send({"type": "websocket.close"})


def test_without_a_lab_it_says_what_is_expected(laboratory: Laboratory) -> None:
    assert not laboratory.has_lab
    for ask in (
        lambda: laboratory.lab,
        lambda: laboratory.loop,
        lambda: laboratory.connection("bob"),
        lambda: laboratory.recipe[0](),
    ):
        with pytest.raises(UsageError, match="Expected %asgi_app first"):
            ask()


def test_work_for_a_lab_that_is_not_there_is_closed(laboratory: Laboratory) -> None:
    async def work() -> None: ...

    coroutine = work()
    with pytest.raises(UsageError):
        laboratory.on_lab(coroutine)
    assert inspect.getcoroutinestate(coroutine) == inspect.CORO_CLOSED


def test_a_lab_that_somebody_stopped_is_named(
    magic: Magic, laboratory: Laboratory
) -> None:
    laboratory.lab.stop()
    with pytest.raises(UsageError, match="The lab has been stopped"):
        magic("connect", "/ws/")
    magic("app", "rooms:application")
    assert magic("connect", "/ws/ --as bob")


def test_only_a_websocket_is_taken_for_one(
    magic: Magic, laboratory: Laboratory
) -> None:
    magic("connect", "/ws/ --as bob")
    magic("http", "GET /x/ --as page")
    assert laboratory.websocket("bob").name == "bob"
    assert laboratory.connection("page").name == "page"
    with pytest.raises(UnknownConnection, match=r"'page'\. Connected: bob\."):
        laboratory.websocket("page")


def test_a_variable_is_put_and_taken_back(
    magic: Magic, laboratory: Laboratory, bare: InteractiveShell
) -> None:
    magic("connect", "/ws/ --as bob")
    variables: Any = bare.user_ns
    bob = variables["bob"]
    assert isinstance(bob, WebsocketCommunicator)
    laboratory.withdraw("bob")
    assert "bob" not in variables
    assert laboratory.publish("bob")
    variables["bob"] = "mine now"
    laboratory.withdraw("bob")
    assert variables["bob"] == "mine now"
    assert not laboratory.publish("bob")


def test_a_name_that_is_no_identifier_is_no_variable(
    magic: Magic, bare: InteractiveShell
) -> None:
    connected = magic("connect", "/ws/ --as bob-1")
    assert not connected.variable
    assert "bob-1 is no name of a variable" in repr(connected)
    magic("send", 'bob-1 "x"')
    assert magic("receive", "bob-1") == "x"


async def test_a_lab_on_the_loop_of_the_cells_needs_no_crossing(
    shell: InteractiveShell,
) -> None:
    laboratory = Laboratory(shell, AsgiLab())
    async with Lab(closed, lifespan="off") as lab:
        laboratory.adopt(lab, asyncio.get_running_loop())
        assert laboratory.loop is asyncio.get_running_loop()
        bob = lab.websocket("/", name="bob")
        assert await bob.connect() == (False, 1000)
        assert laboratory.publish("bob")
        assert shell.user_ns["bob"] is bob
        assert laboratory.release() == (lab, asyncio.get_running_loop())
        assert "bob" not in shell.user_ns
        assert not laboratory.has_lab
