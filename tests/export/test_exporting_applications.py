"""Exports of applications that keep something: the state of a lifespan, rows."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from asgilab.engine import LabLoop
from asgilab.export import Exported, export_test
from asgilab.lab import Lab
from asgilab.proof import run_tests

ROOT = Path(__file__).parents[2]

STATEFUL = """
async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        scope["state"]["greeting"] = "hello"
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"] == "/nowhere":
        raise ValueError("No route found for path 'nowhere'.")
    await receive()
    if scope["path"] == "/no":
        await send({"type": "websocket.close", "code": 4403})
        return
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": scope["state"]["greeting"]})
    await receive()
"""


@pytest.mark.parametrize("target", ["asgilab", "channels"])
def test_an_application_is_started_up_and_refusals_stay_in_the_test(
    target: Any, tmp_path: Path
) -> None:
    module = f"stateful_{target}"
    (tmp_path / f"{module}.py").write_text(STATEFUL)

    async def motion() -> Exported:
        async with Lab(f"{module}:application", app_dir=str(tmp_path)) as lab:
            alice = lab.websocket("/", name="alice")
            await alice.connect()
            await alice.receive_from()
            await lab.websocket("/no", name="mallory").connect()
            with pytest.raises(ValueError, match="No route"):
                await lab.websocket("/nowhere", name="eve").connect()
            lab.websocket("/never", name="never")
            path = tmp_path / f"test_{module}.py"
            return await export_test(
                lab.session, path, fresh_lab=lab.fresh, target=target
            )

    with asyncio.Runner(loop_factory=LabLoop) as runner:
        made = runner.run(motion())
    assert made.passed, made.summary_lines()
    assert re.match(r"passes 3/3 · kills (\d+)/\1 mutants", made.verdict)
    assert "async def state():" in made.source
    assert "dict(state)" in made.source
    assert "with pytest.raises(ValueError, match=" in made.source
    assert "assert code == 4403" in made.source


ROWS = """
import json

async def application(scope, receive, send):
    from django.contrib.auth.models import Group
    if scope["type"] != "websocket":
        raise ValueError(scope["type"])
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] != "websocket.disconnect":
        asked = json.loads(event["text"])
        if "name" in asked:
            group = await Group.objects.acreate(name=asked["name"])
        else:
            group = await Group.objects.aget(pk=asked["id"])
        text = json.dumps({"id": group.pk, "name": group.name})
        await send({"type": "websocket.send", "text": text})
"""

NUMBERED = """
import asyncio, sys
from pathlib import Path
from asgilab.engine import LabLoop
from asgilab.export import export_test
from asgilab.lab import Lab

async def motion():
    folder = sys.argv[1]
    lab = Lab("rows:application", settings="chat.settings", app_dir=folder)
    async with lab:
        alice = lab.websocket("/", name="alice")
        await alice.connect()
        await alice.send_json_to({"name": "staff"})
        made = await alice.receive_json_from()
        await alice.send_json_to({"id": made["id"]})
        await alice.receive_json_from()
        for name in ("test_one.py", "test_two.py"):
            path = Path(folder) / name
            await export_test(lab.session, path, fresh_lab=lab.fresh, run=False)

with asyncio.Runner(loop_factory=LabLoop) as runner:
    runner.run(motion())
"""


def test_keys_that_the_database_numbers_are_carried_and_not_written_down(
    tmp_path: Path,
) -> None:
    (tmp_path / "rows.py").write_text(ROWS)
    example = str(ROOT / "asgilab" / "example")
    command = [sys.executable, "-W", "ignore", "-c", NUMBERED, str(tmp_path)]
    subprocess.run(
        command, check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": example}
    )
    source = (tmp_path / "test_one.py").read_text()
    assert '"id": IsPositiveInt()' in source
    assert 'send_json_to({"id": message["id"]})' in source
    # In one run the second test finds a database that has given keys before.
    path = os.pathsep.join([str(tmp_path), example])
    both = run_tests(
        tmp_path, settings="chat.settings", environment={"PYTHONPATH": path}
    )
    assert both.counts == {"passed": 2}, both.output


BEATING = """
import asyncio

async def application(scope, receive, send):
    async def beat():
        while True:
            await asyncio.sleep(0.03)
            await send({"type": "websocket.send", "text": "tick"})

    await receive()
    await send({"type": "websocket.accept"})
    task = asyncio.create_task(beat()) if scope["path"] == "/beat" else None
    while (await receive())["type"] == "websocket.receive":
        pass
    if task is not None:
        task.cancel()
"""


@pytest.mark.parametrize("target", ["asgilab", "channels"])
def test_no_silence_is_asserted_where_the_beats_of_a_timer_were_left_out(
    target: Any, tmp_path: Path
) -> None:
    module = f"beating_{target}"
    (tmp_path / f"{module}.py").write_text(BEATING)

    async def motion() -> Exported:
        lab = Lab(f"{module}:application", app_dir=str(tmp_path), lifespan="off")
        async with lab:
            bob = lab.websocket("/still", name="bob")
            await bob.connect()
            await bob.send_to(text_data="hush")
            alice = lab.websocket("/beat", name="alice")
            await alice.connect()
            await alice.receive_from()
            await alice.send_to(text_data="hush")
            await alice.receive_from()
            path = tmp_path / f"test_{module}.py"
            return await export_test(
                lab.session, path, fresh_lab=lab.fresh, target=target
            )

    with asyncio.Runner(loop_factory=LabLoop) as runner:
        made = runner.run(motion())
    assert made.passed, made.summary_lines()
    assert any("a timer of the application sends is left out" in n for n in made.notes)
    assert "alice.receive_nothing()" not in made.source
    assert "bob.receive_nothing()" in made.source
