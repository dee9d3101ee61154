"""A session in a terminal: with colour, without, narrow, and in plain ASCII."""

import io

from rich.console import Console

from asgilab.rendering import TextTimeline, to_text
from asgilab.sessions import Kind, Session


def test_plain_text_has_a_line_for_each_event_and_no_escape(session: Session) -> None:
    text = to_text(session, width=110)
    assert "\x1b" not in text
    assert '→ websocket.receive {"message":"hi"}' in text
    assert "consumers.py:41" in text
    assert "  bob" in text  # the second lane stands further in
    assert "⋯ 2.5 s without an event" in text


def test_the_traceback_of_an_exception_stands_below(session: Session) -> None:
    head, _, below = to_text(session).partition("#5 bob raised")
    assert "ZeroDivisionError: division by zero" in head
    assert 'File "/srv/chat/consumers.py", line 63, in divide' in below


def test_what_is_left_out_is_told(session: Session) -> None:
    text = to_text(session, last=2)
    assert text.startswith("4 earlier events are left out.")
    assert "websocket.receive" not in text


def test_an_empty_session_says_so() -> None:
    assert to_text(Session()) == "No events yet."


def test_no_line_is_longer_than_the_terminal_is_wide(session: Session) -> None:
    for width in (110, 80, 60, 40):
        table = to_text(session, width=width).split("\n\n")[0]
        assert max(len(line) for line in table.splitlines()) <= width


def test_a_narrow_terminal_keeps_the_payload_and_drops_the_source(
    session: Session,
) -> None:
    text = to_text(session, width=66)
    assert "consumers.py:41" not in text
    assert '{"message":"hi"}' in text


def test_a_terminal_with_colours_gets_them(session: Session) -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, color_system="standard")
    console.print(TextTimeline(session))
    assert "\x1b[36m" in file.getvalue()


def test_a_terminal_that_knows_only_ascii_gets_ascii(session: Session) -> None:
    session.record(3.0, "żółw", Kind.SEND, {"type": "x", "text": "…"})
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="ascii", errors="strict")
    Console(file=file, width=100).print(TextTimeline(session))
    file.flush()
    assert "> websocket.receive" in raw.getvalue().decode("ascii")


def test_recorded_text_is_neither_markup_nor_escape() -> None:
    made = Session()
    hostile = "[bold red]x[/] \x1b]0;title\x07 \x1b[2J"
    made.record(0.0, hostile, Kind.SEND, {"type": hostile, "text": hostile})
    traceback = f"{hostile}\nValueError: {hostile}"
    made.record(0.1, "bob", Kind.END, {"type": "raised", "exception": traceback})
    file = io.StringIO()
    Console(file=file, width=200, color_system=None).print(TextTimeline(made))
    assert "\x1b" not in file.getvalue()
    assert "\x07" not in file.getvalue()
    assert "[bold red]x[/]" in file.getvalue()


def test_secrets_are_left_out_unless_the_session_says_otherwise() -> None:
    session = Session()
    scope = {"type": "websocket", "query_string": b"token=s3cret"}
    session.record(0.0, "a", Kind.OPEN, scope)
    frame = {"type": "websocket.send", "text": '{"token": "s3cret"}'}
    session.record(0.0, "a", Kind.SEND, frame)
    assert "s3cret" not in to_text(session, width=200)
    assert "[redacted]" in to_text(session, width=200)
    session.redact = None
    assert "s3cret" in to_text(session, width=200)
