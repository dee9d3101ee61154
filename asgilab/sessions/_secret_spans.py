"""Where in a text that is not JSON, or not only, secrets stand.

Forms, addresses, multipart bodies, HTML, members of JSON inside other text, and
the shapes of tokens. Each rule is one pattern that reads a text once, whatever
a client has made of it. JSON itself has its own reader, ``_json_secrets``.
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, NamedTuple
from urllib.parse import unquote_plus

from asgilab.sessions._secret_names import (
    is_secret_name,
    is_secret_text,
    names_secret_number,
)
from asgilab.sessions._secret_shapes import shapes

REDACTED: Final = "[redacted]"
"""What stands where a secret stood."""

Until = Callable[[str, int], int]
"""Returns where, from a place on, a secret ends; -1 where the text ends before."""


class Span(NamedTuple):
    """A part of a text that is a secret.

    Attributes:
        start: Where it begins.
        end: Where it ends.
        until: Finds its end, where it goes on after the end of the text.
        shown: What stands in its place.
        name: The name that says it is a secret, or "".
    """

    start: int
    end: int
    until: Until
    shown: str = REDACTED
    name: str = ""


_PAIR: Final = re.compile(r"(?:^|[?&])([^=&?\s]+)=([^&\s]+)")
_MEMBER: Final = re.compile(
    r'"((?:[^"\\]++|\\[^"])++)"\s*+:\s*+'
    r'(?:"((?:[^"\\]++|\\.)*+)(?:"|\\?\Z)|(-?\d[-+\w.]*))',
    re.DOTALL,
)
_TAG: Final = re.compile(
    r"<[a-zA-Z][\w:-]*+"
    r"((?:\s++[^\s\"'>/=<]++"
    r"(?:\s*+=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^\s\"'>]++))?+"
    r"|\s*+/)*+)"
)
_ATTRIBUTE: Final = re.compile(
    r"\s([^\s\"'>/=<]++)\s*+=\s*+"
    r"(?:\"([^\"]*+)(?:\"|\Z)|'([^']*+)(?:'|\Z)|([^\s\"'>]++))"
)
_NAMING: Final = frozenset({"name", "id", "type", "property"})
_VALUES: Final = frozenset({"value", "content"})
_HEADER: Final = r"(?:[^\r\n:]{1,100}+:[^\r\n]*+\r?\n)"
_PART: Final = re.compile(  # A delimiter with a colon may be a header's line, too: so
    r"(?:\A|\n)(--(?:[^\r\n:]|(:)){1,72})\r?\n"  # after those there is an end of them.
    rf"({_HEADER}{{1,20}}+(?(2)|{_HEADER}*+))\r?\n"
)
_PART_NAME: Final = re.compile(r'(?<![\w*])name=(?:"((?:[^"\\]|\\.)*+)"|([^;\s"]+))')


def spans(text: str) -> list[Span]:
    """Return the secrets of a text, in order; they do not overlap."""
    found = [*_pairs(text), *_members(text), *_shapes(text)]
    if "<" in text:
        found += _attributes(text)
    if "--" in text:
        found += _parts(text)
    found.sort(key=_begin)
    apart: list[Span] = []
    for span in found:
        if not apart or span.start >= apart[-1].end:
            apart.append(span)
        elif span.end > apart[-1].end:
            apart[-1] = apart[-1]._replace(end=span.end, until=span.until)
    return apart


def unescaped(content: str) -> str:
    """Return what stands between the quotes of a text in JSON, without its escapes."""
    if "\\" not in content:
        return content
    try:
        return str(json.loads(f'"{content}"', strict=False))
    except ValueError:
        return content


def _begin(span: Span) -> int:
    return span.start


def _until(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.search(text, place)
    return found.start() if found else -1


_PAIR_END: Final = partial(_until, re.compile(r"[&\s]"))
_TOKEN_END: Final = partial(_until, re.compile(r"[^\w+/=.~-]"))
_KEY_END: Final = partial(_until, re.compile(r"[^\w+/=\s-]"))
_BARE_END: Final = partial(_until, re.compile(r"[\s\"'>]"))
_STRING_END: Final = partial(_until, re.compile(r'(?<!\\)"'))
_QUOTE_END: Final = partial(_until, re.compile(r'"'))
_APOSTROPHE_END: Final = partial(_until, re.compile(r"'"))
_NUMBER_END: Final = partial(_until, re.compile(r"[^-+\w.]"))


def _pairs(text: str) -> Iterator[Span]:
    for pair in _PAIR.finditer(text):
        if is_secret_text(unquote_plus(pair[1]), pair[2]):
            yield Span(*pair.span(2), _PAIR_END, name=unquote_plus(pair[1]))


def _members(text: str) -> Iterator[Span]:
    for member in _MEMBER.finditer(text):
        name = unescaped(member[1])
        if member[3] is not None:
            if names_secret_number(name):
                shown = f'"{REDACTED}"'
                yield Span(*member.span(3), _NUMBER_END, shown, name)
        elif is_secret_text(name, member[2]):
            yield Span(*member.span(2), _STRING_END, name=name)


def _shapes(text: str) -> Iterator[Span]:
    for start, end in shapes(text):
        until = _KEY_END if text.startswith("-----", start) else _TOKEN_END
        yield Span(start, end, until)


def _attributes(text: str) -> Iterator[Span]:
    for tag in _TAG.finditer(text):
        if tag[1] and "=" in tag[1]:
            yield from _of_tag(text, *tag.span(1))


def _of_tag(text: str, start: int, end: int) -> Iterator[Span]:
    ends = {2: _QUOTE_END, 3: _APOSTROPHE_END, 4: _BARE_END}
    found = [
        (each[1].lower(), each[each.lastindex or 4], each)
        for each in _ATTRIBUTE.finditer(text, start, end)
    ]
    named = [value for name, value, _ in found if name in _NAMING]
    for name, value, each in found:
        own = names_secret_number(name) and is_secret_text(name, value)
        by_name = name in _VALUES and any(is_secret_text(n, value) for n in named)
        if own or by_name:
            group = each.lastindex or 4
            yield Span(*each.span(group), ends[group], name=name if own else named[0])


def _parts(text: str) -> Iterator[Span]:
    """Yield the values of a multipart form whose names say that they are secret."""
    place = 0
    while part := _PART.search(text, place):
        place = part.end() - 1  # the line end before the next delimiter is needed
        found = _PART_NAME.search(part[3])
        name = (found[1] or found[2] or "") if found else ""
        if not is_secret_name(name):
            continue
        until = partial(_part_end, part[1])
        end = until(text, part.end())
        end = len(text) if end < 0 else end
        if is_secret_text(name, text[part.end() : end]):
            yield Span(part.end(), end, until, name=name)
        place = max(end, place)


def _part_end(delimiter: str, text: str, start: int) -> int:
    """Return where a part ends: before the line end that its delimiter follows."""
    found = text.find(f"\n{delimiter}", max(start - 1, 0))
    if found > start and text[found - 1] == "\r":
        return found - 1
    return max(found, start) if found >= 0 else -1
