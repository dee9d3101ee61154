"""Whose event loop a test runs on: asgilab's where the marker asks, else untouched."""

import asyncio
from pathlib import Path

import pytest

from asgilab.engine import LabLoop
from asgilab.errors import LoopReplaced
from asgilab.pytest_plugin._loops import LoopFactory, factory_of
from tests.pytest_plugin.runs import Run, run

REFUSED = """\
import pytest

virtual = pytest.mark.asgi(clock="virtual")


@virtual
def test_not_async():
    pass


@virtual
@pytest.mark.asyncio(loop_factories=["theirs"])
async def test_with_a_loop_of_its_own():
    pass


@virtual
async def test_run_by_nobody():
    pass


@pytest.mark.anyio
@pytest.mark.asgi(app="rooms:application")
async def test_on_trio(asgi_lab):
    pass
"""

TRIO = """\
import pytest


@pytest.fixture
def anyio_backend():
    return "trio"
"""

MIXED = """\
import asyncio

import pytest
import pytest_asyncio

from asgilab.engine import LabLoop

session = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def home():
    loop = asyncio.get_running_loop()
    yield loop


def loop_class():
    return type(asyncio.get_running_loop()).__name__


@pytest.mark.asyncio
async def test_before():
    assert loop_class() != "LabLoop"


@session
async def test_session_before(home):
    assert loop_class() != "LabLoop"
    assert home is asyncio.get_running_loop()


@session
@pytest.mark.asgi(clock="virtual")
async def test_session_marked(home):
    assert loop_class() == "LabLoop"
    assert home is asyncio.get_running_loop()


@pytest.mark.asyncio
@pytest.mark.asgi(clock="virtual")
async def test_marked():
    assert loop_class() == "LabLoop"


@pytest.mark.asyncio
async def test_after():
    assert loop_class() != "LabLoop"


@session
async def test_session_after(home):
    assert loop_class() != "LabLoop"
    assert home is asyncio.get_running_loop()
"""

FACTORIES = """\
import asyncio


class Theirs(asyncio.SelectorEventLoop):
    pass


class Others(asyncio.SelectorEventLoop):
    pass


def pytest_asyncio_loop_factories(config, item):
    return {"theirs": Theirs, "others": Others}
"""

# What looptime 0.9 does to the loop of every runner, in as many lines as it takes.
LOOPTIME = """\
import asyncio

import pytest


class LoopTimeEventLoop(asyncio.BaseEventLoop):
    pass


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef, request):
    result = yield
    if isinstance(result, asyncio.Runner):
        loop = result.get_loop()
        bases = (LoopTimeEventLoop, type(loop))
        loop.__class__ = type(f"Looptime{type(loop).__name__}", bases, {})
    return result
"""

WITH_LOOPTIME = """\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_theirs():
    assert type(asyncio.get_running_loop()).__name__.startswith("Looptime")


@pytest.mark.asyncio
@pytest.mark.asgi(clock="virtual")
async def test_ours():
    pass
"""


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run of a project that has loop factories of its own."""
    folder = tmp_path_factory.mktemp("mixed")
    files = {"test_mixed.py": MIXED, "conftest.py": FACTORIES}
    return run(folder, plugins=("asyncio",), options=("-v",), files=files)


def test_tests_without_the_marker_run_on_the_loops_of_their_project(mixed: Run) -> None:
    kinds = ("theirs", "others")
    names = ("before", "session_before", "after", "session_after")
    found = {f"test_{name}[{kind}]" for name in names for kind in kinds}
    assert {name for name in mixed.outcomes if "marked" not in name} == found
    assert {mixed.outcomes[name] for name in found} == {"passed"}, mixed.output


def test_fixtures_of_a_whole_session_are_made_anew_on_a_loop_of_ours(
    tmp_path: Path,
) -> None:
    done = run(tmp_path, plugins=("asyncio",), files={"test_mixed.py": MIXED})
    assert done.all_passed(6), done.output


def test_tests_with_the_marker_run_once_on_ours_and_keep_their_names(
    mixed: Run,
) -> None:
    found = {name: how for name, how in mixed.outcomes.items() if "marked" in name}
    assert found == {"test_marked": "passed", "test_session_marked": "passed"}


def test_a_loop_that_cannot_be_ours_is_an_error_that_says_so(tmp_path: Path) -> None:
    files = {"test_refused.py": REFUSED, "conftest.py": TRIO}
    done = run(tmp_path, "rooms", plugins=("asyncio", "anyio"), files=files)
    assert set(done.outcomes.values()) == {"error"}, done.output
    told = done.told.pop("test_on_trio")
    assert "test_on_trio runs on trio" in told
    assert len(done.told) == 3
    for name, text in done.told.items():
        assert f"{name} asks for asgi(clock='virtual'), and its event loop" in text


def test_a_loop_that_looptime_has_taken_over_is_a_named_error(tmp_path: Path) -> None:
    files = {"looptime.py": LOOPTIME, "test_time.py": WITH_LOOPTIME}
    done = run(tmp_path, plugins=("asyncio", "looptime"), files=files)
    assert done.outcomes == {"test_theirs": "passed", "test_ours": "error"}
    told = done.told["test_ours"]
    assert "LoopReplaced: looptime has made the event loop of this test into a" in told
    assert "-p no:looptime_plugin" in told


def test_one_factory_makes_all_loops_of_a_clock() -> None:
    assert factory_of("virtual") is factory_of("virtual")
    assert factory_of("virtual") is not factory_of("manual")


def test_a_factory_makes_loops_with_its_clock_and_leaves_them_alone() -> None:
    factory = LoopFactory("manual")
    with asyncio.Runner(loop_factory=factory) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, LabLoop)
        assert loop.clock.mode == "manual"
        factory.check()


def test_a_factory_sees_that_a_loop_was_given_another_class() -> None:
    class Faster(LabLoop):
        pass

    factory = LoopFactory("virtual")
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.get_loop().__class__ = Faster
        with pytest.raises(LoopReplaced, match=r"^tests has made .* into a Faster"):
            factory.check()
