"""The fixtures under every plugin that runs event loops."""

from pathlib import Path

import pytest

from tests.pytest_plugin.runs import run

STRICT = """\
import pytest
import pytest_asyncio

async_fixture = pytest_asyncio.fixture
marks = [pytest.mark.asyncio]
"""

AUTO = """\
import pytest

async_fixture = pytest.fixture
marks = []
"""

ANYIO = """\
import pytest

async_fixture = pytest.fixture
marks = [pytest.mark.anyio]
"""

BACKEND = """\
import pytest


@pytest.fixture(scope="module")
def anyio_backend():
    return "asyncio"
"""

OWN_APPLICATION = """\
import pytest

import rooms

marked = pytest.mark.asgi(app="nowhere:at_all")


@pytest.fixture
def asgi_app():
    return rooms.application


async def test_a_fixture_of_ones_own_gives_the_application(asgi_http):
    assert (await asgi_http("GET", "/"))["status"] == 200


@marked
async def test_the_marker_comes_first(asgi_http):
    pass
"""

SYNCHRONOUS = """\
import pytest


@pytest.mark.asgi(app="rooms:application", clock="virtual")
def test_a_test_that_is_not_async_starts_the_lab(asgi_lab):
    alice = asgi_lab.start().websocket("/room/")
    asgi_lab.call(alice.connect())
    asgi_lab.call(alice.send_to("wait"))
    assert asgi_lab.call(alice.receive_from(timeout=4000)) == "wait"
"""


@pytest.mark.parametrize(
    ("plugin", "runner", "options"),
    [
        ("asyncio", STRICT, ()),
        ("asyncio", AUTO, ("--asyncio-mode=auto",)),
        ("anyio", ANYIO, ()),
    ],
    ids=["asyncio-strict", "asyncio-auto", "anyio"],
)
def test_the_fixtures_work_under(
    plugin: str, runner: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    files = {"runner.py": runner, "conftest.py": BACKEND}
    done = run(
        tmp_path,
        "rooms",
        "conversations_suite",
        "afterwards_suite",
        plugins=(plugin,),
        options=(*options, "test_conversations.py", "test_afterwards.py"),
        files=files,
    )
    assert done.all_passed(16), done.output


@pytest.mark.parametrize(
    ("plugin", "runner", "options"),
    [("asyncio", AUTO, ("--asyncio-mode=auto",)), ("anyio", ANYIO, ())],
    ids=["asyncio", "anyio"],
)
def test_the_fixtures_work_on_two_workers_of_xdist(
    plugin: str, runner: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    files = {"runner.py": runner, "conftest.py": BACKEND}
    done = run(
        tmp_path,
        "rooms",
        "conversations_suite",
        plugins=(plugin, "xdist"),
        options=(*options, "-n", "2", "test_conversations.py"),
        files=files,
    )
    assert done.all_passed(14), done.output
    assert "2 workers" in done.output


def test_where_the_application_comes_from(tmp_path: Path) -> None:
    files = {"test_own.py": OWN_APPLICATION, "test_thread.py": SYNCHRONOUS}
    options = ("--asyncio-mode=auto",)
    done = run(tmp_path, "rooms", plugins=("asyncio",), options=options, files=files)
    assert done.outcomes == {
        "test_a_fixture_of_ones_own_gives_the_application": "passed",
        "test_the_marker_comes_first": "error",
        "test_a_test_that_is_not_async_starts_the_lab": "passed",
    }
    assert "No application at 'nowhere:at_all'" in done.output
