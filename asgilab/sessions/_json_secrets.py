"""Taking the secrets out of a text of JSON, and leaving its layout as it is.

The text is read once, token by token, and may come in pieces. A member is a
secret by its own name, by the name of what it lies in, or by the name that
stands beside it: ``{"name": "password", "value": "..."}``. What a value that is
a text holds is read by whoever asks, see ``_secret_texts``.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from asgilab.sessions._secret_names import (
    is_secret_name,
    is_secret_text,
    may_hold_secret,
    names_secret_number,
)
from asgilab.sessions._secret_spans import REDACTED, unescaped

_TOKEN: Final = re.compile(
    r'(?P<string>"(?:[^"\\]++|\\.)*+(?:(?P<closed>")|\\?\Z))'
    r'|(?P<mark>[{}\[\],])|:|(?P<word>[^\s{}\[\],:"]++)',
    re.DOTALL,
)
_REST: Final = re.compile(r'((?:[^"\\]++|\\.)*+)("?)', re.DOTALL)
_REST_OF_NUMBER: Final = re.compile(r"[-+\w.]*")
_NUMBER: Final = re.compile(r"-?\d[-+\w.]*")
_WORDS: Final = frozenset({"true", "false", "null", "NaN", "Infinity", "-Infinity"})
_NAMING: Final = frozenset({"name", "key", "field", "header"})
"""Members that say what the member ``value`` beside them is."""

_LONGEST_NAME: Final = 500
_DEEPEST: Final = 1000

Edit = tuple[int, int, str]


class TextReading(Protocol):
    """What reads a text that comes in pieces."""

    def feed(self, text: str) -> str: ...


@dataclass(slots=True)
class _Frame:
    """An object or a list that has begun.

    Attributes:
        mark: ``"{"`` or ``"["``.
        secret: The name that makes all in it a secret, or "".
        key: Of an object, the name of the value that comes next, or None.
        named: What a member of :data:`_NAMING` says, if that is a secret's name.
        values: The values that came before such a member.
    """

    mark: str
    secret: str = ""
    key: str | None = None
    named: str = ""
    values: list[tuple[Edit, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name by which the next value is a secret, if it is one."""
        if self.secret:
            return self.secret
        if self.named and self.key is not None and self.key.lower() == "value":
            return self.named
        return self.key or ""


