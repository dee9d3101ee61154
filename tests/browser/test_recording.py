"""Two people in real browsers while ``asgilab record`` serves; then a test of it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from asgilab.example import DIRECTORY
from asgilab.sessions import load
from tests.cli.recording import SECONDS, Recording, recording

pytestmark = pytest.mark.browser

PASSWORD = "only for tests"
PEOPLE = f"""
from django.contrib.auth.models import User
for name in ("alice", "bob"):
    User.objects.create_user(name, password={PASSWORD!r})
"""


def run(folder: Path, *command: str, **environment: str) -> str:
    """Run a program on the chat project; return what it printed."""
    own = {key: value for key, value in os.environ.items() if key[:6] != "PYTEST"}
    own.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=own | environment,
        capture_output=True,
        text=True,
        timeout=SECONDS * 3,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Recording]:
    """The chat with a database of its own, recorded where its websockets are."""
    place = {"CHAT_DATABASE": str(tmp_path / "db.sqlite3")}
    manage = str(DIRECTORY / "manage.py")
    run(tmp_path, manage, "migrate", "--verbosity", "0", **place)
    run(tmp_path, manage, "shell", "-c", PEOPLE, **place)
    options = ["--settings", "chat.settings", "--app-dir", str(DIRECTORY)]
    options += ["--only", "/ws/chat/*", "-o", "lobby.asgilab.jsonl"]
    with recording(
        "chat.asgi:application",
        *options,
        folder=tmp_path,
        environment=place,
        warnings="default",  # Django warns when it streams a static file.
    ) as running:
        yield running


def enter(browser: Browser, url: str, name: str) -> Page:
    page = browser.new_context().new_page()
    page.goto(f"{url}/chat/lobby/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    expect(page.locator("#state")).to_have_text("Connected.", timeout=30_000)
    return page


def say(page: Page, text: str) -> None:
    page.fill("[name=message]", text)
    page.click("#say button")


@pytest.mark.long
def test_what_two_browsers_did_opens_in_a_notebook_and_exports_to_a_green_test(
    served: Recording, chromium: Browser, tmp_path: Path
) -> None:
    alice = enter(chromium, served.url, "alice")
    bob = enter(chromium, served.url, "bob")
    expect(alice.locator("#messages")).to_contain_text("bob joined.")
    say(alice, "hi bob")
    expect(bob.locator("#messages")).to_contain_text("alice: hi bob")
    say(bob, "hi alice")
    expect(alice.locator("#messages")).to_contain_text("bob: hi alice")
    for page in (bob, alice):
        page.close()
    served.wait_for(r"ws1 +● returned")
    assert served.end(signal.SIGINT) == 0, served.told

    path = tmp_path / "lobby.asgilab.jsonl"
    session = load(path)
    assert session.connections == ("ws1", "ws2")
    assert session.options == {"ws1": {"user": "alice"}, "ws2": {"user": "bob"}}

    cell = f"%load_ext asgilab\n%asgi_load {path} --as lobby\nprint(lobby)"
    told = run(tmp_path, "-m", "IPython", "--colors=NoColor", "-c", cell)
    assert f"<Session of {len(session)} events on ws1, ws2>" in told

    test = tmp_path / "test_lobby.py"
    told = run(tmp_path, "-m", "asgilab", "export", str(path), "-o", str(test))
    assert "1 passed" in told
    source = test.read_text()
    assert "hi bob" in source
    assert "hi alice" in source
    assert {"user=alice", "user=bob"} <= set(re.findall(r"user=\w+", source)), source
