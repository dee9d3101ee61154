"""``asgilab replay``: a session file on the application of today."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from asgilab.cli import main
from asgilab.lab import Lab
from asgilab.sessions import Kind, Session, load

APPLICATION = """
async def application(scope, receive, send):
    assert scope["type"] == "websocket"
    while (event := await receive())["type"] != "websocket.disconnect":
        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        else:
            await send({"type": "websocket.send", "text": event["text"].upper()})
"""


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    (tmp_path / "loud.py").write_text(APPLICATION)
    session = Session(application="loud:application", app_dir=str(tmp_path))
    scope = {"type": "websocket", "path": "/", "query_string": b"", "headers": []}
    events: list[tuple[Kind, dict[str, Any]]] = [
        (Kind.OPEN, scope),
        (Kind.RECEIVE, {"type": "websocket.connect"}),
        (Kind.SEND, {"type": "websocket.accept"}),
        (Kind.RECEIVE, {"type": "websocket.receive", "text": "hi"}),
        (Kind.SEND, {"type": "websocket.send", "text": "HI"}),
        (Kind.RECEIVE, {"type": "websocket.disconnect", "code": 1000}),
        (Kind.END, {"type": "returned", "exception": None}),
    ]
    for number, (kind, message) in enumerate(events):
        session.record(number / 10, "alice", kind, message)
    return session.save(tmp_path / "talk.asgilab.jsonl")


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    env = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, "-m", "asgilab", "replay", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=60)


def test_an_application_that_does_the_same_differs_in_nothing(
    recorded: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again.asgilab.jsonl"
    done = run(str(recorded), "-o", str(again), "--timeline")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no difference" in done.stdout
    assert "websocket.send" in done.stdout
    assert load(again)[4].message["text"] == "HI"


def test_a_changed_application_is_told_by_its_change(
    recorded: Path, tmp_path: Path
) -> None:
    (tmp_path / "loud.py").write_text(APPLICATION.replace("upper", "title"))
    done = run(str(recorded))
    assert done.returncode == 1
    assert "'HI' → 'Hi'" in done.stdout
    assert "1 difference(s)" in done.stdout


def test_a_session_without_an_application_needs_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = Session().save(tmp_path / "empty.asgilab.jsonl")
    assert main(["replay", str(file)]) == 2
    assert "expected --app" in capsys.readouterr().err


VOLATILE = """
import uuid

async def application(scope, receive, send):
    while (event := await receive())["type"] != "websocket.disconnect":
        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        else:
            await send({"type": "websocket.send", "text": str(uuid.uuid4())})
"""


def test_a_value_that_changes_in_every_replay_is_not_counted(
    recorded: Path, tmp_path: Path
) -> None:
    (tmp_path / "loud.py").write_text(VOLATILE)
    done = run(str(recorded))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not counted: 1 value(s) that change in every replay" in done.stdout
    assert "no difference" in done.stdout


def test_connections_that_were_still_open_differ_in_nothing(
    recorded: Path, tmp_path: Path
) -> None:
    lines = recorded.read_text().splitlines(keepends=True)
    recorded.write_text("".join(lines[:-2]))  # without the disconnect and the end
    done = run(str(recorded))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no difference" in done.stdout


def test_secrets_that_were_left_out_are_told_and_are_no_difference(
    recorded: Path,
) -> None:
    session = load(recorded)
    whole = Session(application="loud:application", app_dir=session.app_dir)
    for event in session:
        message = dict(event.message)
        if event.kind is Kind.OPEN:
            message["headers"] = [(b"authorization", b"Bearer abcDEF123456")]
        if event.type == "websocket.receive":
            message["text"] = '{"TOKEN": "S3CRET"}'
        if event.type == "websocket.send":
            message["text"] = '{"TOKEN": "S3CRET"}'
        whole.record(event.at, event.connection, event.kind, message)
    done = run(str(whole.save(recorded)))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "saved without its secrets" in done.stdout
    assert "alice's authorization" in done.stdout
    assert "S3CRET" not in done.stdout


def test_an_output_that_cannot_be_written_is_told_before_any_work(
    recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "missing" / "again.asgilab.jsonl"
    assert main(["replay", str(recorded), "-o", str(output)]) == 2
    assert "There is no folder" in capsys.readouterr().err
    assert not output.parent.exists()


HEART = """
import asyncio

async def application(scope, receive, send):
    async def beat():
        for number in range(100):
            await asyncio.sleep(30)
            await send({"type": "websocket.send", "text": f"tick {number}"})

    await receive()
    await send({"type": "websocket.accept"})
    task = asyncio.create_task(beat())
    while (event := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": event["text"].upper()})
    task.cancel()
"""


def beating(folder: Path, clock: str) -> Path:
    """Save a session in which the application's own timer fires between inputs."""
    (folder / "heart.py").write_text(HEART)
    lab = Lab("heart:application", app_dir=str(folder), lifespan="off", clock="manual")
    lab.start()
    try:
        alice: Any = lab.websocket("/", name="alice")
        lab.call(alice.connect())
        for _ in range(3):
            lab.call(lab.advance(20.0))
            lab.call(alice.send_to(text_data="still here"))
            lab.call(lab.settle())
        lab.call(lab.advance(61.7))
        lab.session.clock = clock or None
        return lab.session.save(folder / "heart.asgilab.jsonl")
    finally:
        lab.stop()
        sys.modules.pop("heart", None)


@pytest.mark.parametrize("clock", ["manual", "virtual"])
def test_what_a_timer_of_the_application_sends_comes_again_where_it_came(
    tmp_path: Path, clock: str
) -> None:
    again = tmp_path / "again.asgilab.jsonl"
    file = beating(tmp_path, clock)
    done = run(str(file), "-o", str(again))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no difference" in done.stdout
    texts = [[e.message.get("text") for e in load(f)] for f in (file, again)]
    assert texts[0] == texts[1]
    assert texts[1].count("tick 3") == 1, "not to the end of the recording"


def test_a_timer_that_runs_down_otherwise_is_told(tmp_path: Path) -> None:
    file = beating(tmp_path, "manual")
    (tmp_path / "heart.py").write_text(HEART.replace("sleep(30)", "sleep(45)"))
    done = run(str(file))
    assert done.returncode == 1
    assert "tick 3" in done.stdout


def test_a_session_that_does_not_name_its_clock_is_run_without_its_time(
    tmp_path: Path,
) -> None:
    done = run(str(beating(tmp_path, "")))
    assert done.returncode == 1
    assert "tick 0" in done.stdout


async def test_a_session_of_a_relative_folder_is_replayed_from_another_one(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path.parent)
    async with Lab("loud:application", app_dir=tmp_path.name) as lab:
        await lab.websocket("/", name="alice").connect()
    path = lab.session.save(tmp_path / "lobby.asgilab.jsonl")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    done = run(str(path))
    assert "no difference" in done.stdout, done.stdout + done.stderr
