"""A Django project in a lab: its databases are copies, and go back to their start."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import asgilab
from asgilab.errors import UsageError
from asgilab.example import DIRECTORY

SCRIPT = """
import asyncio, json, sys
from pathlib import Path
import asgilab
from asgilab.engine import LoopThread, LabLoop

def history(response):
    return [m["message"] for m in json.loads(response["body"])["messages"]]

application = "chat.asgi:application"
lab = asgilab.Lab(application, settings="chat.settings", app_dir=sys.argv[1])
lab.start()
alice = lab.websocket("/ws/chat/lobby/", name="alice", user="alice")
lab.call(alice.connect())
lab.call(alice.send_json_to({"message": "hi"}))
lab.call(alice.receive_json_from())

async def elsewhere():
    async with lab.fresh() as fresh:
        bob = fresh.websocket("/ws/chat/lobby/", name="bob", user="bob")
        await bob.connect()
        before = history(await fresh.http("GET", "/history/lobby/", user="bob"))
        await bob.send_json_to({"message": "there"})
        await bob.receive_json_from()
        after = history(await fresh.http("GET", "/history/lobby/", user="bob"))
        quiet = await lab.run(alice.receive_nothing())
        return before, after, quiet, fresh.session.application

thread = LoopThread(lambda: LabLoop("virtual"))
fresh = thread.call(elsewhere())
thread.stop()
here = history(lab.call(lab.http("GET", "/history/lobby/", user="alice")))
lab.stop()
print(json.dumps({"fresh": fresh, "here": here}))
"""


def run(script: str, *arguments: str, env: dict[str, str] | None = None) -> Any:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env=env,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_fresh_lab_begins_with_the_first_database_and_leaves_no_trace() -> None:
    found = run(SCRIPT, str(DIRECTORY))
    assert found["fresh"] == [[], ["there"], True, "chat.asgi:application"]
    assert found["here"] == ["hi"]


def test_exploring_never_writes_into_the_projects_own_database(tmp_path: Path) -> None:
    import os

    database = tmp_path / "project.sqlite3"
    run(SCRIPT, str(DIRECTORY), env={**os.environ, "CHAT_DATABASE": str(database)})
    assert not database.exists()


def test_settings_that_do_not_exist_are_named() -> None:
    script = f"""
import asgilab, json
try:
    asgilab.Lab("chat.asgi:application", settings="no.such", app_dir={str(DIRECTORY)!r})
except asgilab.errors.UsageError as error:
    print(json.dumps(str(error)))
"""
    assert run(script).startswith("The settings 'no.such' cannot be used: No module")


@pytest.mark.parametrize("before", [None, "chat.settings"])
def test_settings_that_do_not_exist_leave_the_environment_as_it_was(
    before: str | None,
) -> None:
    script = f"""
import asgilab, json, os
os.environ.pop("DJANGO_SETTINGS_MODULE", None)
if {before!r}:
    os.environ["DJANGO_SETTINGS_MODULE"] = {before!r}
try:
    asgilab.Lab("chat.asgi:application", settings="no.such", app_dir={str(DIRECTORY)!r})
except asgilab.errors.UsageError:
    now = os.environ.get("DJANGO_SETTINGS_MODULE")
lab = asgilab.Lab("chat.asgi:application", app_dir={str(DIRECTORY)!r})
lab.start()
lab.stop()
print(json.dumps([now, os.environ["DJANGO_SETTINGS_MODULE"]]))
"""
    assert run(script) == [before, "chat.settings"]


def test_other_settings_than_those_in_use_are_refused() -> None:
    with pytest.raises(UsageError, match=r"set up with chat\.settings .* restart"):
        asgilab.Lab("chat.asgi:application", settings="other.settings")
