"""Taking the secrets out of a text: at once, or piece by piece as it comes.

A body may come in several events, and a secret begin in one and end in the next.
So a reading keeps what it needs of what came before: the last characters, and
whether a secret was going on. It never looks ahead: of a secret that only what
follows shows to be one, the beginning stays.
"""

from typing import Final

from asgilab.sessions._json_secrets import JsonReading
from asgilab.sessions._secret_names import may_hold_secret
from asgilab.sessions._secret_spans import REDACTED, Until, spans

_KEPT: Final = 1024
"""Characters of what came before that are looked at again with the next piece."""

_LONGEST_HINT: Final = 64
_LONGEST_JSON: Final = 4_000_000
"""Characters of JSON in pieces that are followed as JSON; after them, as a text."""


def redacted_text(text: str) -> str:
    """Return a text without its secrets.

    Example::

        redacted_text("user=a&password=b")          # 'user=a&password=[redacted]'
    """
    return Reading().feed(text) if may_hold_secret(text) else text


def redacted_bytes(content: bytes) -> bytes:
    """Return bytes without the secrets that are in them as text."""
    return Reading().feed_bytes(content) if may_hold_secret(_text(content)) else content


class Reading:
    """Reads a text in pieces, and gives each back without its secrets.

    Example::

        reading = Reading()
        reading.feed("user=a&pass"), reading.feed("word=b&n=1")
        # ('user=a&pass', 'word=[redacted]&n=1')
    """

    def __init__(self) -> None:
        self._json: JsonReading | None = None
        self._length = 0
        self._plain = _PlainReading()

    @property
    def is_whole_json(self) -> bool:
        """Whether it is JSON that has begun and ended."""
        return self._json is not None and self._json.complete

    @property
    def ends_within_json(self) -> bool:
        """Whether it is JSON that has begun and not ended."""
        return self._json is not None and not self._json.complete

    @property
    def ends_within_secret(self) -> bool:
        """Whether it is JSON in which the text of a secret goes on."""
        return self._json is not None and self._json.in_secret

    def feed(self, text: str) -> str:
        """Return the next piece without its secrets."""
        if not self._length and text.lstrip()[:1] in ("{", "["):
            self._json = JsonReading(redacted_text, _PlainReading)
        first = not self._length
        self._length += len(text)
        if self._json is not None:
            shown = self._json.feed(text)
            if not self._json.broken:
                if not first and self._length > _LONGEST_JSON:
                    self._json = None
                return shown
            self._json = None
        return self._plain.feed(text)

    def feed_bytes(self, content: bytes) -> bytes:
        """Return the next piece without its secrets, as :meth:`feed` does."""
        text = _text(content)
        shown = self.feed(text)
        if shown == text:
            return content
        try:
            return shown.encode(errors="surrogateescape")
        except UnicodeEncodeError:  # half a character that JSON had escaped
            return shown.encode(errors="replace")


def _text(content: bytes) -> str:
    """Return bytes as a text that gives every one of them back."""
    return content.decode(errors="surrogateescape")


class _PlainReading:
    """Reads a text of which nothing is known; see :class:`Reading`."""

    def __init__(self) -> None:
        self._before = ""
        self._since = _KEPT  # Characters since something looked like a secret.
        self._until: Until | None = None
        self._secret = 0  # Characters of the secret that goes on, at the end.

    def feed(self, text: str) -> str:
        before, text_before = len(self._before), self._before
        both = text_before + text
        if may_hold_secret(both[max(0, before - _LONGEST_HINT) :]):
            self._since = 0
        else:
            self._since += len(text)
        if self._since >= _KEPT and self._until is None:
            self._before = both[-_LONGEST_HINT:]
            return text
        self._before = both[-_KEPT:]
        return self._redacted(both, before)

    def _redacted(self, text: str, start: int) -> str:
        """Return a text from a place on; what stands before it was given before."""
        pieces: list[str] = []
        place = start
        if self._until is not None:
            # What ends the secret may have begun before.
            begin = start - min(start, self._secret)
            end = self._until(text, begin)
            place = len(text) if end < 0 else max(end, start)
            pieces = [REDACTED] if place > start else []
            self._secret = len(text) - begin
            self._until = None if end >= 0 else self._until
        for span in spans(text):
            if span.end <= place:
                continue
            begin = max(span.start, place)
            pieces += [
                text[place:begin],
                REDACTED if span.start < start else span.shown,
            ]
            place = span.end
            if place == len(text):
                self._until, self._secret = span.until, place - span.start
        return "".join([*pieces, text[place:]])
