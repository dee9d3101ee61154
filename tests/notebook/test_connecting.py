"""The magics connect and disconnect."""

import asyncio
import re
from typing import Any

import pytest
from channels.routing import URLRouter
from django.urls import path
from IPython.core.error import UsageError as BadArguments
from IPython.core.interactiveshell import InteractiveShell

from asgilab.errors import (
    AsgilabWarning,
    NoOutput,
    RouteNotFound,
    UnknownConnection,
    UsageError,
)
from asgilab.notebook._laboratory import Laboratory
from asgilab.types import Receive, Scope, Send
from tests.notebook.conftest import Magic


def test_a_connection_becomes_a_variable_of_the_notebook(
    magic: Magic, bare: InteractiveShell
) -> None:
    connected = magic("connect", "/ws/?a=1 --as bob --subprotocol chat.v1")
    assert repr(connected) == "bob is connected to /ws/?a=1, subprotocol 'chat.v1'."
    assert connected.subprotocol == "chat.v1"
    bob = bare.user_ns["bob"]
    assert bob.scope["query_string"] == b"a=1"
    result = bare.run_cell(
        "await bob.send_to(text_data='hi')\nawait bob.receive_from()"
    )
    assert result.result == "hi"


def test_names_are_given_out_where_none_is_asked_for(magic: Magic) -> None:
    assert [magic("connect", "/ws/").name for _ in range(2)] == ["ws1", "ws2"]


def test_headers_reach_the_application(magic: Magic, bare: InteractiveShell) -> None:
    magic("connect", "/ws/ --as bob --header 'X-Room:  lobby: 1' --header Y:2")
    headers = bare.user_ns["bob"].scope["headers"]
    assert (b"x-room", b"lobby: 1") in headers
    assert (b"y", b"2") in headers


def test_a_header_without_a_colon_is_refused(magic: Magic) -> None:
    with pytest.raises(BadArguments, match="expected --header 'Name: value'"):
        magic("connect", "/ws/ --header Origin")


def test_a_rejection_is_a_result_and_no_error(
    magic: Magic, bare: InteractiveShell
) -> None:
    refused = magic("connect", "/closed/ --as bob")
    assert not refused
    assert refused.code == 4401
    assert repr(refused) == "bob was rejected with close code 4401 by /closed/."
    assert "bob" not in bare.user_ns


def test_a_denial_shows_its_response(magic: Magic) -> None:
    denied = magic("connect", "/denied/ --as bob")
    assert not denied
    assert (denied.status, denied.body, denied.code) == (418, b"no tea", None)
    assert repr(denied) == "bob was denied with status 418 by /denied/.\n  no tea"


def test_an_application_that_does_not_answer_is_named(magic: Magic) -> None:
    with pytest.raises(NoOutput, match=r"Nothing was sent") as caught:
        magic("connect", "/silent/ --timeout 0.01")
    assert "neither accepted nor closed" in "".join(caught.value.__notes__)


def test_a_path_without_a_route_names_the_routes_there_are(
    run: Magic, bare: InteractiveShell
) -> None:
    class Router:
        routes: tuple[Any, ...] = ()

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            msg = f"No route found for path {scope['path']!r}."
            raise ValueError(msg)

    class Route:
        pattern = "ws/chat/<str:room>/"

    Router.routes = (Route(),)
    bare.user_ns["router"] = Router()
    run("app", "router --lifespan off")
    with pytest.raises(RouteNotFound) as caught:
        run("connect", "/nope/")
    assert str(caught.value) == (
        "The application has no route for '/nope/'. Expected one of: /ws/chat/<room>/."
    )


def test_any_other_error_of_the_application_comes_out_as_it_is(
    run: Magic, bare: InteractiveShell
) -> None:
    async def fail(scope: Scope, receive: Receive, send: Send) -> None:
        msg = "of its own"
        raise ValueError(msg)

    bare.user_ns["fail"] = fail
    run("app", "fail --lifespan off")
    with pytest.raises(ValueError, match="of its own"):
        run("connect", "/ws/")


def test_a_name_can_be_used_again_only_after_it_has_ended(magic: Magic) -> None:
    magic("connect", "/ws/ --as bob")
    with pytest.raises(UsageError, match="'bob' is connected already"):
        magic("connect", "/ws/ --as bob")
    magic("disconnect", "bob")
    assert magic("connect", "/ws/ --as bob").name == "bob"
    magic("send", 'bob "again"')
    assert magic("receive", "bob") == "again"


def test_a_variable_of_the_users_is_not_overwritten(
    magic: Magic, bare: InteractiveShell
) -> None:
    bare.user_ns["bob"] = "mine"
    connected = magic("connect", "/ws/ --as bob")
    assert bare.user_ns["bob"] == "mine"
    assert "which is kept" in repr(connected)
    magic("send", 'bob "x"')
    assert magic("receive", "bob") == "x"


def test_a_paused_connection_returns_at_once_and_is_stepped_to_its_answer(
    magic: Magic, bare: InteractiveShell
) -> None:
    first = magic("connect", "/ws/ --as bob --paused")
    assert first.stop.message == {"type": "websocket.connect"}
    assert "rooms.py" in repr(first)
    assert magic("step").stop.message["type"] == "websocket.accept"
    magic("step")
    magic("continue")
    magic("send", 'bob "hello"')
    assert magic("receive", "bob") == "hello"
    assert "bob" in bare.user_ns


