"""The chat project works as a project: Django's commands, and a real server."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.sync.client import connect
from websockets.typing import Origin

import asgilab.example


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment whose database is a file of this test alone."""
    own = {name: value for name, value in os.environ.items() if name[:5] != "CHAT_"}
    own.pop("DJANGO_SETTINGS_MODULE", None)
    own["CHAT_DATABASE"] = str(tmp_path / "chat.sqlite3")
    own["PYTHONDONTWRITEBYTECODE"] = "1"
    return own


def manage(environment: dict[str, str], *arguments: str) -> str:
    """Run manage.py with every warning an error; return what it printed."""
    finished = subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *arguments],
        cwd=asgilab.example.DIRECTORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.fixture
def address(environment: dict[str, str]) -> Iterator[str]:
    """Serve the project with uvicorn; yield host and port."""
    manage(environment, "migrate")
    server = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "chat.asgi:application", "--port", "0"],
        cwd=asgilab.example.DIRECTORY,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with server:
        try:
            yield announced(server)
        finally:
            server.terminate()


def announced(server: subprocess.Popen[str]) -> str:
    """Return host and port as uvicorn tells them once it listens."""
    assert server.stderr is not None
    said = []
    for line in server.stderr:
        said.append(line)
        if found := re.search(r"running on http://([\d.]+:\d+)", line):
            return found[1]
    pytest.fail("".join(said))


def test_the_folder_holds_the_project() -> None:
    assert (asgilab.example.DIRECTORY / "manage.py").is_file()
    assert (asgilab.example.DIRECTORY / "chat" / "settings.py").is_file()


def test_nothing_in_the_project_knows_asgilab() -> None:
    sources = [
        *asgilab.example.DIRECTORY.glob("chat/**/*.py"),
        asgilab.example.DIRECTORY / "manage.py",
    ]
    assert len(sources) > 8
    assert [path for path in sources if "asgilab" in path.read_text()] == []


def test_django_finds_nothing_to_complain_about(environment: dict[str, str]) -> None:
    assert "no issues" in manage(environment, "check")


def test_the_migrations_say_what_the_models_say(environment: dict[str, str]) -> None:
    assert "No changes" in manage(environment, "makemigrations", "--check")


def test_a_real_server_answers_pages_static_files_and_frames(address: str) -> None:
    with urllib.request.urlopen(f"http://{address}/", timeout=30) as page:
        assert page.url.endswith("/login/?next=/")
        assert b"Sign in" in page.read()
    with urllib.request.urlopen(f"http://{address}/static/chat/room.js") as script:
        assert b"WebSocket" in script.read()
    origin = Origin(f"http://{address}")
    with connect(f"ws://{address}/ws/split/", origin=origin) as socket:
        socket.send(json.dumps({"total": 90, "people": 3}))
        assert json.loads(socket.recv(timeout=5)) == {"share": 30.0}