class JsonReading:
    """Reads JSON in pieces, and gives each back without its secrets.

    Args:
        inner: Returns the text of a value as it may be shown.
        begin: Returns what reads the text of a value that comes in pieces.

    Attributes:
        broken: Whether something came that is no JSON.
    """

    def __init__(
        self, inner: Callable[[str], str], begin: Callable[[], TextReading]
    ) -> None:
        self.broken = False
        self._inner = inner
        self._begin = begin
        self._begun = False
        self._frames: list[_Frame] = []
        self._edits: list[Edit] = []
        self._open = ""  # What goes on: "key", "secret", "number" or "text".
        self._escaped = False
        self._key = ""
        self._text: TextReading | None = None

    @property
    def complete(self) -> bool:
        """Whether nothing is left open."""
        return not self._frames and not self._open

    @property
    def in_secret(self) -> bool:
        """Whether a secret has begun and not ended."""
        return self._open == "secret"

    def feed(self, text: str) -> str:
        """Return the next piece without its secrets."""
        self._edits = []
        place = self._go_on(text)
        for token in _TOKEN.finditer(text, place):
            kind = token.lastgroup
            if kind == "string":
                self._string(token)
            elif kind == "mark":
                self._mark(token[0])
            elif kind == "word":
                self._word(token, len(text))
            if self.broken:
                break
        self._begun = True
        for frame in self._frames:  # those places are of this piece only
            frame.values.clear()
        return _edited(text, self._edits)

    def _mark(self, mark: str) -> None:
        frames = self._frames
        if mark in "{[":
            name = frames[-1].name if frames else ""
            secret = name if name and is_secret_name(name) else ""
            frames.append(_Frame(mark, secret))
            self.broken = len(frames) > _DEEPEST
        elif mark == ",":
            if frames:
                frames[-1].key = None
        elif frames:
            frame = frames.pop()
            if frame.named:
                self._edits += [
                    edit for edit, text in frame.values if _hides(frame.named, text)
                ]

    def _string(self, token: re.Match[str]) -> None:
        raw = token[0]
        closed = token["closed"] is not None
        if not closed:
            self._escaped = (len(raw) - len(raw.rstrip("\\"))) % 2 == 1
        content = raw[1:-1] if closed else raw[1:]
        start = token.start() + 1
        frame = self._frames[-1] if self._frames else None
        if frame is not None and frame.mark == "{" and frame.key is None:
            self._name(frame, content, closed=closed)
            return
        name = frame.name if frame is not None else ""
        if name and is_secret_name(name) and not _counts(name, content):
            if content:
                self._edits.append((start, start + len(content), REDACTED))
            self._open = "" if closed else "secret"
        elif closed:
            self._plain(frame, content, start)
        else:
            self._open, self._text = "text", self._begin()
            self._add(start, content, self._text.feed(content))

    def _name(self, frame: _Frame, content: str, *, closed: bool) -> None:
        if not closed:
            self._open, self._key = "key", content[:_LONGEST_NAME]
            return
        frame.key = unescaped(content)

    def _plain(self, frame: _Frame | None, content: str, start: int) -> None:
        """Take a value whose own name says nothing."""
        if frame is not None and frame.key is not None and frame.mark == "{":
            key = frame.key.lower()
            name = unescaped(content) if key in _NAMING else ""
            if name and is_secret_name(name):
                frame.named = name
            elif key == "value" and content:
                edit = (start, start + len(content), REDACTED)
                frame.values.append((edit, content))
        if may_hold_secret(content):
            value = unescaped(content)
            shown = self._inner(value)
            if shown != value:
                written = json.dumps(shown, ensure_ascii="\\u" in content)[1:-1]
                self._add(start, content, written)

    def _word(self, token: re.Match[str], end: int) -> None:
        word = token[0]
        if word in _WORDS:
            return
        if not _NUMBER.fullmatch(word):
            # A piece may begin and end within a word.
            cut = token.end() == end or (token.start() == 0 and self._begun)
            self.broken = not (cut and word.isalpha())
            return
        frame = self._frames[-1] if self._frames else None
        if frame is None:
            return
        edit = (*token.span(), f'"{REDACTED}"')
        if frame.name and names_secret_number(frame.name):
            self._edits.append(edit)
            self._open = "number" if token.end() == end else ""
        elif frame.key is not None and frame.key.lower() == "value":
            frame.values.append((edit, word))

    def _go_on(self, text: str) -> int:
        """Read what is left of a text or number; return where it ends."""
        if not self._open or not text:
            return 0
        if self._open == "number":
            rest = _REST_OF_NUMBER.match(text)
            end = rest.end() if rest else 0
            self._open = "number" if end == len(text) else ""
            self._add(0, text[:end], "")
            return end
        rest = _REST.match(text, int(self._escaped))
        end = rest.end(1) if rest else 0
        content = text[:end]
        closed = rest is not None and rest[2] == '"'
        self._escaped = not closed and text.endswith("\\") and end < len(text)
        self._more(content if closed else text, closed=closed)
        if closed:
            self._open = ""
        return end + 1 if closed else len(text)

    def _more(self, content: str, *, closed: bool) -> None:
        if self._open == "secret":
            self._add(0, content, REDACTED if content else "")
        elif self._open == "text" and self._text is not None:
            self._add(0, content, self._text.feed(content))
        elif self._open == "key":
            self._key = (self._key + content)[:_LONGEST_NAME]
            if closed and self._frames:
                self._frames[-1].key = unescaped(self._key)

    def _add(self, start: int, content: str, shown: str) -> None:
        if shown != content:
            self._edits.append((start, start + len(content), shown))


def _counts(name: str, content: str) -> bool:
    return content.isdigit() and not names_secret_number(name)


def _hides(name: str, text: str) -> bool:
    if _NUMBER.fullmatch(text):
        return names_secret_number(name)
    return is_secret_text(name, text)


def _edited(text: str, edits: list[Edit]) -> str:
    if not edits:
        return text
    pieces, last = [], 0
    for start, end, shown in sorted(edits):
        if start >= last:
            pieces += [text[last:start], shown]
            last = end
    return "".join([*pieces, text[last:]])
