"""``asgilab export``: a session file becomes a test that passes."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from asgilab.cli import main
from asgilab.engine import LabLoop
from asgilab.lab import Lab
from asgilab.sessions import Session

APPLICATION = '''
import uuid

async def application(scope, receive, send):
    """Greets with an id that is new each time."""
    assert scope["type"] == "websocket"
    while True:
        event = await receive()
        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        elif event["type"] == "websocket.disconnect":
            return
        else:
            await send({"type": "websocket.send", "text": str(uuid.uuid4())})
'''


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    (tmp_path / "greeter.py").write_text(APPLICATION)

    async def explore() -> Session:
        async with Lab("greeter:application", app_dir=str(tmp_path)) as lab:
            client = lab.websocket("/", name="client")
            await client.connect()
            await client.send_to("hello")
            await client.receive_from()
            await client.disconnect()
        return lab.session

    with asyncio.Runner(loop_factory=LabLoop) as runner:
        session = runner.run(explore())
    return session.save(tmp_path / "talk.asgilab.jsonl")


@pytest.mark.parametrize("target", ["asgilab", "channels"])
def test_the_test_that_is_written_passes(
    recorded: Path, tmp_path: Path, target: str
) -> None:
    output = tmp_path / f"test_{target}_greeter.py"
    command = [sys.executable, "-m", "asgilab", "export", str(recorded)]
    command += ["-o", str(output), "--target", target]
    # Our own suite runs with Django settings, which this application has none of.
    env = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert f"PYTHONPATH={tmp_path} python -m pytest {output}\n" in done.stdout
    steps = ["Replaying the", "Writing", "does it pass?", "does it fail each time?"]
    places = [done.stdout.index(step) for step in steps]
    assert places == sorted(places)
    assert f"from {target}.testing import WebsocketCommunicator" in output.read_text()


def test_a_session_without_an_application_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = Session().save(tmp_path / "empty.asgilab.jsonl")
    assert main(["export", str(file), "-o", str(tmp_path / "test_x.py")]) == 2
    assert "expected --app" in capsys.readouterr().err


def refusal(
    recorded: Path, output: Path, capsys: pytest.CaptureFixture[str], *more: str
) -> str:
    assert main(["export", str(recorded), "-o", str(output), *more]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


def test_a_folder_that_cannot_be_made_is_told(
    recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    output = tmp_path / "file" / "missing" / "test_greeter.py"
    assert "There is no folder" in refusal(recorded, output, capsys)


def test_a_name_that_pytest_would_not_collect_is_told(
    recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refusal(recorded, tmp_path / "lobby.py", capsys)
    assert "pytest would not collect a file called 'lobby.py'" in said
    assert not (tmp_path / "lobby.py").exists()


def test_a_folder_of_the_recording_that_is_gone_names_the_option(
    recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = str(tmp_path / "gone")
    recorded.write_text(recorded.read_text().replace(str(tmp_path), gone, 1))
    assert "Expected --app-dir" in refusal(recorded, tmp_path / "test_g.py", capsys)


def test_the_command_line_says_anew_where_the_application_is(
    recorded: Path, tmp_path: Path
) -> None:
    gone = str(tmp_path / "gone")
    recorded.write_text(recorded.read_text().replace(str(tmp_path), gone, 1))
    (tmp_path / "here").mkdir()
    (tmp_path / "greeter.py").rename(tmp_path / "here" / "other.py")
    output = tmp_path / "test_other.py"
    command = [sys.executable, "-m", "asgilab", "export", str(recorded)]
    command += ["-o", str(output), "--app", "other:application"]
    command += ["--app-dir", str(tmp_path / "here")]
    env = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "from other import application" in output.read_text()
