"""A test is proved able to fail: mutants of its application have to turn it red."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from asgilab.proof import Killing, MutantRun, Origin, kill_mutants

APPLICATION = """
import itertools
import os

COUNT = itertools.count()


async def application(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    text = (await receive())["text"]
    await send({"type": "websocket.send", "text": '{"n": 1, "said": "%s"}' % text})
    await receive()
"""

TEST = """
import pytest
from asgilab.testing import Exactly, WebsocketCommunicator
from echo import application

pytestmark = pytest.mark.asyncio


@pytest.fixture
def word():
    return "hi"


async def test_echo(word):
    alice = WebsocketCommunicator(application, "/")
    connected, _ = await alice.connect()
    assert connected
    await alice.send_to(word)
    answer = await alice.receive_json_from()
    assert {assertion}
    assert await alice.receive_nothing()
    await alice.disconnect()
"""

ALICE = Origin("alice", (2, 4))
STRICT = 'answer == Exactly({"n": 1, "said": "hi"})'


@pytest.fixture
def kill(tmp_path: Path) -> Callable[..., Killing]:
    """Return a function that writes a test and runs it with mutants."""
    (tmp_path / "echo.py").write_text(APPLICATION)

    def kill(assertion: str, *origins: Origin, **options: bool) -> Killing:
        path = tmp_path / "test_echo.py"
        path.write_text(TEST.replace("{assertion}", assertion))
        folder = str(tmp_path)
        return kill_mutants(path, "application", origins, app_dir=folder, **options)

    return kill


def test_a_test_that_compares_everything_kills_all(
    kill: Callable[..., Killing],
) -> None:
    killing = kill(STRICT, ALICE)
    # The accept: drop, raise. The frame: drop, raise, twice, n, said.
    assert killing == Killing((True, True), 7, 7)
    assert killing.killed == 7


def test_a_mistake_that_nobody_would_notice_is_named_with_its_event(
    kill: Callable[..., Killing],
) -> None:
    killing = kill('answer["n"] == 1', ALICE)
    assert killing.survivors == ("event 4, alice: $.text.said is 'hi~'",)
    assert killing.killed == 6
    assert kill('answer["n"] == 1', ALICE, typed=False).mutants == 7


def test_where_any_value_fits_another_one_is_no_mistake(
    kill: Callable[..., Killing],
) -> None:
    loose = Origin("alice", (2, 4), {1: frozenset({("text", "said")})})
    assertion = 'answer["n"] is 1 and isinstance(answer["said"], str)'
    assert kill(assertion.replace(" is 1", " == 1 is not True"), loose).killed < 8
    assert kill('Exactly(1) == answer["n"] and isinstance(answer["said"], str)', loose
                ) == Killing((True, True), 7, 7)  # fmt: skip


def test_a_test_that_fails_by_itself_tells_so(kill: Callable[..., Killing]) -> None:
    killing = kill("answer is None")
    assert killing.passes[0] is False
    assert killing.tried == 0
    assert "fails where mutants are run" in killing.trouble


def test_a_file_that_cannot_be_run_is_told_with_the_words_of_pytest(
    tmp_path: Path,
) -> None:
    path = tmp_path / "test_x.py"
    path.write_text("import nothing_of_this_name\n")
    killing = kill_mutants(path, "application")
    assert killing.passes == ()
    assert "could not be run: 1 error in" in killing.trouble


def test_what_an_application_keeps_of_a_run_cut_short_is_told(
    tmp_path: Path, kill: Callable[..., Killing]
) -> None:
    (tmp_path / "echo.py").write_text(
        APPLICATION.replace(
            "    await receive()\n    await send({\"type\": \"websocket.accept\"})",
            "    assert next(COUNT) < 2\n    await receive()\n"
            "    await send({\"type\": \"websocket.accept\"})",
        )
    )  # fmt: skip
    killing = kill(STRICT, ALICE)
    assert killing.passes == (True, False)
    assert "may be too good" in killing.trouble


def test_no_time_means_no_mutants(kill: Callable[..., Killing], tmp_path: Path) -> None:
    killing = kill(STRICT, ALICE, seconds=0)
    assert (killing.tried, killing.mutants) == (0, 7)
    assert killing.passes == (True, True)


def test_nothing_is_run_before_it_is_let_run(
    tmp_path: Path, kill: Callable[..., Killing]
) -> None:
    kill(STRICT, ALICE, seconds=0)  # writes the files
    ready, runs = tmp_path / "ready", tmp_path / "runs"
    test = tmp_path / "test_echo.py"
    test.write_text(
        "import pathlib\n"
        + test.read_text().replace(
            "async def test_echo(word):\n",
            "async def test_echo(word):\n"
            f"    pathlib.Path({str(runs)!r}).write_text('run')\n",
        )
        + f"\n\npathlib.Path({str(ready)!r}).write_text('imported')\n"
    )
    with MutantRun(test, "application", [ALICE], app_dir=str(tmp_path)) as mutants:
        wait_for(ready)
        assert not runs.exists()
        assert mutants.kill() == Killing((True, True), 7, 7)
    assert runs.exists()


def test_one_that_is_never_let_run_ends_with_its_context(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    test = tmp_path / "test_x.py"
    test.write_text(
        "import os, pathlib\n"
        f"pathlib.Path({str(pid)!r}).write_text(str(os.getpid()))\n"
        "application = None\n"
        "def test_x(): pass\n"
    )
    with MutantRun(test, "application"):
        wait_for(pid)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def test_one_whose_parent_is_killed_ends_as_well(tmp_path: Path) -> None:
    ready, ended = tmp_path / "ready", tmp_path / "ended"
    test = tmp_path / "test_x.py"
    test.write_text(
        "import atexit, pathlib\n"
        f"atexit.register(pathlib.Path({str(ended)!r}).write_text, 'ended')\n"
        f"pathlib.Path({str(ready)!r}).write_text('imported')\n"
        "application = None\n"
        "def test_x(): pass\n"
    )
    program = (
        "import pathlib, time\n"
        "from asgilab.proof import MutantRun\n"
        f"with MutantRun(pathlib.Path({str(test)!r}), 'application'):\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program]) as parent:
        wait_for(ready)
        parent.kill()
    wait_for(ended)
    assert ended.read_text() == "ended"


def wait_for(path: Path) -> None:
    """Wait until another process has written a file."""
    ends = time.monotonic() + 60
    while not path.exists() or not path.read_text():
        assert time.monotonic() < ends
        time.sleep(0.01)
