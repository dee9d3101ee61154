"""Exploring from a notebook, a terminal or a command spares the project's database."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from asgilab.example import DIRECTORY
from tests.notebook.kernels import ROOT, start_kernel
from tests.notebook.test_terminal import typed

CELLS = (
    "%load_ext asgilab",
    f"%asgi_app chat.asgi:application --app-dir {DIRECTORY}",
    "%asgi_connect /ws/chat/lobby/ --as alice --user alice",
    '%asgi_send alice {"message": "hi"}',
    "r = %asgi_receive alice",
    "print('got', r['message'])",
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The database of the chat project, with its tables; nothing names its settings."""
    database = tmp_path / "database" / "project.sqlite3"
    database.parent.mkdir()
    monkeypatch.setenv("CHAT_DATABASE", str(database))
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    migrate = [sys.executable, str(DIRECTORY / "manage.py"), "migrate", "-v", "0"]
    subprocess.run(migrate, check=True, timeout=60)
    return database


def contents(database: Path) -> tuple[bytes, list[Path]]:
    return sha256(database.read_bytes()).digest(), list(database.parent.iterdir())


def test_a_kernel_and_what_replays_its_session(project: Path, tmp_path: Path) -> None:
    before = contents(project)
    with start_kernel(tmp_path) as kernel:
        cells = kernel.run(
            *CELLS, "%asgi_save lobby.asgilab.jsonl", "%asgi_export test_it.py --no-run"
        )
        assert [cell.status for cell in cells] == ["ok"] * len(cells), cells
        assert cells[5].stdout == "got hi\n"
    command = ["replay", "lobby.asgilab.jsonl", "--app", "chat.asgi:application"]
    done = subprocess.run(
        [sys.executable, "-m", "asgilab", *command],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "difference" in done.stdout, done.stderr
    assert contents(project) == before


def test_what_was_done_on_the_projects_own_database_is_not_done_there_again(
    project: Path, tmp_path: Path
) -> None:
    there = (
        "import os; os.environ['DJANGO_ALLOW_ASYNC_UNSAFE'] = '1'",
        "from django.contrib.auth import get_user_model",
        "user = get_user_model().objects.create_user('alice')",
    )
    kept = ("%asgi_save lobby.asgilab.jsonl", "%asgi_load lobby.asgilab.jsonl")
    with start_kernel(tmp_path) as kernel:
        cells = (CELLS[0], f"{CELLS[1]} --database project", *there, *CELLS[2:], *kept)
        for cell in kernel.run(*cells):
            assert cell.status == "ok", cell
        before = contents(project)
        for again in ("replay", "replay loaded", "export test_it.py"):
            refused = kernel.one(f"%asgi_{again}")
            assert "works on the project's own database" in refused.error, refused
            assert contents(project) == before, again
        assert kernel.one("%asgi_fork").status == "error"
        assert contents(project) == before
        assert kernel.one('%asgi_send alice {"message": "ho"}').status == "ok"
        assert contents(project) != before, "nothing was ever written here"
    assert not (tmp_path / "test_it.py").exists()


def test_a_terminal(project: Path, tmp_path: Path) -> None:
    before = contents(project)
    text = typed(tmp_path, *CELLS)
    assert "got hi" in text
    assert contents(project) == before
