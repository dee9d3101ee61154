"""The plugin that runs one test again and again, in a pytest of its own."""

import json
from pathlib import Path
from typing import Any

import pytest

from asgilab.proof import run_tests
from asgilab.proof._plugin import PLAN, start_signal

TEST = """
import pytest

RUNS = []

async def application(scope, receive, send):
    await send({"type": "websocket.send", "text": "hi"})


@pytest.fixture(scope="module")
def folder():
    RUNS.append("module")


@pytest.fixture
def one(folder):
    RUNS.append("set up")
    yield 1
    RUNS.append("torn down")


def test_sent(one):
    import asyncio, pathlib
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(application({"type": "websocket"}, None, send))
    pathlib.Path(__file__).with_name("runs").write_text(",".join(RUNS))
    assert sent == [{"type": "websocket.send", "text": "hi"}]
"""


def run(tmp_path: Path, **plan: Any) -> dict[str, Any]:
    path = tmp_path / "test_sent.py"
    path.write_text(TEST)
    file = tmp_path / "plan.json"
    usual = {"application": "application", "typed": True, "seconds": 30, "loose": []}
    file.write_text(
        json.dumps({**usual, "unordered": [], "events": [], "clock": "real", **plan})
    )
    start_signal(file).touch()
    arguments = ["-p", "asgilab.proof._plugin"]
    done = run_tests(path, environment={PLAN: str(file)}, arguments=arguments)
    assert done.exit_code in (0, 5), done.output
    told: dict[str, Any] = json.loads(file.read_text())
    return told


def test_the_test_runs_as_it_is_before_and_after_the_mutants(tmp_path: Path) -> None:
    told = run(tmp_path)
    assert told == {"passes": [True, True], "mutants": 4, "tried": 4, "survivors": []}


def test_each_run_has_its_own_fixtures_and_shares_the_wider_ones(
    tmp_path: Path,
) -> None:
    run(tmp_path)
    runs = (tmp_path / "runs").read_text().split(",")
    assert runs.count("module") == 1
    assert runs.count("set up") == 6
    assert runs.count("torn down") == 5  # the last one is still to come


def test_without_a_plan_nothing_is_different(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PLAN, raising=False)
    path = tmp_path / "test_sent.py"
    path.write_text(TEST)
    done = run_tests(path, arguments=["-p", "asgilab.proof._plugin"])
    assert done.counts == {"passed": 1}
