"""How names are compared: without case, accents, or the way they are joined.

Only letters and words stand here; which of them say "secret" does not. All of it
takes a time that grows with the length of a text and no faster, for a client
chooses the text: so characters are taken apart one by one, because the
normalization of a whole text sorts long runs of combining marks slowly.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def words(text: str) -> list[str]:
    """Split a key, a type or a class name into its lower-case words of a-z and digits.

    Example::

        words("chat.messageSent")        # ['chat', 'message', 'sent']
    """
    found = _WORD.findall(plain(text).encode("ascii", "ignore").decode())
    return [word.lower() for word in found]


def spelled(name: str) -> str:
    """Return a name as its words between spaces, whatever alphabet they are in.

    Example::

        spelled("userPassword"), spelled("Passwort-Schlüssel")
        # (' user password ', ' passwort schlussel ')
    """
    text = plain(name)
    kinds = text.translate(_KINDS)
    found = [text[slice(*word.span())] for word in _WORD.finditer(kinds)]
    return f" {' '.join(found or [text]).casefold()} "


def plain(text: str) -> str:
    """Return a text without accents, wide or joined letters: what NFKD sees in it.

    Bytes of UTF-8 that were read apart, as ``surrogateescape`` keeps them, are
    read together.

    Example::

        plain("Schlüssel"), plain("№")             # ('Schlussel', 'No')
    """
    return text if text.isascii() else _rejoined(text).translate(_LETTERS)


def _rejoined(text: str) -> str:
    try:
        return text.encode("utf-8", "surrogateescape").decode(errors="surrogateescape")
    except UnicodeEncodeError:  # half a character, as JSON can escape it
        return text


@lru_cache(4096)
def _letter(code: int) -> str:
    """Return what is left of a character without its marks; a lone byte is Latin-1."""
    lone = 0xDC80 <= code <= 0xDCFF
    parts = unicodedata.normalize("NFKD", chr(code - 0xDC00 if lone else code))
    return "".join(part for part in parts if not unicodedata.combining(part))


@lru_cache(4096)
def _kind(code: int) -> str:
    """Return "A" for a capital, "a" for other letters, "0" for digits, else " "."""
    character = chr(code)
    if character.isupper():
        return "A"
    if character.isalpha() or unicodedata.category(character).startswith("M"):
        return "a"
    return "0" if character.isdigit() else " "


class _Letters:
    """The table of :func:`_letter` that ``str.translate`` asks."""

    def __getitem__(self, code: int) -> str:
        return _letter(code)


class _Kinds:
    """The table of :func:`_kind` that ``str.translate`` asks."""

    def __getitem__(self, code: int) -> str:
        return _kind(code)


_LETTERS: Final = _Letters()
_KINDS: Final = _Kinds()
