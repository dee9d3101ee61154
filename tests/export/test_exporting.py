"""The whole motion on real applications: replay, write, run, turn red."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
import time_machine

from asgilab.engine import LabLoop
from asgilab.errors import ExportError
from asgilab.export import Exported, export_test
from asgilab.lab import Lab
from asgilab.proof import run_tests
from asgilab.replay import LabFactory, Replay, steps
from asgilab.sessions import Kind, Session
from tests.replay.recording import Recording

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
TICKETS = "tests.export.applications:application"


def on_lab_loop(coroutine: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=LabLoop) as runner:
        return runner.run(coroutine)


def exported(
    explore: Callable[[Lab], Coroutine[Any, Any, None]], path: Path, **options: Any
) -> tuple[Exported, Session]:
    """Explore the tickets in a lab, and export that."""

    async def motion() -> tuple[Exported, Session]:
        lab = Lab(TICKETS, app_dir=str(ROOT))
        async with lab:
            await explore(lab)
            done = await export_test(lab.session, path, fresh_lab=lab.fresh, **options)
            return done, lab.session

    return on_lab_loop(motion())


async def tickets(lab: Lab) -> None:
    """Two people, a ticket whose id comes back, a refusal, a secret, a failure."""
    alice = lab.websocket("/alice/", name="alice")
    await alice.connect()
    bob = lab.websocket("/bob/", name="bob")
    await bob.connect()
    await alice.send_json_to({"do": "open"})
    ticket = (await bob.receive_json_from())["ticket"]
    await bob.send_json_to({"do": "close", "ticket": ticket})
    await alice.receive_json_from()
    mallory = lab.websocket("/nobody/", name="mallory")
    await mallory.connect()
    bearer = (b"authorization", b"Bearer t0ps3cret!")
    await lab.http("GET", f"/tickets/{ticket}/", headers=[bearer])
    await bob.send_json_to({"do": "fill"})
    await lab.settle()
    with pytest.raises(Exception, match="no room left"):
        await bob.wait()


@pytest.fixture(scope="module", params=["asgilab", "channels"])
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Exported:
    path = tmp_path_factory.mktemp("tests") / "test_tickets.py"
    return exported(tickets, path, target=request.param)[0]


def test_the_exported_file_passes_in_a_fresh_pytest(made: Exported) -> None:
    assert made.run is not None
    assert made.passed, made.run.output
    assert made.run.counts == {"passed": 1}
    assert made.path.read_text("utf-8") == made.source
    assert made.notes == ()


def test_what_differs_between_replays_is_matched_and_carried(made: Exported) -> None:
    assert [(each.path, each.matcher) for each in made.matched] == [
        ("$.ticket", "IsUUID(4)"),
        ("$.at", 'IsNow(iso_string=True, tz="UTC")'),
    ]
    assert 'send_json_to({"do": "close", "ticket": message["ticket"]})' in made.source
    assert "f\"/tickets/{message['ticket']}/\"" in made.source
    assert "assert await bob.receive_json_from() == message" in made.source


def test_the_exception_of_the_application_is_imported_from_it(made: Exported) -> None:
    assert "from tests.export.applications import Full, application" in made.source
    assert 'with pytest.raises(Full, match="no room left"):' in made.source


@pytest.mark.parametrize(
    ("target", "broken"),
    [("asgilab", "value"), ("asgilab", "twice"), ("channels", "twice")],
)
def test_the_exported_file_turns_red_when_the_application_breaks(
    target: str, broken: str, tmp_path: Path
) -> None:
    async def explore(lab: Lab) -> None:
        alice = lab.websocket("/alice/", name="alice")
        await alice.connect()
        await alice.send_json_to({"do": "close", "ticket": "t-1"})
        await alice.receive_json_from()

    made, _ = exported(explore, tmp_path / "test_x.py", target=target)
    assert made.passed
    run = run_tests(
        made.path, app_dir=str(ROOT), environment={"TICKETS_BROKEN": broken}
    )
    assert run.counts == {"failed": 1}, run.output
    assert "AssertionError" in run.output or "assert " in run.output


def test_a_secret_reaches_the_run_without_standing_in_the_file(made: Exported) -> None:
    assert "t0ps3cret" not in made.source
    assert "t0ps3cret" not in "\n".join(made.summary_lines())
    assert '"known": True' in made.source


def test_the_command_names_the_secret_that_the_test_needs(made: Exported) -> None:
    found = re.search(r"TEST_\w+", made.source)
    assert found is not None
    assert made.command.startswith(f"{found[0]}=… ")
    assert made.command.endswith(f"python -m pytest {made.path}")


def test_the_summary_says_what_was_matched_and_what_pytest_said(
    made: Exported,
) -> None:
    lines = made.summary_lines()
    verdict = r"passes 3/3 · kills (\d+)/\1 mutants · 2 volatile values matched"
    assert re.fullmatch(verdict, made.verdict)
    assert lines[0].endswith(f": {made.verdict} in 3 replays")
    assert f"\nProof: {made.verdict}\n" in made.source
    assert "$.ticket: IsUUID(4)" in lines[1]
    assert lines[-1].startswith("pytest: 1 passed in ")


def test_a_failing_run_is_told_with_what_pytest_printed(tmp_path: Path) -> None:
    broken = tmp_path / "conftest.py"
    broken.write_text("import nothing_of_this_name\n")

    async def explore(lab: Lab) -> None:
        await lab.websocket("/alice/", name="alice").connect()

    made, _ = exported(explore, tmp_path / "test_x.py")
    assert not made.passed
    assert any("nothing_of_this_name" in line for line in made.summary_lines())


def test_a_file_is_only_written_when_asked_not_to_run(tmp_path: Path) -> None:
    async def explore(lab: Lab) -> None:
        await lab.websocket("/alice/", name="alice").connect()

    path = tmp_path / "new" / "folder" / "test_x.py"
    made, _ = exported(explore, path, run=False, name="alice comes in", replays=3)
    assert made.run is None
    assert not made.passed
    assert made.replays == 3
    assert "async def test_alice_comes_in(" in path.read_text("utf-8")
    assert made.summary_lines() == [
        "test_alice_comes_in: not run · 0 volatile values matched in 3 replays",
        f"run it in {Path.cwd()}: python -m pytest {path}",
    ]


def test_a_file_that_somebody_else_wrote_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "test_mine.py"
    path.write_text("def test_mine(): ...\n")

    async def explore(lab: Lab) -> None:
        await lab.websocket("/alice/", name="alice").connect()

    with pytest.raises(ExportError, match="not written by asgilab"):
        exported(explore, path)
    assert path.read_text() == "def test_mine(): ...\n"


def test_a_file_that_was_exported_before_is_written_again(tmp_path: Path) -> None:
    async def explore(lab: Lab) -> None:
        await lab.websocket("/alice/", name="alice").connect()

    first, _ = exported(explore, tmp_path / "test_x.py", run=False)
    again, _ = exported(explore, tmp_path / "test_x.py", run=False)
    assert again.source == first.source


def test_what_takes_time_to_come_is_left_out_and_named(tmp_path: Path) -> None:
    async def explore(lab: Lab) -> None:
        alice = lab.websocket("/alice/", name="alice")
        await alice.connect()
        await alice.send_json_to({"do": "wait"})
        await alice.receive_json_from()

    made, _ = exported(explore, tmp_path / "test_x.py", run=False)
    assert "waited" not in made.source
    assert made.notes == (
        "Did not come again in a replay: websocket.send on alice (event 4). What a "
        "timer of the application sends is left out: the test does not move its clock.",
    )
    assert made.replays == 3


def test_what_was_edited_by_hand_is_written_as_the_application_sends_it(
    tmp_path: Path,
) -> None:
    async def explore(lab: Lab) -> None:
        alice = lab.websocket("/alice/", name="alice")
        await alice.connect()
        await alice.send_json_to({"do": "close", "ticket": "t-1"})
        await alice.receive_json_from()
        text = json.dumps({"closed": "FORGED", "by": "alice"})
        lab.session._rows[-1] = (
            *lab.session._rows[-1][:3],
            {"type": "websocket.send", "text": text},
            *lab.session._rows[-1][4:6],
            "edited",
        )

    made, _ = exported(explore, tmp_path / "test_x.py", run=False)
    assert "FORGED" not in made.source
    assert '{"closed": "t-1", "by": "alice"}' in made.source
    assert "edited or dropped by hand" in made.notes[0]


def test_the_world_can_be_changed_around_each_replay(tmp_path: Path) -> None:
    numbers = []

    @contextmanager
    def another_day(number: int) -> Iterator[None]:
        numbers.append(number)
        with time_machine.travel(1_700_000_000 + number * 86_400, tick=True):
            yield

    async def explore(lab: Lab) -> None:
        alice = lab.websocket("/alice/", name="alice")
        await alice.connect()
        await alice.send_json_to({"do": "open"})
        await alice.receive_json_from()

    made, _ = exported(explore, tmp_path / "test_x.py", perturb=another_day)
    assert numbers == [0, 1, 2]
    assert made.passed


def test_replays_that_disagree_are_reported(tmp_path: Path) -> None:
    recording = Recording(TICKETS)
    recording.opens("alice")
    recording.says("alice", {"n": 1})
    recording.hears("alice", {"n": 1})
    runs: list[Session] = []

    def unsteady() -> Any:
        raise AssertionError

    async def replayed(session: Session, factory: LabFactory, **options: Any) -> Replay:
        again = Recording(TICKETS)
        again.opens("alice")
        again.says("alice", {"n": 1})
        for _ in range(len(runs) % 3):
            again.hears("alice", {"n": 1})
        runs.append(again.session)
        return Replay(again.session, tuple(steps(again.session)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("asgilab.replay._exploration.replay", replayed)
        made = on_lab_loop(
            export_test(
                recording.session, tmp_path / "test_x.py", fresh_lab=unsteady, run=False
            )
        )
    assert any("The test may fail now and then" in note for note in made.notes)


def test_a_session_of_a_notebook_cell_is_refused_before_anything_runs(
    tmp_path: Path,
) -> None:
    session = Session()
    session.record(0.0, "alice", Kind.OPEN, {"type": "websocket", "path": "/"})

    def never() -> Any:
        pytest.fail("a lab was made")

    with pytest.raises(ExportError, match="no import string"):
        on_lab_loop(export_test(session, tmp_path / "test_x.py", fresh_lab=never))
    assert list(tmp_path.iterdir()) == []


CHAT = """
import asyncio, json, sys
from pathlib import Path
from asgilab.engine import LabLoop
from asgilab.example import DIRECTORY
from asgilab.export import export_test
from asgilab.lab import Lab

