"""The magics app, reset, status and help."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from channels.generic.websocket import AsyncWebsocketConsumer
from IPython.core.error import UsageError as BadArguments
from IPython.core.interactiveshell import InteractiveShell

from asgilab.errors import (
    ApplicationNotFound,
    AsgilabWarning,
    LifespanFailed,
    NotAnApplication,
    UsageError,
)
from asgilab.notebook._laboratory import Laboratory
from asgilab.types import Receive, Scope, Send
from tests.notebook.conftest import Magic


def test_an_import_string_is_started(run: Magic, laboratory: Laboratory) -> None:
    assert repr(run("app", "rooms:application")).startswith(
        "rooms:application is ready."
    )
    assert laboratory.lab.session.application == "rooms:application"
    assert laboratory.lab.thread is not None


def test_an_application_of_the_notebook_is_started(
    run: Magic, bare: InteractiveShell
) -> None:
    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.close", "code": 4000})

    bare.user_ns["refuse"] = refuse
    bare.user_ns["apps"] = SimpleNamespace(one=refuse)
    for expression in ("refuse", "apps.one"):
        ready = run("app", f"{expression} --lifespan off")
        assert ready.headline == f"{expression} is ready."
        assert run("connect", "/ws/").code == 4000


def test_the_folder_of_an_application_may_be_given(run: Magic, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.py").write_text("from rooms import application as app\n")
    before = list(sys.path)
    try:
        run("app", f"elsewhere:app --app-dir '{tmp_path}'")
        assert run("connect", "/ws/ --as bob")
    finally:
        sys.path[:] = before


def test_a_consumer_class_of_the_notebook_is_started(
    run: Magic, bare: InteractiveShell
) -> None:
    class Shout(AsyncWebsocketConsumer):
        async def receive(
            self, text_data: str | None = None, bytes_data: bytes | None = None
        ) -> None:
            await self.send(text_data=(text_data or "").upper())

    bare.user_ns["Shout"] = Shout
    run("app", "Shout")
    run("connect", "/any/path/ --as bob")
    run("send", 'bob "hello"')
    assert run("receive", "bob") == "HELLO"


@pytest.mark.parametrize(
    ("line", "error", "text"),
    [
        ("nowhere:app", ApplicationNotFound, "no module is called 'nowhere'"),
        ("rooms:nothing", ApplicationNotFound, "has no 'nothing'"),
        ("rooms:not_an_application", NotAnApplication, "of type int"),
        ("rooms.application", ApplicationNotFound, "it gives NameError"),
        ("1/0", ApplicationNotFound, "it gives ZeroDivisionError"),
        ("42", NotAnApplication, "of type int"),
        ("rooms:application --app-dir /no/such/folder", UsageError, "no folder"),
        ("rooms:application --loop other", BadArguments, "invalid choice: 'other'"),
    ],
)
def test_what_is_no_application_leaves_the_one_before_alive(
    magic: Magic, line: str, error: type[Exception], text: str
) -> None:
    magic("connect", "/ws/ --as bob")
    with pytest.raises(error, match=text) as caught:
        magic("app", line)
    assert len(str(caught.value).splitlines()) == 1
    magic("send", 'bob "still here"')
    assert magic("receive", "bob") == "still here"


def test_a_new_application_disconnects_the_one_before(
    magic: Magic, bare: InteractiveShell
) -> None:
    magic("connect", "/ws/ --as bob")
    bob = bare.user_ns["bob"]
    magic("app", "rooms:application")
    assert "bob" not in bare.user_ns
    assert bob.future.done()
    assert len(magic("status").table.rows) == 0


def test_an_application_that_cannot_start_up_says_why(
    run: Magic, bare: InteractiveShell, laboratory: Laboratory
) -> None:
    async def ill(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    bare.user_ns["ill"] = ill
    with pytest.raises(LifespanFailed, match="no database"):
        run("app", "ill")
    assert not laboratory.has_lab


def test_defaults_come_from_the_configuration(
    run: Magic, laboratory: Laboratory
) -> None:
    laboratory.settings.clock = "virtual"
    run("app", "rooms:application")
    loop = laboratory.lab.thread.loop if laboratory.lab.thread else None
    assert loop is not None
    assert loop.clock.mode == "virtual"  # type: ignore[attr-defined]  # typeshed's loop has no clock


def test_a_reset_begins_again_with_nothing(magic: Magic) -> None:
    magic("connect", "/ws/ --as bob")
    magic("send", 'bob "hello"')
    again = magic("reset")
    assert "rooms:application is ready" in again.headline
    assert [event.type for event in again.before.of("bob")][:2] == [
        "websocket",
        "websocket.connect",
    ]
    assert len(magic("status").table.rows) == 0
    assert magic("connect", "/ws/ --as bob")


def test_without_an_application_every_magic_says_what_is_expected(run: Magic) -> None:
    for line in ("connect /ws/", "reset", "step", "timeline", "save x", "disconnect"):
        with pytest.raises(UsageError, match="Expected %asgi_app first"):
            run(*line.split(maxsplit=1))
    assert "No application yet" in repr(run("status"))


def test_the_status_tells_where_each_connection_stands(magic: Magic) -> None:
    magic("connect", "/ws/ --as bob")
    magic("connect", "/ws/ --as carol --paused")
    magic("connect", "/closed/ --as dave")
    magic("http", "GET /x/")
    magic("send", 'bob "hello"')
    status = magic("status")
    rows = {row[0]: row[1:] for row in status.table.rows}
    assert rows["bob"] == ("/ws/", "open", "runs", "1", "5")
    assert rows["carol"] == ("/ws/", "connecting", "held at receive", "0", "1")
    assert rows["dave"] == ("/closed/", "rejected (4401)", "", "0", "4")
    assert rows["http1"] == ("/x/", "answered (200)", "", "0", "5")
    assert "4 connection(s)" in status.headline
    assert "<td" in status._repr_html_()


def test_the_help_lists_every_magic(run: Magic) -> None:
    text = repr(run("help"))
    assert "%asgi_connect  " in text
    assert re.search(r"%asgi_send  %%asgi_send +Send one frame", text)


def test_an_application_that_ends_badly_does_not_stop_the_next(
    magic: Magic, laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = laboratory.lab.stop

    def stop_badly() -> None:
        stop()
        msg = "shut down badly"
        raise RuntimeError(msg)

    monkeypatch.setattr(laboratory.lab, "stop", stop_badly)
    with pytest.warns(AsgilabWarning, match="shut down badly"):
        magic("app", "rooms:application")
    assert magic("connect", "/ws/ --as bob")
