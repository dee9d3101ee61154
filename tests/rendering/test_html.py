"""A session in a saved notebook: static, self-contained, and harmless."""

from html.parser import HTMLParser

from asgilab.rendering import to_html
from asgilab.sessions import Kind, Session, Source


class Tags(HTMLParser):
    """Collects elements, attributes and text, as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_each_event_is_a_row_of_a_table(session: Session) -> None:
    tags = Tags(to_html(session))
    assert tags.names.count("tr") == 1 + 6 + 1  # a head, the events, one gap
    assert "6 events on 2 connections." in tags.text
    assert '{"message":"hi"}' in tags.text
    assert "ZeroDivisionError: division by zero" in tags.text


def test_what_is_left_out_is_told(session: Session) -> None:
    text = Tags(to_html(session, last=2)).text
    assert "the last 2 are shown, 4 earlier are left out" in text
    assert "websocket.receive" not in text


def test_five_hundred_rows_are_shown_unless_told_otherwise() -> None:
    made = Session()
    for number in range(600):
        made.record(number / 1000, "alice", Kind.SEND, {"type": "x", "n": number})
    assert Tags(to_html(made)).names.count("tr") == 1 + 500


def test_an_empty_session_says_so() -> None:
    assert "No events yet." in Tags(to_html(Session())).text


def test_it_loads_nothing_and_runs_nothing(session: Session) -> None:
    html = to_html(session)
    tags = Tags(html)
    assert not {"script", "link", "img", "iframe", "object"} & set(tags.names)
    assert not {"src", "href", "onclick"} & tags.attributes
    assert "url(" not in html
    assert "@import" not in html


def test_its_colours_are_the_pages_own(session: Session) -> None:
    html = to_html(session)
    assert "currentColor" in html
    assert "color:inherit" in html


def test_recorded_text_stays_text() -> None:
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e</style>'
    made = Session()
    made.record(
        0.0,
        hostile,
        Kind.SEND,
        {"type": hostile, "text": hostile},
        Source(f"/srv/{hostile}.py", 1, hostile),
        note=hostile,
    )
    made.record(0.1, hostile, Kind.END, {"type": "raised", "exception": hostile})
    html = to_html(made)
    tags = Tags(html)
    assert not {"script", "img"} & set(tags.names)
    assert tags.names.count("style") == 1
    assert not {"onerror", "src"} & tags.attributes
    assert "\u202e" not in html
    assert "<script>alert(1)</script>" in tags.text


def test_secrets_are_left_out_unless_the_session_says_otherwise() -> None:
    session = Session()
    scope = {"type": "websocket", "query_string": b"token=s3cret"}
    session.record(0.0, "a", Kind.OPEN, scope)
    frame = {"type": "websocket.send", "text": '{"token": "s3cret"}'}
    session.record(0.0, "a", Kind.SEND, frame)
    assert "s3cret" not in to_html(session)
    assert "[redacted]" in to_html(session)
    session.redact = None
    assert "s3cret" in to_html(session)