async def motion():
    lab = Lab("chat.asgi:application", settings="chat.settings", app_dir=str(DIRECTORY))
    async with lab:
        alice = lab.websocket("/ws/chat/lobby/", name="alice", user="alice")
        await alice.connect()
        bob = lab.websocket("/ws/chat/lobby/", name="bob", user="bob")
        await bob.connect()
        await alice.receive_json_from()
        await alice.send_json_to({"message": "hi"})
        await alice.receive_json_from()
        await bob.receive_json_from()
        await lab.http("GET", "/history/lobby/", user="bob")
        split = lab.websocket("/ws/split/", name="split")
        await split.connect()
        await split.send_json_to({"total": 90, "people": 0})
        await lab.settle()
        echo = lab.websocket("/ws/echo/", name="echo")
        await echo.connect()
        await echo.send_to(bytes_data=b"\\x00")
        await echo.receive_from()
        await bob.disconnect()
        await alice.receive_json_from()
        done = await export_test(
            lab.session, Path(sys.argv[1]), fresh_lab=lab.fresh, target=sys.argv[2]
        )
    print(json.dumps({
        "passed": done.passed,
        "output": done.run.output,
        "matched": [each.matcher for each in done.matched],
        "notes": done.notes,
        "source": done.source,
    }))

with asyncio.Runner(loop_factory=LabLoop) as runner:
    runner.run(motion())
"""


@pytest.mark.parametrize("target", ["asgilab", "channels"])
def test_a_talk_in_the_chat_project_becomes_a_test_that_passes(
    tmp_path: Path, target: str
) -> None:
    path = tmp_path / "test_lobby.py"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CHAT, str(path), target],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout.splitlines()[-1])
    assert made["passed"], made["output"]
    assert made["matched"] == ["IsUUID(4)", 'IsNow(iso_string=True, tz="UTC")']
    assert made["notes"] == []
    assert "assert await bob.receive_json_from() == message" in made["source"]
    assert 'raises(ZeroDivisionError, match="division by zero")' in made["source"]
    assert str(tmp_path) not in made["source"]
    assert str(ROOT) not in made["source"]
