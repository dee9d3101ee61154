"""Values as text of bounded length, made in bounded time, with secrets left out.

Frames and post-mortems show values of the user's; which value stands where is
decided there.
"""

import itertools
import re
import reprlib
from collections.abc import Iterable
from typing import Any, Final

from asgilab.sessions import (
    REDACTED,
    is_secret_name,
    named_secrets,
    redacted_bytes,
    redacted_text,
)

_SECRET: Final = re.compile(
    r"pass(word|wd|phrase)?$|secret|token|api_?key|authorization|cookie"
    r"|session_?(key|id)|private_?key|credential",
    re.IGNORECASE,
)
_LONGEST_READ: Final = 4096
"""Characters of a text in which secrets are looked for; no more than that is shown."""


class _BoundedRepr(reprlib.Repr):
    """Cuts before it makes text: a repr of all of 100 MB would take its time."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 160
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = 12
        self.maxlevel = 4

    def repr_str(self, value: str, level: int) -> str:
        if len(value) > _LONGEST_READ:
            half = _LONGEST_READ // 2
            value = value[:half] + value[-half:]
        return super().repr_str(redacted_text(value), level)

    def repr_bytes(self, value: bytes, level: int) -> str:
        return self._cut(value, "")

    def repr_bytearray(self, value: bytearray, level: int) -> str:
        return self._cut(value, "bytearray")

    def repr_memoryview(self, value: memoryview, level: int) -> str:
        return f"<memory of {value.nbytes} bytes>"

    def repr_int(self, value: int, level: int) -> str:
        bits = value.bit_length()
        return repr(value) if bits < 400 else f"<int of {bits} bits>"

    def repr_dict(self, value: dict[Any, Any], level: int) -> str:
        if not value or level <= 0:
            return "{...}" if value else "{}"
        pairs = itertools.islice(value.items(), self.maxdict)
        shown = [
            f"{self.repr1(key, level - 1)}: {self._item(key, item, level - 1)}"
            for key, item in pairs
        ]
        return "{" + ", ".join([*shown, *self._more(value, self.maxdict)]) + "}"

    def repr_tuple(self, value: tuple[Any, ...], level: int) -> str:
        if len(value) == 2 and _is_secret(value[0]):  # a header, or an item
            return f"({self.repr1(value[0], level - 1)}, {REDACTED!r})"
        return super().repr_tuple(value, level)

    def repr_list(self, value: list[Any], level: int) -> str:
        if len(value) == 2 and _is_secret(value[0]):
            return f"[{self.repr1(value[0], level - 1)}, {REDACTED!r}]"
        return super().repr_list(value, level)

    def repr_set(self, value: set[Any], level: int) -> str:
        return self._unordered("{", value, "}", level) if value else "set()"

    def repr_frozenset(self, value: frozenset[Any], level: int) -> str:
        return self._unordered("frozenset({", value, "})", level)

    def _unordered(self, begin: str, value: Iterable[Any], end: str, level: int) -> str:
        if level <= 0:
            return f"{begin}...{end}"
        shown = [
            self.repr1(item, level - 1) for item in itertools.islice(value, self.maxset)
        ]
        return begin + ", ".join([*shown, *self._more(value, self.maxset)]) + end

    def _item(self, key: Any, value: Any, level: int) -> str:
        return repr(REDACTED) if _is_secret(key) else self.repr1(value, level)

    @staticmethod
    def _more(value: Any, most: int) -> list[str]:
        return ["..."] if len(value) > most else []

    def _cut(self, value: bytes | bytearray, wrapper: str) -> str:
        head = redacted_bytes(bytes(value[:_LONGEST_READ]))
        text = repr(head[: self.maxstring])
        if len(value) > self.maxstring or len(text) > 2 * self.maxstring:
            text = text[: self.maxstring] + "..."
        return f"{wrapper}({text})" if wrapper else text


_REPR: Final = _BoundedRepr()


def shorten(value: Any) -> str:
    """Return a repr of bounded length; a repr that raises is told, not raised.

    Example::

        shorten({"token": "abc", "n": 1})     # "{'token': '[redacted]', 'n': 1}"
    """
    try:
        return _REPR.repr(value)
    except Exception as error:  # a user's __repr__ may raise anything
        return f"<{type(value).__name__} whose repr raised {type(error).__name__}>"


def shorten_named(name: str, value: Any) -> str:
    """Return what :func:`shorten` does, or that the name is one of a secret."""
    return REDACTED if _is_secret(name) else shorten(value)


def _is_secret(name: Any) -> bool:
    if type(name) is bytes:
        name = name[:100].decode("latin-1")
    if type(name) is not str:
        return False
    if _SECRET.search(name[:100]) is not None:
        return True
    return bool(named_secrets()) and is_secret_name(name[:100])
