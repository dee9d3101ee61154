"""Events printed as they come."""

import io
from dataclasses import replace

from rich.console import Console

from asgilab.rendering import RunningTimeline
from asgilab.sessions import UNSUPPORTED, Event, Kind, Source


def printed(*events: Event, left_out: int = 0, encoding: str = "utf-8") -> list[str]:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    timeline = RunningTimeline(Console(file=file, width=90, color_system=None))
    for event in events:
        timeline.print([event])
    if left_out:
        timeline.leave_out(left_out)
    file.seek(0)
    return file.read().splitlines()


def event(at: float, name: str, kind: Kind, **message: object) -> Event:
    return Event(0, at, name, kind, message)


SEND = {"type": "websocket.send"}


def test_each_event_is_a_line_with_its_columns_in_place() -> None:
    lines = printed(
        event(0.0, "ws1", Kind.OPEN, type="websocket", path="/ws/"),
        replace(
            event(0.1, "ws1", Kind.SEND, type="websocket.send", text="hi"),
            index=7,
            source=Source("/app/rooms.py", 41, "talk"),
        ),
    )
    assert [line.split() for line in lines] == [
        ["0", "0.000", "ws1", "○", "open", "websocket", "/ws/"],
        ["7", "0.100", "ws1", "←", "websocket.send", "hi", "rooms.py:41"],
    ]
    assert lines[0].index("○") == lines[1].index("←")


def test_a_lane_is_free_again_when_its_connection_has_ended() -> None:
    end = {"type": "returned", "exception": None}
    lines = printed(
        event(0.0, "http1", Kind.OPEN, type="http"),
        event(0.0, "http2", Kind.OPEN, type="http"),
        event(0.0, "http1", Kind.END, **end),
        event(0.0, "http3", Kind.OPEN, type="http"),
    )
    assert [line.index("http") for line in (lines[0], lines[3])] == [16, 16]
    assert lines[1].index("http") == 18


def test_a_silence_is_a_line_of_its_own() -> None:
    lines = printed(
        event(0.0, "ws1", Kind.OPEN, type="websocket"),
        event(2.5, "ws1", Kind.SEND, type="websocket.send", text="hi"),
    )
    assert lines[1] == "⋯ 2.5 s without an event"


def test_an_exception_is_followed_by_its_traceback() -> None:
    text = "Traceback (most recent call last):\nValueError: broken\n"
    lines = printed(event(0.0, "ws1", Kind.END, type="raised", exception=text))
    assert lines[1:] == [
        "  Traceback (most recent call last):",
        "  ValueError: broken",
    ]


def test_recorded_text_cannot_move_the_cursor() -> None:
    (line,) = printed(
        event(0.0, "ws1", Kind.SEND, type="websocket.send", text="\x1b[2Jgone")
    )
    assert "\x1b" not in line


def test_what_is_left_out_is_told() -> None:
    assert printed(left_out=7) == ["7 events are not shown here; they are in the file."]


def test_a_terminal_that_knows_only_ascii_gets_only_that() -> None:
    (line,) = printed(
        event(0.0, "ws1", Kind.SEND, type="websocket.send", text="hé"), encoding="ascii"
    )
    assert line.isascii()


def test_a_lifespan_that_is_not_known_is_a_quiet_line() -> None:
    text = "Traceback (most recent call last):\nValueError: no lifespan here\n"
    (line,) = printed(
        event(0.0, "lifespan", Kind.END, type=UNSUPPORTED, exception=text)
    )
    assert line.endswith("● lifespan not supported")


def test_a_narrow_terminal_leaves_the_source_out() -> None:
    file = io.StringIO()
    console = Console(file=file, width=85, color_system=None, force_terminal=True)
    sent = event(0.0, "ws1", Kind.SEND, type="websocket.send", text="h" * 15)
    RunningTimeline(console).print([replace(sent, source=Source("a.py", 1, "f"))])
    assert "h" * 15 in file.getvalue()
    assert "a.py" not in file.getvalue()