def test_disconnecting_waits_for_the_application(magic: Magic) -> None:
    for name in ("alice", "bob", "carol"):
        magic("connect", f"/ws/ --as {name}")
    assert repr(magic("disconnect", "alice --code 4001")) == (
        "Disconnected: alice (disconnected (4001))."
    )
    assert magic("disconnect").endings == {
        "bob": "disconnected (1000)",
        "carol": "disconnected (1000)",
    }
    assert repr(magic("disconnect")) == "Nothing was connected."


def test_a_paused_connection_is_told_and_stands_at_its_gate(magic: Magic) -> None:
    magic("connect", "/ws/ --as bob")
    magic("step", "bob")
    standing = magic("disconnect", "bob")
    assert standing.stop.message["type"] == "websocket.disconnect"
    assert magic("step").standing.status.word == "disconnected"


def test_a_connection_that_is_held_already_is_told_as_well(magic: Magic) -> None:
    magic("connect", "/ws/ --as bob")
    magic("step", "bob")
    magic("send", 'bob "quiet"')
    assert magic("disconnect", "bob").stop.message["text"] == "quiet"
    assert magic("step").stop.message["type"] == "websocket.disconnect"


def test_an_unknown_name_disconnects_nobody(magic: Magic) -> None:
    magic("connect", "/ws/ --as bob")
    with pytest.raises(UnknownConnection, match=r"'nobody'. Connected: bob"):
        magic("disconnect", "bob nobody")
    magic("send", 'bob "x"')
    assert magic("receive", "bob") == "x"


BAD = {
    "/ws/ --user bob": r"'bob' cannot log in: no Django project is set up",
    "/ws/ --as class": r"'class' is a name of Python's own. Expected",
    "/ws/ --as 'two words'": r"'two words' is no name: magics take the first word",
    "/ws/ --as print": r"'print' is a name of Python's own",
    "ws/ --as bob": r"begins with a slash. Expected '/ws/', got 'ws/'",
}


@pytest.mark.parametrize(("line", "message"), BAD.items())
def test_what_cannot_be_connected_to_leaves_no_trace(
    magic: Magic,
    laboratory: Laboratory,
    monkeypatch: pytest.MonkeyPatch,
    line: str,
    message: str,
) -> None:
    from django.conf import empty, settings

    monkeypatch.setattr(settings, "_wrapped", empty)
    magic("connect", "/ws/ --as alice")
    events = len(laboratory.lab.session)
    with pytest.raises(UsageError, match=message):
        magic("connect", line)
    assert len(laboratory.lab.session) == events
    assert list(laboratory.lab.session.options) == ["alice"]
    magic("send", 'alice "still there"')
    assert magic("receive", "alice") == "still there"


def test_a_path_without_a_route_is_not_recorded(
    run: Magic, bare: InteractiveShell, laboratory: Laboratory
) -> None:
    async def consumer(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})

    bare.user_ns["router"] = URLRouter([path("ws/<int:n>/", consumer)])
    run("app", "router")
    with pytest.raises(RouteNotFound, match=r"'/ws/x/'. Expected one of: /ws/<n>/"):
        run("connect", "/ws/x/")
    assert len(laboratory.lab.session) == 0
    assert run("connect", "/ws/7/?q=1")


def test_only_what_is_open_is_offered(magic: Magic) -> None:
    for name in ("alice", "bob"):
        magic("connect", f"/ws/ --as {name}")
    magic("disconnect", "bob")
    with pytest.raises(UnknownConnection, match=r"Connected: alice\.$"):
        magic("receive", "carol")
    with pytest.raises(UnknownConnection, match=r"Connected: alice\.$"):
        magic("step", "carol")


def test_nothing_is_sent_behind_a_disconnect(
    magic: Magic, laboratory: Laboratory
) -> None:
    magic("connect", "/ws/ --as bob")
    magic("break", "bob")
    magic("disconnect", "bob")
    with pytest.raises(UsageError, match="'bob' has disconnected: nothing can be sent"):
        magic("send", 'bob "late"')
    magic("continue")
    with pytest.raises(UsageError, match=r"'bob' has ended \(disconnected \(1000\)\)"):
        magic("send", 'bob "later"')
    types = [event.type for event in laboratory.lab.session]
    assert "websocket.receive" not in types


KEPT: "set[asyncio.Task[Any]]" = set()
"""Tasks of applications: the event loop keeps none that waits."""


async def ticking(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    task = asyncio.create_task(asyncio.Event().wait(), name="inner")
    outer = asyncio.create_task(tick(task), name="ticker")
    KEPT.add(outer)
    outer.add_done_callback(KEPT.discard)
    await receive()
    assert not outer.done()


async def tick(task: "asyncio.Task[bool]") -> None:
    await task


def test_a_task_that_goes_on_after_the_disconnect_is_named(
    run: Magic, bare: InteractiveShell
) -> None:
    bare.user_ns["ticking"] = ticking
    run("app", "ticking --lifespan off")
    run("connect", "/ws/ --as bob")
    gone = run("disconnect", "bob")
    (left,) = gone.left
    assert left.startswith("The application of 'bob' has ended, and its task 'ticker'")
    assert re.search(r":\d+ in tick, spawned from \S+:\d+ in ticking\.$", left)
    assert left in repr(gone)
    with pytest.warns(AsgilabWarning, match="'ticker' goes on"):
        run("app", "rooms:application")
