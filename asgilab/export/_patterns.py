"""A regular expression that fits all texts seen, and as little else as possible."""

import re
from collections.abc import Sequence
from typing import Final

_KNOWN: Final = (
    (
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    ),
    (
        r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    ),
)
"""What is looked for inside a text first: how it is found, how it is written."""

_RUN: Final = re.compile(r"[0-9A-Za-z]+|\s+|[^0-9A-Za-z\s]")
_CLASSES: Final = (
    (r"\d", re.compile(r"[0-9]+")),
    ("[0-9a-f]", re.compile(r"[0-9a-f]+")),
    ("[0-9A-F]", re.compile(r"[0-9A-F]+")),
    ("[a-z]", re.compile(r"[a-z]+")),
    ("[A-Z]", re.compile(r"[A-Z]+")),
    ("[A-Za-z]", re.compile(r"[A-Za-z]+")),
    ("[0-9a-z]", re.compile(r"[0-9a-z]+")),
    ("[0-9A-Z]", re.compile(r"[0-9A-Z]+")),
    ("[0-9A-Za-z]", re.compile(r"[0-9A-Za-z]+")),
    (r"[\w-]", re.compile(r"[0-9A-Za-z_-]+")),
    (r"[\w+/=.-]", re.compile(r"[0-9A-Za-z_+/=.-]+")),
    (r"\S", re.compile(r"\S+")),
)


def pattern_of(texts: Sequence[str]) -> str:
    r"""Return a pattern for ``re.fullmatch`` that every one of the texts matches.

    Example::

        pattern_of(["guest-4821 joined", "guest-77 joined"])
        # 'guest-\d+ joined'
    """
    for found, written in _KNOWN:
        split = [re.split(f"({found})", text) for text in texts]
        if len(split[0]) > 1 and len({len(parts) for parts in split}) == 1:
            columns = list(zip(*split, strict=True))
            return "".join(
                written if place % 2 else _between(column)
                for place, column in enumerate(columns)
            )
    return _between(texts)


def _between(texts: Sequence[str]) -> str:
    if len(set(texts)) == 1:
        return escaped(texts[0])
    runs = [_RUN.findall(text) for text in texts]
    if len({_skeleton(each) for each in runs}) == 1:
        return "".join(_column(column) for column in zip(*runs, strict=True))
    return _middle(texts)


def _skeleton(runs: list[str]) -> tuple[str, ...]:
    """Return the punctuation of a text, with a mark for each word between."""
    return tuple("w" if run[0].isalnum() and run.isascii() else run for run in runs)


def _column(texts: Sequence[str]) -> str:
    return escaped(texts[0]) if len(set(texts)) == 1 else _class(texts)


def _middle(texts: Sequence[str]) -> str:
    """Return what the texts begin and end with, and a class for what is between."""
    start = _common(texts)
    rest = [text[len(start) :] for text in texts]
    end = _common([text[::-1] for text in rest])[::-1]
    inner = [text[: len(text) - len(end)] for text in rest]
    return escaped(start) + _class(inner) + escaped(end)


def _common(texts: Sequence[str]) -> str:
    length = 0
    for letters in zip(*texts, strict=False):
        if len(set(letters)) > 1:
            break
        length += 1
    return texts[0][:length]


def _class(texts: Sequence[str]) -> str:
    filled = [text for text in texts if text]
    kind = next(
        (name for name, fits in _CLASSES if all(map(fits.fullmatch, filled))),
        "." if not any("\n" in text for text in filled) else r"[\s\S]",
    )
    lengths = {len(text) for text in texts}
    if 0 in lengths:
        return f"{kind}*"
    if len(lengths) > 1:
        return f"{kind}+"
    (length,) = lengths
    return kind if length == 1 else f"{kind}{{{length}}}"


def escaped(text: str) -> str:
    """Return a pattern that only this text matches, without needless backslashes."""
    # re.escape also escapes what no pattern needs escaped: a hyphen, a space.
    return re.sub(r"\\([-\s#&~])", r"\1", re.escape(text))
