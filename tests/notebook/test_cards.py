"""How results are laid out."""

from pathlib import Path

from asgilab.engine import FrameText
from asgilab.notebook._cards import (
    Card,
    Table,
    Tone,
    body_text,
    count,
    frame_lines,
    message_text,
)
from asgilab.sessions import Source


class Example(Card):
    """A card with something dangerous in it."""

    tone: Tone = "bad"

    @property
    def headline(self) -> str:
        return "a <b>headline</b>"

    @property
    def details(self) -> list[str]:
        return ["one & two", "<script>"]


class Plain(Card):
    """A card without details."""

    @property
    def headline(self) -> str:
        return "done"


def test_a_card_is_its_headline_and_its_details() -> None:
    assert repr(Example()) == "a <b>headline</b>\n  one & two\n  <script>"
    assert repr(Plain()) == "done"


def test_a_card_escapes_everything_in_its_html() -> None:
    html = Example()._repr_html_()
    assert "a &lt;b&gt;headline&lt;/b&gt;" in html
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert "<pre" not in Plain()._repr_html_()


def test_a_table_lines_its_columns_up() -> None:
    table = Table(("name", "n"), [("alice", "1"), ("b<i>", "")])
    assert table.lines() == ["name   n", "alice  1", "b<i>"]
    assert "b&lt;i&gt;" in table.html()
    assert table.html().count("<tr>") == 3


def test_a_message_is_its_type_and_its_payload() -> None:
    assert message_text({"type": "websocket.send", "text": '{"a": 1}'}) == (
        'websocket.send {"a":1}'
    )
    assert message_text({"type": "websocket.connect"}) == "websocket.connect"
    assert "\x1b" not in message_text({"type": "\x1b[2J", "text": "\x1b[2J"})
    assert len(message_text({"type": "websocket.send", "text": "x" * 5000})) < 200


def test_frames_show_their_line_and_the_locals_of_the_innermost(
    tmp_path: Path,
) -> None:
    file = tmp_path / "consumers.py"
    file.write_text("def f():\n    send(x)\n\ndef g():\n    f()\n")
    own = {"y": "2", "layer": "<Layer object at 0x7f0a>", "scope": "{...}"}
    inner = FrameText(Source(str(file), 2, "f"), {"self": "<C>", "x": "1"}, own)
    outer = FrameText(Source(str(file), 5, "g"), {"z": "3"})
    assert frame_lines([inner, outer]) == [
        "consumers.py:2 in f",
        "    send(x)",
        "      x = 1",
        "      self.y = 2",
        "consumers.py:5 in g",
        "    f()",
    ]


def test_locals_are_cut_and_made_visible() -> None:
    frame = FrameText(Source("gone.py", 1, "f"), {"x": "\x1b[2J" + "y" * 5000})
    lines = frame_lines([frame])
    assert lines[0] == "gone.py:1 in f"
    assert "\x1b" not in lines[1]
    assert len(lines[1]) < 200


def test_a_body_is_shown_as_text_of_bounded_length() -> None:
    assert body_text(b"a\nb\x1b") == "a\nb␛"
    assert body_text(b"\xff") == "\N{REPLACEMENT CHARACTER}"
    assert len(body_text(b"x" * 100_000)) == 2000


def test_things_are_counted_in_words() -> None:
    assert [count(n, "event") for n in (0, 1, 2000)] == [
        "0 events",
        "1 event",
        "2,000 events",
    ]
