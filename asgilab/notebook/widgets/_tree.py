"""Payloads as trees and frames of bounded size, for the detail pane.

JSON cannot hold everything that a message can, and a browser cannot hold
everything that JSON can. Such a value becomes a one-key object:

- ``{"$bytes": "<hex of the head>", "size": n}``
- ``{"$number": "12345678901234567890"}``: a number that JavaScript would round
- ``{"$other": "<text>"}``: anything else, and what was cut off
- ``{"$dict": [[key, value], ...]}``: an object whose keys look like these
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from asgilab.rendering import clip, visible

_DEEPEST: Final = 60
_MOST_NODES: Final = 20_000
_LONGEST_TEXT: Final = 10_000
_MOST_BYTES: Final = 65_536
_LONGEST_FRAME: Final = 262_144
_SAFE_INTEGER: Final = 2**53


@dataclass(frozen=True, slots=True)
class Frame:
    """What a message carries, apart from the message around it.

    Attributes:
        form: ``"json"``, ``"text"``, ``"bytes"``, or "" if it carries nothing.
        size: Bytes on the wire, before any was cut off here.
        text: The text (of JSON too), cut at about 256,000 characters.
        content: The first 64 KiB where the frame is binary.
        value: The decoded JSON as a tree.
    """

    form: str
    size: int = 0
    text: str = ""
    content: bytes = b""
    value: Any = None

    def row(self) -> dict[str, Any]:
        """Return the frame without its bytes, which travel beside."""
        return {
            "form": self.form,
            "size": self.size,
            "text": visible(self.text, keep="\n\t"),
            "value": self.value,
            "cut": self._cut(),
        }

    def _cut(self) -> bool:
        if self.form == "bytes":
            return len(self.content) < self.size
        return self.form == "text" and _bytes_of(self.text) < self.size


def frame_of(message: Mapping[str, Any]) -> Frame:
    """Return what a message carries: its text, bytes or body."""
    for key in ("text", "bytes", "body"):
        content = message.get(key)
        if isinstance(content, str):
            return _text_frame(content, _bytes_of(content))
        if isinstance(content, bytes):
            return _bytes_frame(content, decode=key == "body")
    return Frame("")


def tree(value: Any) -> Any:
    """Return a value as JSON can hold it and a browser can show it."""
    return _Pruner().node(value, 0)


def _bytes_of(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _bytes_frame(content: bytes, *, decode: bool) -> Frame:
    if decode and len(content) <= _LONGEST_FRAME:
        try:
            return _text_frame(content.decode(), len(content))
        except UnicodeDecodeError:
            pass
    return Frame("bytes", len(content), content=content[:_MOST_BYTES])


def _text_frame(text: str, size: int) -> Frame:
    if text[:1] in ("{", "[") and len(text) <= _LONGEST_FRAME:
        try:
            return Frame("json", size, text, value=tree(json.loads(text)))
        except (ValueError, RecursionError):
            pass
    return Frame("text", size, text[:_LONGEST_FRAME])


class _Pruner:
    """Copies a value and stops at a depth and at a number of nodes."""

    def __init__(self) -> None:
        self.left = _MOST_NODES

    def node(self, value: Any, depth: int) -> Any:
        self.left -= 1
        if isinstance(value, Mapping):
            return self._mapping(value, depth)
        if isinstance(value, (list, tuple, set, frozenset)):
            return self._items(value, depth)
        return _leaf(value)

    def _mapping(self, value: Mapping[Any, Any], depth: int) -> Any:
        if depth > _DEEPEST or self.left <= 0:
            return {"$other": f"… {len(value)} keys"}
        taken = list(islice(value.items(), self.left))
        pairs = [(_key(key), self.node(item, depth + 1)) for key, item in taken]
        if len(taken) < len(value):
            pairs.append(("…", {"$other": f"{len(value) - len(taken)} more"}))
        named = dict(pairs)
        if len(named) < len(pairs) or any(key.startswith("$") for key in named):
            return {"$dict": [list(pair) for pair in pairs]}
        return named

    def _items(self, value: Any, depth: int) -> Any:
        if depth > _DEEPEST or self.left <= 0:
            return {"$other": f"… {len(value)} items"}
        taken = list(islice(value, self.left))
        nodes = [self.node(item, depth + 1) for item in taken]
        if len(taken) < len(value):
            nodes.append({"$other": f"… {len(value) - len(taken)} more"})
        return nodes


def _key(key: Any) -> str:
    if isinstance(key, str):
        return visible(clip(key, 500))
    return visible(
        clip(key.decode("latin-1") if isinstance(key, bytes) else repr(key), 500)
    )


def _leaf(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return visible(clip(value, _LONGEST_TEXT), keep="\n\t")
    if isinstance(value, int):
        return value if abs(value) < _SAFE_INTEGER else {"$number": _digits(value)}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$number": str(value)}
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": bytes(value[:64]).hex(), "size": len(value)}
    return {"$other": f"<{visible(type(value).__name__)}>"}


def _digits(value: int) -> str:
    # Python refuses to write very long numbers in decimals, and so may a browser.
    return str(value) if value.bit_length() < 10_000 else clip(hex(value), 200)
