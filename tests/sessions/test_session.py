"""The list of what happened: growing, looking, watching, cutting."""

import gc
import sys
import threading
import weakref
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from asgilab.sessions import Kind, Session, Source, load
from tests.sessions.samples import STARTED, sample, sessions


def test_events_are_numbered_in_order() -> None:
    session = sample()
    assert len(session) == 4
    assert [event.index for event in session] == [0, 1, 2, 3]
    assert session[-1] == session[3]
    assert session[1:3] == [session[1], session[2]]
    assert session[1] in session
    with pytest.raises(IndexError):
        session[4]


def test_recording_tells_the_index() -> None:
    session = Session()
    assert session.record(0.0, "a", Kind.LOG, {}) == 0
    assert session.record(0.0, "a", Kind.LOG, {}) == 1


def test_a_recorder_fills_in_connection_and_time() -> None:
    session = Session()
    times = iter([100.0, 107.5])
    record = session.recorder("alice", lambda: next(times), 100.0)
    record(Kind.RECEIVE, {"type": "a"})
    record(Kind.SEND, {"type": "b"}, None, 0, "edited")
    assert [(e.at, e.connection, e.cause, e.note) for e in session] == [
        (0.0, "alice", None, ""),
        (7.5, "alice", 0, "edited"),
    ]


def test_a_line_of_code_is_kept_as_code_and_told_as_a_source() -> None:
    session = Session()
    code = sys._getframe().f_code
    session.record(0.0, "a", Kind.SEND, {}, (code, 12))
    assert session[0].source == Source(__file__, 12, code.co_qualname)


def test_an_instruction_is_told_as_the_line_that_its_frame_would_have_told() -> None:
    session, frame = Session(), sys._getframe()
    lines = []
    for _ in range(2):
        session.record(0.0, "a", Kind.SEND, {}, (frame.f_code, ~frame.f_lasti))
        lines.append(frame.f_lineno - 1)
    assert [e.source and e.source.line for e in session] == lines


def test_connections_are_told_in_the_order_of_their_first_event() -> None:
    session = sample()
    session.record(2.0, "alice", Kind.LOG, {})
    assert session.connections == ("alice", "bob")
    assert [event.index for event in session.of("alice")] == [0, 1, 2, 4]
    assert session.of("nobody") == []


def test_the_scope_is_what_a_connection_was_opened_with() -> None:
    assert sample().scope("alice") == {"type": "websocket", "path": "/"}
    assert sample().scope("bob") is None


def test_a_prefix_is_a_session_of_its_own() -> None:
    session = sample()
    prefix = session.prefix(2)
    prefix.record(9.0, "carol", Kind.LOG, {})
    prefix.options["alice"]["user"] = "somebody else"
    assert list(prefix)[:2] == list(session)[:2]
    assert len(session) == 4
    assert session.options["alice"]["user"] == "alice"
    assert (prefix.application, prefix.settings, prefix.app_dir, prefix.started) == (
        "chat.asgi:application",
        "chat.settings",
        "project",
        STARTED,
    )


@pytest.mark.parametrize(("count", "length"), [(0, 0), (4, 4), (99, 4)])
def test_a_prefix_has_at_most_what_there_is(count: int, length: int) -> None:
    assert len(sample().prefix(count)) == length


def test_a_prefix_of_less_than_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="prefix of -1 events"):
        sample().prefix(-1)


def test_watchers_hear_of_each_event_until_they_stop() -> None:
    session = Session()
    first: list[int] = []
    second: list[int] = []
    stop_first, stop_second = session.watch(first.append), session.watch(second.append)
    session.record(0.0, "a", Kind.LOG, {})
    stop_first()
    stop_first()
    session.record(0.0, "a", Kind.LOG, {})
    stop_second()
    session.record(0.0, "a", Kind.LOG, {})
    assert (first, second) == ([0], [0, 1])


def test_a_watcher_may_stop_itself_while_it_is_told() -> None:
    session, heard = Session(), []

    def once(index: int) -> None:
        heard.append(index)
        stop()

    stop = session.watch(once)
    session.watch(heard.append)
    session.record(0.0, "a", Kind.LOG, {})
    session.record(0.0, "a", Kind.LOG, {})
    assert heard == [0, 0, 1]


def test_threads_that_record_at_once_get_numbers_of_their_own() -> None:
    session, told = Session(), []
    begin = threading.Barrier(4)
    interval = sys.getswitchinterval()

    def work(name: str) -> None:
        begin.wait()
        for _ in range(2000):
            index = session.record(0.0, name, Kind.LOG, {})
            told.append((index, session[index].connection == name))

    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(str(n),)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert sorted(index for index, _ in told) == list(range(8000))
    assert all(mine for _, mine in told)


