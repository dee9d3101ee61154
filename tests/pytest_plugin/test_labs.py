"""The end of a test's lab: nothing is left running, and nothing raised is lost."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from asgilab.lab import Lab
from asgilab.pytest_plugin._labs import end, raise_unseen
from tests.pytest_plugin.runs import Run, run

ENDINGS = """\
import asyncio
import warnings

import pytest

pytestmark = [pytest.mark.asyncio, pytest.mark.asgi(app="rooms:application")]


async def failing(path, asgi_websocket):
    socket = asgi_websocket(path)
    await socket.connect()
    await socket.send_to("fail")
    return socket


async def test_nobody_looked(asgi_websocket):
    await failing("/one/", asgi_websocket)


async def test_nobody_looked_twice(asgi_websocket):
    await failing("/one/", asgi_websocket)
    await failing("/two/", asgi_websocket)


async def test_somebody_looked(asgi_websocket):
    socket = await failing("/one/", asgi_websocket)
    with pytest.raises(ValueError, match="told to fail"):
        await socket.receive_from()


async def test_it_failed_anyway(asgi_websocket):
    await failing("/one/", asgi_websocket)
    pytest.fail("for another reason")


async def farewell(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    await receive()
    raise LookupError("raised at the good-bye")


@pytest.mark.asgi(app=farewell)
async def test_the_goodbye_fails(asgi_websocket):
    await asgi_websocket("/").connect()


async def untidy(scope, receive, send):
    assert scope["type"] == "lifespan"
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.failed", "message": "the disk is full"})


@pytest.mark.asgi(app=untidy)
async def test_the_shutdown_fails(asgi_lab):
    async with asyncio.timeout(5):
        await asgi_lab.__aenter__()


async def hasty(scope, receive, send):
    assert scope["type"] == "lifespan"
    await receive()
    await send({"type": "lifespan.startup.complete"})
    raise OSError("the lifespan ended in the middle")


@pytest.mark.asgi(app=hasty)
async def test_the_lifespan_fails_in_between(asgi_lab):
    await asgi_lab.__aenter__()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("number", [1, 2])
async def test_a_loop_that_outlives_the_test(asgi_websocket, number):
    assert len(asyncio.all_tasks()) == 1, "of the test before, something runs on"
    socket = asgi_websocket("/")
    await socket.connect()
    await socket.send_to("stay")
"""

LEAVING = """\
import asyncio

import pytest

pytestmark = pytest.mark.asyncio


async def application(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    left.append(asyncio.create_task(wait(), name="ticker"))
    await receive()


async def wait():
    await asyncio.sleep(3600)


left = []


async def visit(asgi_websocket):
    async with asgi_websocket("/", name="alice"):
        pass


@pytest.mark.asgi(app=application)
@pytest.mark.filterwarnings("default")
async def test_warned_of(asgi_websocket):
    await visit(asgi_websocket)


@pytest.mark.asgi(app=application, strict=True)
async def test_refused(asgi_websocket):
    await asgi_websocket("/", name="alice").connect()


@pytest.mark.asgi(app=application, strict=True)
async def test_failed_before(asgi_websocket):
    await asgi_websocket("/", name="alice").connect()
    pytest.fail("for another reason")
"""

ELSEWHERE = """\
import asyncio

import pytest
import pytest_asyncio

pytestmark = pytest.mark.asgi(app="rooms:application")


def test_a_loop_of_its_own_that_is_closed(asgi_lab):
    async def talk():
        await asgi_lab.websocket("/").connect()

    asyncio.run(talk())


def test_one_that_failed_on_a_closed_loop(asgi_lab):
    async def talk():
        socket = asgi_lab.websocket("/")
        await socket.connect()
        await socket.send_to("fail")
        await asgi_lab.settle()

    asyncio.run(talk())


def test_a_loop_of_its_own_that_stays(asgi_lab):
    async def talk():
        await asgi_lab.websocket("/").connect()

    with asyncio.Runner() as runner:
        runner.run(talk())


def test_two_loops(asgi_lab):
    async def talk():
        await asgi_lab.websocket("/").connect()

    asyncio.run(talk())
    asyncio.run(talk())


@pytest_asyncio.fixture
async def alice(asgi_websocket):
    alice = asgi_websocket("/")
    await alice.connect()
    return alice


def test_only_a_fixture_is_asynchronous(alice):
    pass
"""


@pytest.fixture(scope="module")
def endings(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run of tests that end in all sorts of ways."""
    folder = tmp_path_factory.mktemp("endings")
    files = {"test_endings.py": ENDINGS}
    return run(folder, "rooms", plugins=("asyncio",), files=files)


@pytest.mark.parametrize(
    ("name", "raised", "place"),
    [
        ("nobody_looked", "ValueError: The room was told to fail.", "rooms.py:"),
        ("the_goodbye_fails", "LookupError: raised at the good-bye", "test_endings"),
        ("the_lifespan_fails_in_between", "OSError: the lifespan", "test_endings"),
    ],
)
def test_what_nobody_saw_is_an_error_with_the_traceback_of_the_application(
    endings: Run, name: str, raised: str, place: str
) -> None:
    told = endings.told[f"test_{name}"]
    assert endings.outcomes[f"test_{name}"] == "error"
    assert told.startswith("\nfailed on teardown with")
    assert raised in told
    assert "Raised by the application; nothing in the test received it." in told
    assert place in told.splitlines()[-1]
    assert "asgilab/" not in told


def test_the_error_of_a_teardown_has_its_timeline_too(endings: Run) -> None:
    teardown = "ERROR at teardown of test_nobody_looked _"
    told = endings.output.partition(teardown)[2].partition("______")[2]
    assert " asgilab timeline " in told.partition("ERROR at")[0]


def test_several_that_nobody_saw_are_a_group(endings: Run) -> None:
    assert endings.outcomes["test_nobody_looked_twice"] == "error"
    told = endings.told["test_nobody_looked_twice"]
    assert "ExceptionGroup: The application raised" in told
    assert told.count("ValueError: The room was told to fail.") == 2


def test_what_somebody_saw_is_no_error(endings: Run) -> None:
    assert endings.outcomes["test_somebody_looked"] == "passed"


def test_a_test_that_failed_fails_once(endings: Run) -> None:
    assert endings.outcomes["test_it_failed_anyway"] == "failure"


def test_a_shutdown_that_fails_is_an_error(endings: Run) -> None:
    assert endings.outcomes["test_the_shutdown_fails"] == "error"
    assert "LifespanFailed: the disk is full" in endings.told["test_the_shutdown_fails"]


def test_nothing_runs_on_where_the_loop_does(endings: Run) -> None:
    for number in (1, 2):
        name = f"test_a_loop_that_outlives_the_test[{number}]"
        assert endings.outcomes[name] == "passed", endings.told[name]


def test_other_loops_than_those_of_plugins(tmp_path: Path) -> None:
    files = {"test_elsewhere.py": ELSEWHERE}
    done = run(tmp_path, "rooms", plugins=("asyncio",), files=files)
    assert done.outcomes == {
        "test_a_loop_of_its_own_that_is_closed": "passed",
        "test_one_that_failed_on_a_closed_loop": "error",
        "test_a_loop_of_its_own_that_stays": "passed",
        "test_two_loops": "failure",
        "test_only_a_fixture_is_asynchronous": "passed",
    }, done.output
    assert "WrongLoop: This lab lives on" in done.told["test_two_loops"]
    told = done.told["test_one_that_failed_on_a_closed_loop"]
    assert "ValueError: The room was told to fail." in told


async def hopeless(scope: Any, receive: Any, send: Any) -> None:
    """Accepts and waits for ever."""
    await receive()
    await send({"type": "websocket.accept"})
    await asyncio.Event().wait()


async def connect(lab: Lab) -> None:
    await lab.websocket("/").connect()


def test_a_lab_is_ended_from_outside_of_its_loop() -> None:
    lab = Lab(hopeless, lifespan="off")
    with asyncio.Runner() as runner:
        runner.run(connect(lab))
        end(lab)
        assert lab.loop is None
        assert not asyncio.all_tasks(runner.get_loop())


def test_a_lab_whose_loop_is_closed_lets_go() -> None:
    lab = Lab(hopeless, lifespan="off")
    asyncio.run(connect(lab))
    end(lab)
    assert lab.loop is None
    assert lab.unseen == []


def test_a_lab_in_a_thread_is_stopped() -> None:
    lab = Lab(hopeless, lifespan="off").start()
    lab.call(lab.websocket("/").connect())
    thread = lab.thread
    end(lab)
    assert thread is not None
    assert not thread.alive


async def test_a_lab_is_let_go_where_a_loop_is_running() -> None:
    async with Lab(hopeless, lifespan="off") as lab:
        end(lab)
        assert lab.loop is None


def test_nothing_unseen_raises_nothing() -> None:
    raise_unseen([])


def test_one_is_raised_as_it_is() -> None:
    error = ValueError("no")
    with pytest.raises(ValueError, match="no") as caught:
        raise_unseen([error])
    assert caught.value is error


@pytest.fixture(scope="module")
def leaving(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run of tests whose application leaves a task running."""
    folder = tmp_path_factory.mktemp("leaving")
    return run(folder, plugins=("asyncio",), files={"test_leaving.py": LEAVING})


LEFT = "The application of 'alice' has ended, and its task 'ticker' goes on at "


def test_a_task_that_goes_on_is_a_warning_of_its_test(leaving: Run) -> None:
    assert leaving.outcomes["test_warned_of"] == "passed"
    told = leaving.output.partition("warnings summary")[2]
    assert f"AsgilabWarning: {LEFT}" in told
    assert "in application." in told


def test_with_the_marker_strict_it_is_an_error(leaving: Run) -> None:
    assert leaving.outcomes["test_refused"] == "error"
    assert f"UncleanExit: {LEFT}" in leaving.told["test_refused"]


def test_a_test_that_failed_is_not_reproached_for_it_as_well(leaving: Run) -> None:
    assert leaving.outcomes["test_failed_before"] == "failure"
