"""The widget: wired to a session and to controls, and gone when it is closed."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import traitlets

from asgilab.notebook.widgets import TimelineWidget
from asgilab.sessions import Kind, Session
from tests.notebook.widgets.conftest import NotedControls, fill

SOON = 5.0


class Browser:
    """Stands at the far end of a widget: hears what it sends, and speaks to it."""

    def __init__(self, widget: TimelineWidget, patch: pytest.MonkeyPatch) -> None:
        self.widget = widget
        self.heard: list[tuple[str, dict[str, Any], str]] = []
        self.news = threading.Condition()
        patch.setattr(widget, "send", self.hear)

    def hear(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        with self.news:
            thread = threading.current_thread().name
            self.heard.append((content["what"], json.loads(buffers[0]), thread))
            self.news.notify_all()

    def say(self, **message: Any) -> None:
        self.widget._handle_custom_msg(message, [])

    def wait_for(self, what: str) -> dict[str, Any]:
        """Return the first message of a sort, when it has come."""

        def found() -> dict[str, Any] | None:
            return next((body for sort, body, _ in self.heard if sort == what), None)

        with self.news:
            assert self.news.wait_for(lambda: found() is not None, SOON), what
            body = found()
            assert body is not None
            return body


@pytest.fixture
def widget(session: Session, controls: NotedControls) -> Iterator[TimelineWidget]:
    made = TimelineWidget(session, controls=controls)
    yield made
    made.close()


@pytest.fixture
def browser(widget: TimelineWidget, monkeypatch: pytest.MonkeyPatch) -> Browser:
    return Browser(widget, monkeypatch)


def test_a_view_that_is_ready_gets_rows_from_the_feeds_thread(browser: Browser) -> None:
    browser.say(do="ready", view="v1")
    assert browser.wait_for("hello")["total"] == 8
    assert {thread for _, _, thread in browser.heard} == {"asgilab timeline"}


def test_an_event_that_is_recorded_is_sent_without_being_asked_for(
    browser: Browser, session: Session
) -> None:
    browser.say(do="ready", view="v1")
    browser.wait_for("hello")
    session.record(9.0, "bob", Kind.SEND, {"type": "x"})
    assert browser.wait_for("news")["total"] == 9


def test_a_flood_of_events_becomes_few_messages(
    browser: Browser, session: Session
) -> None:
    browser.say(do="ready", view="v1")
    browser.wait_for("hello")
    fill(session, 20_000)
    browser.say(do="rows", ranges=[[20_007, 1]])
    browser.wait_for("rows")
    assert len(browser.heard) < 100


def test_a_filter_scans_on_although_nothing_happens(
    browser: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asgilab.notebook.widgets._publisher._FIRST_SCAN", 0.0)
    monkeypatch.setattr("asgilab.notebook.widgets._publisher._SCANNING", 0.0)
    fill(session, 1000)
    browser.say(do="ready", view="v1")
    browser.wait_for("hello")
    browser.say(do="filter", text="number")

    def scanned() -> bool:
        return any(
            body.get("filter", {}).get("scanned") == 1008
            for _, body, _ in browser.heard
        )

    with browser.news:
        assert browser.news.wait_for(scanned, SOON)


def test_a_button_is_answered_on_the_feeds_thread_and_not_on_jupyters(
    browser: Browser, controls: NotedControls
) -> None:
    threads: list[str] = []
    done = threading.Event()

    def step(connection: str | None) -> None:
        threads.append(threading.current_thread().name)
        done.set()

    controls.step = step  # type: ignore[method-assign]  # replaced for this test
    browser.say(do="step", connection="bob")
    assert done.wait(SOON)
    assert threads == ["asgilab timeline"]


def test_a_gate_that_closes_is_told(browser: Browser, controls: NotedControls) -> None:
    browser.say(do="ready", view="v1")
    browser.wait_for("hello")
    stop = {"id": 1, "connection": "bob", "direction": "send", "message": {"type": "x"}}
    controls.held = [stop]
    for watcher in controls.watchers:
        watcher()
    assert browser.wait_for("news")["stops"][0]["connection"] == "bob"


def test_a_closed_widget_lets_go_of_session_lab_and_thread(
    session: Session, controls: NotedControls
) -> None:
    widget = TimelineWidget(session, controls=controls)
    feed = widget._feed

    def held() -> tuple[bool, int, int]:
        return feed.alive, len(session._watchers), len(controls.watchers)

    assert held() == (True, 1, 1)
    widget.close()
    widget.close()
    feed.join(SOON)
    assert held() == (False, 0, 0)


def test_no_recorded_event_is_in_the_state_that_a_notebook_saves(
    widget: TimelineWidget,
) -> None:
    state = widget.get_state()
    del state["_esm"], state["_css"]
    assert "alice" not in repr(state)
    assert len(repr(state)) < 2000


def test_where_there_is_no_kernel_a_table_and_text_are_shown(
    widget: TimelineWidget,
) -> None:
    bundle, _ = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "alice says hi" in bundle["text/html"]
    assert "alice says hi" in bundle["text/plain"]
    assert "\x1b" not in bundle["text/plain"]


def test_recorded_text_is_escaped_in_the_table() -> None:
    made = Session()
    hostile = {"type": "x", "text": "<script>alert(1)</script>"}
    made.record(0.0, "alice", Kind.SEND, hostile)
    widget = TimelineWidget(made)
    bundle, _ = widget._repr_mimebundle_()
    widget.close()
    assert "<script>" not in bundle["text/html"]
    assert "&lt;script&gt;" in bundle["text/html"]


def test_a_closed_widget_can_still_be_shown_as_a_table(
    widget: TimelineWidget,
) -> None:
    widget.close()
    bundle, _ = widget._repr_mimebundle_()
    assert sorted(bundle) == ["text/html", "text/plain"]


def test_a_table_that_leaves_rows_out_says_how_many(session: Session) -> None:
    fill(session, 1000)
    widget = TimelineWidget(session)
    bundle, _ = widget._repr_mimebundle_()
    widget.close()
    assert "the last 500 are shown, 508 earlier are left out" in bundle["text/html"]
    assert bundle["text/plain"].startswith("908 earlier events are left out.")


def test_the_module_and_the_style_sheet_are_the_files_beside_it() -> None:
    assert "asgilab:" in str(TimelineWidget._esm)
    assert ".asgilab-timeline" in str(TimelineWidget._css)
    assert issubclass(TimelineWidget, traitlets.HasTraits)


def test_a_timeline_whose_lab_has_ended_has_no_thread_and_still_answers(
    browser: Browser, session: Session, controls: NotedControls
) -> None:
    browser.say(do="ready", view="v1")
    browser.wait_for("hello")
    session.record(1.0, "bob", Kind.END, {"type": "returned"})
    browser.widget.rest()
    assert browser.wait_for("news")["total"] == 9
    assert not browser.widget._feed.alive
    assert (len(session._watchers), len(controls.watchers)) == (0, 0)
    browser.say(do="filter", text="bob")
    assert browser.wait_for("filter")["filter"]["hits"] == [1, 5, 6, 8]
