"""A session in a notebook that grows while a server is still being recorded."""

import asyncio
import gc
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from asgilab.errors import SessionFileError
from asgilab.live import LiveServer, Recorder
from asgilab.notebook._following import add, follow
from asgilab.notebook.widgets import TimelineWidget
from asgilab.sessions import Kind, Session
from tests.live.applications import echo
from tests.live.test_recorder import call
from tests.notebook.conftest import Magic

SECONDS = 30


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "live.asgilab.jsonl"


def wait_for(session: Session, there: Callable[[], bool]) -> None:
    """Wait until something is so, looking whenever an event is added."""
    changed = threading.Event()
    stop = session.watch(lambda _: changed.set())
    try:
        while not there():
            assert changed.wait(SECONDS), list(session)
            changed.clear()
    finally:
        stop()


def followed(path: Path) -> tuple[Session, threading.Thread]:
    """Return a session that is followed, and the thread that does it."""
    before = set(threading.enumerate())
    session = follow(path)
    (thread,) = set(threading.enumerate()) - before
    return session, thread


def ended(session: Session) -> set[str]:
    return {event.connection for event in session if event.kind is Kind.END}


def test_a_live_servers_session_shows_in_the_notebook_while_it_runs(
    path: Path, run: Magic, bare: InteractiveShell
) -> None:
    recorder = Recorder(echo, path)
    with LiveServer(recorder) as server:
        urllib.request.urlopen(server.url, timeout=SECONDS).close()
        assert recorder.flush(SECONDS)
        card = run("load", f"'{path}' --as shop --follow")
        assert "it goes on with the file" in " ".join(card.details)
        session: Session = bare.user_ns["shop"]
        assert "http1" in session.connections
        assert "http2" not in session.connections
        urllib.request.urlopen(server.url, timeout=SECONDS).close()
        wait_for(session, lambda: "http2" in ended(session))
        assert "http2" in repr(run("timeline", "shop"))
    recorder.close()


def test_a_timeline_of_it_is_told_of_what_comes(path: Path) -> None:
    recorder = Recorder(echo, path)
    asyncio.run(call(recorder))
    assert recorder.flush(SECONDS)
    session = follow(path)
    timeline = TimelineWidget(session)
    asyncio.run(call(recorder))
    wait_for(session, lambda: "http2" in ended(session))
    assert f"{len(session)} events" in repr(timeline)
    timeline.close()
    recorder.close()


def test_it_is_followed_no_longer_than_somebody_has_it(path: Path) -> None:
    recorder = Recorder(echo, path)
    asyncio.run(call(recorder))
    recorder.close()
    session, thread = followed(path)
    del session
    gc.collect()
    thread.join(SECONDS)
    assert not thread.is_alive()


def test_a_line_that_breaks_is_told_and_what_came_before_stays(path: Path) -> None:
    recorder = Recorder(echo, path)
    asyncio.run(call(recorder))
    recorder.close()
    session, thread = followed(path)
    count = len(session)
    with path.open("a") as file:
        file.write("hello\n")
    thread.join(SECONDS)
    assert "It is followed no longer" in session.warnings[0]
    assert len(session) == count


def test_a_file_that_is_no_session_is_refused(path: Path) -> None:
    path.write_text("hello\n")
    with pytest.raises(SessionFileError, match="line 1"):
        follow(path)


def test_what_is_added_keeps_its_time_and_its_cause() -> None:
    session, more = Session(), Session()
    session.record(0.0, "a", Kind.SEND, {"type": "one"})
    more.record(0.5, "a", Kind.RECEIVE, {"type": "two"})
    more.record(0.6, "a", Kind.SEND, {"type": "three"}, None, 0)
    more.options["a"] = {"user": "alice"}
    later = (more.started - session.started).total_seconds()
    add(session, more)
    assert [event.type for event in session] == ["one", "two", "three"]
    assert session[1].at == pytest.approx(0.5 + later)
    assert session[2].cause == 1
    assert session.options == {"a": {"user": "alice"}}