def test_an_event_that_another_thread_slips_in_does_not_take_the_number() -> None:
    class Rows(list[Any]):
        def append(self, row: Any) -> None:
            super().append(row)
            super().append(("from", "another", Kind.LOG, {}, None, None, "thread"))

    session: Any = Session()
    session._rows = Rows()
    assert session.record(0.0, "a", Kind.LOG, {}) == 0
    assert session.record(0.0, "a", Kind.LOG, {}) == 2


def test_a_session_keeps_no_frame_alive() -> None:
    class Row:
        pass

    session = Session()

    def record() -> "weakref.ref[Row]":
        row = Row()
        session.record(0.0, "a", Kind.SEND, {}, (sys._getframe().f_code, 1))
        return weakref.ref(row)

    watched = record()
    gc.collect()
    assert watched() is None


def test_it_shows_what_it_is() -> None:
    assert repr(sample()) == "<Session of 4 events on alice, bob>"
    assert repr(Session()) == "<Session of 0 events on no connection>"


@settings(deadline=None)
@given(session=sessions())
def test_what_is_saved_is_loaded_again(
    session: Session, tmp_path_factory: pytest.TempPathFactory
) -> None:
    session.redact = None  # any key may be drawn, "password" too
    path = session.save(tmp_path_factory.getbasetemp() / "any.asgilab.jsonl")
    loaded = load(path)
    assert [(e.connection, e.kind, e.source, e.cause, e.note) for e in loaded] == [
        (e.connection, e.kind, e.source, e.cause, e.note) for e in session
    ]
    assert [e.message for e in loaded] == [e.message for e in session]
    assert [e.at for e in loaded] == pytest.approx([e.at for e in session])
    assert loaded.options == session.options
    assert (loaded.application, loaded.settings, loaded.app_dir, loaded.started) == (
        session.application,
        session.settings,
        session.app_dir,
        session.started,
    )
    assert loaded.warnings == []


def with_secrets() -> Session:
    session = Session()
    session.options["alice"] = {"headers": [(b"cookie", b"sessionid=s3cret-1")]}
    headers = [(b"authorization", b"Bearer s3cret-2")]
    message = {"type": "websocket", "headers": headers, "query_string": b"token=s3cret"}
    session.record(0.0, "alice", Kind.OPEN, message)
    session.record(0.1, "alice", Kind.SEND, {"text": '{"token": "s3cret-3"}'})
    return session


def test_a_saved_session_holds_no_secret_and_the_one_in_memory_does(
    tmp_path: Path,
) -> None:
    session = with_secrets()
    saved = session.save(tmp_path / "a.asgilab.jsonl").read_text()
    assert "s3cret" not in saved
    assert load(tmp_path / "a.asgilab.jsonl")[0].message["query_string"] == (
        b"token=[redacted]"
    )
    assert session[0].message["query_string"] == b"token=s3cret"
    assert session.shown(session[1]).message["text"] == '{"token": "[redacted]"}'


def test_redaction_is_switched_off_on_the_session(tmp_path: Path) -> None:
    session = with_secrets()
    session.redact = None
    again = load(session.save(tmp_path / "a.asgilab.jsonl"))
    assert again[0].message["query_string"] == b"token=s3cret"
    assert again[1] == session[1]
    assert session.shown(session[0]) == session[0]
    assert session.redacted().options == session.options


def test_a_redaction_of_ones_own_takes_the_place_of_the_default() -> None:
    session = with_secrets()
    session.redact = lambda message: {"type": "hidden"}
    assert session.prefix(1).redacted()[0].message == {"type": "hidden"}


def test_a_redacted_copy_is_what_is_shown_and_the_session_stays() -> None:
    session = with_secrets()
    copy = session.redacted()
    assert list(copy) == [session.shown(event) for event in session]
    assert copy.options["alice"]["headers"] == [(b"cookie", b"sessionid=[redacted]")]
    assert session.options["alice"]["headers"] == [(b"cookie", b"sessionid=s3cret-1")]


def test_saving_leaves_an_older_file_as_it_was_when_it_fails(tmp_path: Path) -> None:
    path = tmp_path / "a.asgilab.jsonl"
    session = with_secrets()
    session.save(path)
    before = path.read_bytes()

    def fail(message: Any) -> Any:
        raise RuntimeError(message)

    session.redact = fail
    with pytest.raises(RuntimeError):
        session.save(path)
    assert path.read_bytes() == before


def test_all_events_are_a_tuple_that_does_not_grow() -> None:
    session = Session()
    session.record(0.0, "alice", Kind.RECEIVE, {"type": "websocket.connect"})
    events = session.events
    session.record(0.1, "alice", Kind.SEND, {"type": "websocket.accept"})
    assert [event.type for event in events] == ["websocket.connect"]
    assert session.events == tuple(session)
