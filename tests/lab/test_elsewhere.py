"""A replay in a process of its own."""

import os
from pathlib import Path
from typing import Any

import pytest

from asgilab.errors import UsageError
from asgilab.lab import replay_elsewhere
from asgilab.replay import Step
from tests.replay.recording import Recording

APPLICATION = """
import json, os, sys, time
from pathlib import Path

print("an application may print what it likes")
IMPORTED = time.time()

async def application(scope, receive, send):
    if scope["type"] != "websocket":
        raise ValueError
    await receive()
    await send({"type": "websocket.accept"})
    await receive()
    told = {
        "process": os.getpid(),
        "imported": IMPORTED,
        "seed": os.environ["PYTHONHASHSEED"],
        "folder": str(Path.cwd()),
        "secret": dict(scope["headers"])[b"authorization"].decode(),
    }
    await send({"type": "websocket.send", "text": json.dumps(told)})
"""


def recording(application: str | None, app_dir: Path | None = None) -> Recording:
    made = Recording(application)
    made.session.app_dir = None if app_dir is None else str(app_dir)
    made.opens("alice", headers=[(b"authorization", b"Bearer s3cret")])
    made.says("alice", "go")
    return made


def exists(folder: str) -> bool:
    return Path(folder).exists()


def told(found: tuple[Step, ...]) -> Any:
    return found[1].outputs[0].content["text"]


async def test_it_is_another_process_with_other_hashes_day_and_folder(
    tmp_path: Path,
) -> None:
    (tmp_path / "elsewhere_app.py").write_text(APPLICATION)
    session = recording("elsewhere_app:application", tmp_path).session
    there = told(await replay_elsewhere(session))
    assert there["process"] != os.getpid()
    assert there["seed"] != os.environ.get("PYTHONHASHSEED")
    assert there["imported"] > session.started.timestamp() + 300 * 86_400
    assert there["folder"] != str(Path.cwd())
    assert not exists(there["folder"]), "nothing is left behind"


async def test_a_secret_of_the_session_gets_there(tmp_path: Path) -> None:
    (tmp_path / "elsewhere_app.py").write_text(APPLICATION)
    session = recording("elsewhere_app:application", tmp_path).session
    assert told(await replay_elsewhere(session))["secret"] == "Bearer s3cret"


async def test_a_session_without_an_import_string_cannot_go_there() -> None:
    with pytest.raises(UsageError, match="does not say which application"):
        await replay_elsewhere(recording(None).session)


async def test_what_fails_there_is_told() -> None:
    with pytest.raises(UsageError, match=r"process failed: .*no_such_module"):
        await replay_elsewhere(recording("no_such_module:application").session)


async def test_a_replay_that_takes_too_long_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("asgilab.lab._elsewhere._SECONDS", 0.01)
    with pytest.raises(UsageError, match="took longer than 0 s"):
        await replay_elsewhere(recording("no_such_module:application").session)
