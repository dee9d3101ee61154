"""Values that an application makes anew in each run, put back where a client used them.

A client that was told ``{"id": "6f0c…"}`` and answers ``{"read": "6f0c…"}`` has to
answer with another id in a replay. The table here is filled from what the
recording and the replay sent, and applied to each input before it is fed.
"""

import json
import re
from collections.abc import Mapping, Sequence
from types import NoneType
from typing import Any, Final, TypeAlias

from asgilab.replay._alignment import align
from asgilab.replay._content import Path, content, parse_json
from asgilab.replay._steps import Output, Step
from asgilab.replay._volatile import differences

_LONG: Final = 8
"""A text this long is hardly the same by chance; a shorter one, or a number,
is put back only under a key of the same name."""

_TOKEN = re.compile(r"[\w-]{8,}")

_Scalar: TypeAlias = str | int | float
Differences: TypeAlias = Sequence[tuple[Path, list[Any]]]
"""Where two contents differ, and what each of them holds there."""


class Substitutes:
    """What the values of a recording are called in the replay that is running.

    Example::

        table = Substitutes()
        table.learn(recorded_step, replayed_step)
        message = table.in_message({"type": "websocket.receive", "text": text})
    """

    def __init__(self) -> None:
        self._long: dict[str, str] = {}
        self._by_key: dict[tuple[str, _Scalar], _Scalar] = {}
        self._seen: dict[tuple[int, int], tuple[Output, Output, Differences]] = {}

    def learn(self, recorded: Step, replayed: Step) -> None:
        """Take in what one step sent in the recording and what it sent now."""
        for old, new in align([recorded], [replayed]).matched:
            for path, values in self.differences(old, new):
                self._note(path, *values)

    def differences(self, old: Output, new: Output) -> Differences:
        """Return where two outputs differ; who asks again is told the same.

        Args:
            old: One of the recording.
            new: One of this replay.
        """
        pair = id(old), id(new)
        if pair not in self._seen:
            equal = _equal(old, new)
            found = [] if equal else differences([old.content, new.content])
            self._seen[pair] = old, new, found
        return self._seen[pair][2]

    def in_message(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Return an event of the client with the values of this run in it."""
        decoded = content(message)
        changed = dict(message)
        for key in ("text", "body"):
            if key in decoded:
                new = self._replaced(decoded[key], key)
                if new != decoded[key]:
                    changed[key] = _encoded(new, message[key])
        return changed

    def in_path(self, path: str) -> str:
        """Return the address of a connection with the values of this run in it."""
        parts = self._in_text(path).split("/")
        return "/".join(
            str(self._by_key.get(("id", int(part)), part)) if _number(part) else part
            for part in parts
        )

    def _note(self, path: Path, old: Any, new: Any) -> None:
        if isinstance(old, str) and isinstance(new, str):
            self._note_text(old, new)
        if _is_scalar(old) and _is_scalar(new):
            self._by_key[_word(path), old] = new

    def _note_text(self, old: str, new: str) -> None:
        if len(old) >= _LONG:
            self._long[old] = new
        before, after = _TOKEN.findall(old), _TOKEN.findall(new)
        if len(before) == len(after):
            self._long |= {b: a for b, a in zip(before, after, strict=True) if b != a}

    def _replaced(self, value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {name: self._replaced(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._replaced(inner, key) for inner in value]
        if not _is_scalar(value):
            return value
        if (_word((key,)), value) in self._by_key:
            return self._by_key[_word((key,)), value]
        return self._in_text(value) if isinstance(value, str) else value

    def _in_text(self, text: str) -> str:
        for old in sorted(self._long, key=len, reverse=True):
            if old in text:
                text = text.replace(old, self._long[old])
        return text


def _equal(old: Output, new: Output) -> bool:
    """Tell whether two outputs are the same to the letter, which most of them are."""
    one, other = old.message, new.message
    return one == other and all(
        type(one[key]) is type(other[key]) in (str, bytes, NoneType) for key in one
    )


def _number(text: str) -> bool:
    return text.isdecimal() and text.isascii()


def _is_scalar(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def _word(path: Path) -> str:
    """Return the last word of the key that a value stands under.

    ``message_id``, ``messageId`` and ``id`` are about the same thing; ``pk`` is
    Django's word for it.
    """
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+|\d+", key) or [key]
    word = words[-1].lower()
    return "id" if word == "pk" else word


def _encoded(new: Any, like: Any) -> Any:
    text = new if isinstance(new, str) else json.dumps(new)
    if isinstance(like, str):
        # A text that merely looks like the old one must not turn into JSON or back.
        return text if isinstance(new, str) or parse_json(like) is not None else like
    return text.encode() if isinstance(like, bytes) else like
