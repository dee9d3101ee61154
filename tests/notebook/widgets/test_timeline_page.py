"""The timeline in a real browser, without Jupyter: rows, keys, details, focus."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from asgilab.sessions import Kind, Session, Source
from tests.browser.finding import find_chromium
from tests.notebook.widgets.conftest import NotedControls, fill
from tests.notebook.widgets.page import TimelinePage

Open = Callable[..., TimelinePage]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        found = playwright.chromium.launch(executable_path=path, args=arguments)
        yield found
        found.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """Return what opens a timeline; no page may have raised anything at the end."""
    pages: list[TimelinePage] = []

    def make(session: Session, controls: Any = None, **how: Any) -> TimelinePage:
        pages.append(TimelinePage(browser, session, controls, **how))
        return pages[-1]

    yield make
    errors = [page.errors for page in pages if page.errors]
    for page in pages:
        page.page.close()
    assert errors == []


def stop(number: int) -> dict[str, Any]:
    source = Source("/srv/chat/consumers.py", 52, "ChatConsumer.chat_message")
    return {
        "id": number,
        "connection": "bob",
        "direction": "send",
        "message": {"type": "websocket.send", "text": f'{{"n": {number}}}'},
        "frames": [{"source": source, "locals": {"event": "{'text': 'hi'}"}}],
    }


def test_of_a_hundred_thousand_events_only_those_in_sight_have_a_row(
    opened: Open, session: Session
) -> None:
    fill(session, 100_000)
    view = opened(session)
    view.wait("document.querySelector('.row.receive')")
    assert view.page.locator(".row").count() < 100

    view.page.focus(".scroller")
    view.page.keyboard.press("End")
    view.wait(
        "document.querySelector('.row.selected')?.cells[0].innerText === '100007'"
    )
    view.wait("!document.querySelector('.space .pending:not([hidden])')")
    assert view.shown()[-1] == "100007"
    assert view.page.locator(".row").count() < 100
    assert view.page.get_attribute(".scroller", "aria-rowcount") == "100009"


def test_the_keys_work_while_it_has_the_focus_and_reach_nobody_else(
    opened: Open, session: Session
) -> None:
    view = opened(session)
    view.wait("document.querySelector('.row.receive')")
    press = view.page.keyboard.press
    view.page.focus(".scroller")
    for key in ("j", "ArrowDown", "j", "k", "d"):
        press(key)
    selected = view.page.locator(".row[aria-selected=true]")
    assert selected.locator(".index").inner_text() == "1"
    active = view.page.get_attribute(".scroller", "aria-activedescendant")
    assert active == selected.get_attribute("id")

    press("/")
    view.page.keyboard.type("bob")
    view.wait("document.querySelector('.shown').textContent === '3 of 8 events'")
    assert view.shown() == ["1", "5", "6"]
    assert view.page.locator("mark").count() == 0  # the name is no payload
    press("Escape")
    view.wait("document.querySelector('.shown').textContent === '8 events'")

    press("Escape")
    press("?")
    assert view.focused() == "Close"
    press("Escape")
    assert view.focused() == "Events"
    assert view.page.evaluate("keysThatLeak") == []


def test_the_details_show_payload_bytes_exception_and_cause(
    opened: Open, session: Session
) -> None:
    view = opened(session)
    row = ".row:has(.index:text-is('{}'))"
    view.page.click(row.format(5))
    view.wait("document.querySelector('.tree .json-formatter-string')")
    body = view.page.locator(".detail-body")
    assert '"alice"' in body.inner_text()
    view.page.click(".forms button:text-is('Text')")
    assert '{"from": "alice", "message": "hi"}' in body.inner_text()
    view.page.click(".link:has-text('#3')")
    view.wait("document.querySelector('.detail-title').innerText.startsWith('#3')")
    assert view.page.locator(".lanes .cause").count() == 2

    view.page.click(row.format(6))
    view.wait("document.querySelector('.hex')")
    assert "00 ff" in body.inner_text()
    view.page.click(row.format(7))
    view.wait("document.querySelector('.traceback')")
    assert "ValueError: bad" in body.inner_text()


def test_recorded_text_runs_nothing(opened: Open) -> None:
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    made = Session()
    payload = (
        '{"constructor": {"toString": 1}, "toJSON": 1, "__proto__": {"a": 1}, '
        f'"x": "{hostile}", "url": "https://example.com/"}}'
    )
    message = {"type": hostile, "text": payload}
    source = Source(f"{hostile}.py", 1, hostile)
    made.record(0.0, hostile, Kind.OPEN, {"type": hostile, "path": hostile})
    made.record(0.1, hostile, Kind.SEND, message, source, note=hostile)
    made.record(0.2, hostile, Kind.END, {"type": "raised", "exception": hostile})
    controls = NotedControls()
    controls.held = [{**stop(1), "connection": hostile, "message": message}]
    view = opened(made, controls)
    for index in (0, 1, 2):
        view.page.click(f".row:has(.index:text-is('{index}'))")
        view.wait(
            f"document.querySelector('.detail-title').innerText.includes('#{index}')"
        )
        view.wait("!document.querySelector('.detail-body[aria-busy]')")
        assert view.page.locator("#el :is(img, script)").count() == 0
    view.page.click(".row:has(.index:text-is('1'))")
    view.wait("document.querySelector('.json-formatter-url')")
    link = view.page.locator("a.json-formatter-url")
    assert link.get_attribute("target") == "_blank"
    assert link.get_attribute("rel") == "noopener noreferrer"


def test_the_list_follows_until_the_user_scrolls_up(
    opened: Open, session: Session
) -> None:
    fill(session, 200)
    view = opened(session, NotedControls())
    view.wait("document.querySelector('.live').ariaPressed === 'true'")
    fill(session, 10)
    view.push()
    view.wait("document.querySelector('.shown').textContent === '218 events'")
    assert view.shown()[-1] == "217"

    view.page.mouse.move(300, 300)
    view.page.mouse.wheel(0, -300)
    view.wait("document.querySelector('.live').ariaPressed === 'false'")
    before = view.shown()
    fill(session, 5)
    view.push()
    view.wait("document.querySelector('.live').textContent === 'Live · 5 new'")
    assert view.shown() == before

    view.page.click(".live")
    view.wait("document.querySelector('.live').ariaPressed === 'true'")
    assert view.shown()[-1] == "222"


def test_a_held_event_is_stepped_by_button_and_by_key_and_the_focus_stays(
    opened: Open, session: Session
) -> None:
    controls = NotedControls()
    controls.held = [stop(1)]
    view = opened(session, controls)
    view.wait("document.querySelector('.stop')")
    told = view.page.inner_text(".stops")
    assert "about to send" in told
    assert "consumers.py:52" in told

    view.page.click(".stops button[aria-label=Step]")
    view.wait("document.activeElement.ariaLabel === 'Step'")
    controls.held = []
    view.push()
    controls.held = [stop(2)]
    view.push()
    view.wait("document.querySelector('.stops').innerText.includes('\"n\":2')")
    assert view.focused() == "Step"

    view.page.keyboard.press("F10")
    view.page.keyboard.press("F8")
    controls.held = []
    view.push()
    view.wait("document.querySelector('.stops').hidden")
    assert view.focused() == "Events"
    view.page.keyboard.press("F8")
    view.page.click(".chip:has-text('bob')")
    view.page.focus(".scroller")
    view.page.keyboard.press("F8")
    view.wait("true")  # a round trip: what was sent before has been heard
    assert controls.asked == [
        ("step", "bob"),
        ("step", None),
        ("resume", None),
        ("pause", None),
        ("pause", "bob"),
    ]


def test_a_lost_message_is_made_good(opened: Open, session: Session) -> None:
    view = opened(session, NotedControls())
    view.wait("document.querySelector('.row.receive')")
    fill(session, 50)
    view.publisher.update()
    view._taken()  # lost on the way
    fill(session, 1)
    view.push()
    view.wait("document.querySelector('.shown').textContent === '59 events'")
    view.wait("!document.querySelector('.space .pending:not([hidden])')")
    asked = [message["do"] for message in view.asked]
    assert asked.count("ready") == 2


def test_a_broken_filter_is_explained(opened: Open, session: Session) -> None:
    view = opened(session)
    view.wait("document.querySelector('.row.receive')")
    view.page.fill(".filter", "/(/")
    view.wait("!document.querySelector('.filter-error').hidden")
    assert "no regular expression" in view.page.inner_text(".filter-error")
    assert view.page.get_attribute(".filter", "aria-invalid") == "true"
    view.page.fill(".filter", "nowhere")
    view.wait("document.querySelector('.empty').textContent.includes('“nowhere”')")


def test_a_narrow_cell_keeps_everything_within_its_width(
    opened: Open, session: Session
) -> None:
    controls = NotedControls()
    controls.held = [stop(1)]
    view = opened(session, controls, width=400)
    view.wait("document.querySelector('.row.receive')")
    view.page.click(".row.receive")
    view.wait("document.querySelector('.tree')")
    too_wide = view.page.evaluate(
        """() => [...document.querySelectorAll(
             '.frame, .toolbar, .search, .stop-line, .grid, .row, .detail, header'
           )].filter((node) => node.getBoundingClientRect().right > 409)
             .map((node) => node.className)"""
    )
    assert too_wide == []
    list_, detail = (
        view.page.locator(name).bounding_box() for name in (".grid", ".detail")
    )
    assert list_ is not None
    assert detail is not None
    assert list_["height"] > 100
    assert detail["y"] >= list_["y"] + list_["height"]


def test_a_view_that_is_taken_out_of_the_page_says_so(
    opened: Open, session: Session
) -> None:
    view = opened(session)
    view.wait("document.querySelector('.row.receive')")
    view.page.evaluate("close_()")
    view.wait("!document.querySelector('.asgilab-timeline')")
    assert view.asked[-1]["do"] == "gone"
    assert view.asked[-1]["view"] == view.asked[0]["view"]
