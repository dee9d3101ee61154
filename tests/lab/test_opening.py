"""What a lab opens before it can begin."""

import asyncio
from pathlib import Path
from typing import Any, Literal

import pytest

from asgilab.communicators import Wiring
from asgilab.errors import LifespanFailed, NoOutput, NotAnApplication, UsageError
from asgilab.example import DIRECTORY
from asgilab.lab import Lab
from asgilab.lab._opening import absolute, open_application, open_project, start_up
from asgilab.protocol import SERVERS


async def application(scope: Any, receive: Any, send: Any) -> None: ...


def test_an_application_may_be_an_object_or_an_import_string() -> None:
    assert open_application(application, None) is application
    from chat.asgi import application as chat

    assert open_application("chat.asgi:application", str(DIRECTORY)) is chat


def test_an_object_that_is_none_is_refused() -> None:
    with pytest.raises(NotAnApplication, match=r"7 is of type int"):
        open_application(7, None)


def test_without_settings_there_is_no_project() -> None:
    assert open_project(None, None, "test") is None


def test_the_settings_are_those_of_a_project() -> None:
    project = open_project("chat.settings", str(DIRECTORY), "project")
    assert project is not None
    assert project.settings == "chat.settings"
    assert not project.creates_users


def test_settings_that_are_not_the_ones_in_use_are_refused() -> None:
    with pytest.raises(UsageError, match="restart the kernel"):
        open_project("other.settings", None, "test")


class Starting:
    """Does something about its startup, whatever that is; tells how it ended."""

    def __init__(self, does: str) -> None:
        self.does = does
        self.ended = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await getattr(self, self.does)(receive, send)
        except BaseException as error:
            self.ended = type(error).__name__
            raise
        self.ended = "returned"

    async def raises(self, receive: Any, send: Any) -> None:
        raise ValueError("what is a lifespan?")

    async def returns(self, receive: Any, send: Any) -> None:
        await receive()

    async def ignores(self, receive: Any, send: Any) -> None:
        while True:
            await receive()

    async def dawdles(self, receive: Any, send: Any) -> None:
        await asyncio.sleep(20)

    async def fails(self, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})
        await receive()

    async def starts(self, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()


def plain() -> Wiring:
    return Wiring(session=None)


@pytest.mark.parametrize(
    ("does", "ended"),
    [
        ("raises", "ValueError"),
        ("returns", "returned"),
        ("ignores", "CancelledError"),
    ],
)
async def test_life_07_who_knows_no_lifespan_does_without_unless_it_is_asked_for(
    does: str, ended: str
) -> None:
    starting = Starting(does)
    assert await start_up(starting, "auto", plain()) is None
    await asyncio.sleep(0)
    assert starting.ended == ended
    with pytest.raises((ValueError, TimeoutError)):
        await start_up(Starting(does), "on", plain())


async def test_off_asks_nothing() -> None:
    starting = Starting("raises")
    assert await start_up(starting, "off", plain()) is None
    assert starting.ended == ""


@pytest.mark.parametrize("mode", ["auto", "on"])
async def test_life_06_a_failed_startup_is_told_with_its_message_and_ends(
    mode: Literal["auto", "on"],
) -> None:
    starting = Starting("fails")
    with pytest.raises(LifespanFailed, match="no database"):
        await start_up(starting, mode, plain())
    await asyncio.sleep(0)
    assert starting.ended == "CancelledError"


def test_a_startup_that_takes_too_long_is_not_taken_for_none() -> None:
    lab = Lab(Starting("dawdles"), clock="virtual")
    with pytest.raises(NoOutput):
        lab.start()


@pytest.mark.parametrize("server", ["uvicorn", "hypercorn", "granian"])
async def test_three_of_the_servers_run_a_lifespan(server: str) -> None:
    wiring = plain().altered(served_by=server)
    lifespan = await start_up(Starting("starts"), "auto", wiring)
    assert lifespan is not None
    lifespan.stop()


async def test_life_12_daphne_runs_none() -> None:
    wiring = plain().altered(served_by=SERVERS["daphne"])
    assert await start_up(Starting("fails"), "auto", wiring) is None
    with pytest.raises(UsageError, match="daphne runs no lifespan; expected"):
        await start_up(Starting("fails"), "on", wiring)


def test_a_session_knows_its_folder_from_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "project").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path / "project"))
    monkeypatch.chdir(tmp_path)
    lab = Lab(application, app_dir="project")
    assert lab.session.app_dir == str(tmp_path / "project")
    assert absolute(None) is None
