"""``asgilab record``: a real server in a process of its own, real clients, a file."""

import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from websockets.sync.client import connect

from asgilab.sessions import Kind, Session, load
from tests.cli.recording import Recording, recording
from tests.django.runner import ROOT

ECHO = "tests.live.applications:echo"
TOLD = r"\d+ events in (\S+)"


def get(running: Recording, path: str = "/") -> int:
    try:
        with urllib.request.urlopen(running.url + path, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def talk(running: Recording, text: str = "hi") -> None:
    with connect(f"ws://127.0.0.1:{running.port}/ws/") as client:
        client.send(text)
        assert client.recv(timeout=30) == text


def complete(session: Session) -> set[str]:
    """Return the connections of which beginning and end are there."""
    ended = {event.connection for event in session if event.kind is Kind.END}
    opened = {event.connection for event in session if event.kind is Kind.OPEN}
    return {name for name in ended & opened if not name.startswith("lifespan")}


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_what_passes_is_printed_and_the_end_leaves_a_complete_file(
    tmp_path: Path, how: int
) -> None:
    with recording(ECHO, folder=tmp_path) as running:
        talk(running, "hello there")
        running.wait_for(r"ws1 +← websocket\.send +hello there")
        running.wait_for(r"ws1 +● returned")
        assert get(running, "/fail") == 500
        running.wait_for(r"http1 +● raised +ValueError: the page is broken")
        with connect(f"ws://127.0.0.1:{running.port}/ws/") as client:
            client.send("still here")
            assert client.recv(timeout=30) == "still here"
            assert running.end(how) == 0, running.told
        path = running.wait_for(TOLD)[1]
    session = load(path)
    assert path == str(tmp_path / "recorded.asgilab.jsonl")
    assert session.warnings == []
    assert complete(session) == {"ws1", "http1", "ws2"}
    assert session.application == ECHO
    assert session.app_dir == str(tmp_path)


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.asgilab.jsonl").write_text("mine")
    options = ("-o", "a.asgilab.jsonl", "--quiet")
    with recording(ECHO, *options, folder=tmp_path) as running:
        get(running)
        running.end(signal.SIGINT)
        path = running.wait_for(TOLD)[1]
    assert path == str(tmp_path / "a.2.asgilab.jsonl")
    assert "http.response" not in running.told
    assert complete(load(path)) == {"http1"}
    assert (tmp_path / "a.asgilab.jsonl").read_text() == "mine"


def test_a_kill_leaves_a_file_that_loads(tmp_path: Path) -> None:
    """Whatever was printed is in the file: it was read from there."""
    with recording(ECHO, folder=tmp_path) as running:
        for _ in range(20):
            get(running)
        running.wait_for(r"http20 +● returned")
        assert running.end(signal.SIGKILL) == -signal.SIGKILL
    session = load(tmp_path / "recorded.asgilab.jsonl")
    assert complete(session) >= {f"http{number}" for number in range(1, 21)}


def test_workers_write_one_file(tmp_path: Path) -> None:
    with recording(ECHO, "--workers", "2", folder=tmp_path) as running:
        for _ in range(20):
            get(running)
        assert running.end(signal.SIGINT) == 0, running.told
        path = running.wait_for(TOLD)[1]
    session = load(path)
    assert len(complete(session)) == 20
    assert all("@" in name for name in session.connections)


def test_a_reload_goes_on_in_the_same_file(tmp_path: Path) -> None:
    source = tmp_path / "served.py"
    text = (ROOT / "tests/live/applications.py").read_text("utf-8")
    source.write_text(text)
    with recording("served:echo", "--reload", folder=tmp_path) as running:
        get(running)
        running.wait_for(r"● returned")
        source.write_text(text.replace("the page is broken", "it is another page"))
        running.wait_for(r"Reloading(.|\n)*Application startup complete")
        assert get(running, "/fail") == 500
        running.wait_for("it is another page")
        assert running.end(signal.SIGINT) == 0, running.told
        path = running.wait_for(TOLD)[1]
    assert len(complete(load(path))) == 2


def run(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "asgilab", "record", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_what_the_application_raises_at_its_import_is_told_from_its_own_line_on(
    tmp_path: Path,
) -> None:
    (tmp_path / "broken.py").write_text("\nraise LookupError('no such table')\n")
    ran = run("broken:app", folder=tmp_path)
    assert ran.returncode == 2
    told = ran.stderr.splitlines()
    assert told[0] == "asgilab: broken:app cannot be imported."
    assert told[1] == "Traceback (most recent call last):"
    assert 'broken.py", line 2' in told[2]
    assert told[-1] == "LookupError: no such table"
    assert "asgilab/" not in "".join(told[1:])
    assert not list(tmp_path.glob("*.jsonl"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nothing:app"], "no module is called 'nothing'"),
        ([ECHO, "-o", "none/a.asgilab.jsonl"], "There is no folder 'none'"),
        ([ECHO, "--app-dir", "none"], "There is no folder 'none'"),
        ([ECHO, "--sample", "2"], "expected a share from 0 to 1"),
        ([ECHO, "--workers", "0"], "expected 1 or more"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    tmp_path: Path, arguments: list[str], told: str
) -> None:
    ran = run(*arguments, folder=tmp_path)
    assert ran.returncode == 2
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_port_that_is_taken_is_told_and_nothing_is_left_behind(
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = run(ECHO, "--port", port, folder=tmp_path)
    assert ran.returncode > 0
    assert "address already in use" in ran.stderr
    assert "Traceback" not in ran.stderr
