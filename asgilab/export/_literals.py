"""Recorded values as Python source: literals, and how they break over lines.

Everything a session holds comes into generated code through here, and only as
a literal: no recorded text can end a string or start a statement. The layout is
that of ruff and black, so a file is in good style where neither is installed.
"""

import math
from typing import Any, Final

from asgilab.export._nodes import Call, Code

WIDTH: Final = 88
_STEP: Final = "    "
_BRACKETS: Final[dict[type, tuple[str, str]]] = {
    dict: ("{", "}"),
    list: ("[", "]"),
    tuple: ("(", ")"),
}


def text_literal(text: str) -> str:
    """Return a string literal, in double quotes unless that costs more escapes."""
    if text.count('"') > text.count("'"):
        return repr(text)
    return f'"{_inside(repr(text))}"'


def bytes_literal(value: bytes) -> str:
    """Return a bytes literal, in double quotes unless that costs more escapes."""
    if value.count(b'"') > value.count(b"'"):
        return repr(value)
    return f'b"{_inside(repr(value)[1:])}"'


def raw_literal(pattern: str) -> str:
    """Return a literal of a regular expression, raw where that is possible."""
    plain = pattern.isprintable() and not pattern.endswith("\\")
    if "\\" in pattern and plain:
        for quote in ('"', "'"):
            if quote not in pattern:
                return f"r{quote}{pattern}{quote}"
    return text_literal(pattern)


def quoted_part(text: str) -> str:
    """Return text as it stands inside an f-string in double quotes."""
    return _inside(repr(text)).replace("{", "{{").replace("}", "}}")


def _inside(literal: str) -> str:
    """Return what stands between the quotes, as it would between double ones."""
    inner = literal[1:-1]
    if literal.startswith("'"):
        # In single quotes each single quote has its backslash, and no double has.
        return inner.replace("\\'", "'").replace('"', '\\"')
    return inner


def literal(value: Any) -> str:
    """Return the source of a payload on one line.

    Raises:
        TypeError: The payload holds something that has no literal.
    """
    if isinstance(value, Code):
        return value.text
    if isinstance(value, Call):
        inner = ", ".join(map(_argument, value.arguments))
        return f"{value.function}({inner}){value.suffix}"
    if isinstance(value, (dict, list, tuple)):
        return _collection(value)
    return _scalar(value)


def _collection(value: dict[Any, Any] | list[Any] | tuple[Any, ...]) -> str:
    if isinstance(value, dict):
        pairs = (f"{literal(key)}: {literal(v)}" for key, v in value.items())
        return "{" + ", ".join(pairs) + "}"
    inner = ", ".join(map(literal, value))
    if isinstance(value, list):
        return f"[{inner}]"
    return f"({inner},)" if len(value) == 1 else f"({inner})"


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return text_literal(value)
    if isinstance(value, (bytes, bytearray)):
        return bytes_literal(bytes(value))
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if value is None or isinstance(value, (bool, int, float)):
        return repr(value)
    msg = f"{type(value).__name__} has no literal"
    raise TypeError(msg)


def layout(head: str, value: Any, tail: str = "", indent: str = "") -> list[str]:
    """Return the lines of ``head``, a payload and ``tail``, broken where too long.

    Example::

        layout("assert message == ", {"id": Code("IsUUID(4)")}, indent="    ")
        # ['    assert message == {"id": IsUUID(4)}']
    """
    line = f"{indent}{head}{literal(value)}{tail}"
    if len(line) <= WIDTH or not _breakable(value):
        return [line]
    if isinstance(value, Call):
        return _call_lines(head, value, tail, indent)
    opening, closing = _BRACKETS[type(value)]
    deeper = indent + _STEP
    lines = [f"{indent}{head}{opening}"]
    for prefix, inner in _items(value):
        lines += layout(prefix, inner, ",", deeper)
    return [*lines, f"{indent}{closing}{tail}"]


def _call_lines(head: str, call: Call, tail: str, indent: str) -> list[str]:
    deeper = indent + _STEP
    first = f"{indent}{head}{call.function}("
    together = deeper + ", ".join(map(_argument, call.arguments))
    if len(together) <= WIDTH:
        return [first, together, f"{indent}){call.suffix}{tail}"]
    lines = [first]
    comma = "," if len(call.arguments) > 1 else ""
    for keyword, value in call.arguments:
        lines += layout(f"{keyword}=" if keyword else "", value, comma, deeper)
    return [*lines, f"{indent}){call.suffix}{tail}"]


def _argument(argument: tuple[str, Any]) -> str:
    keyword, value = argument
    return f"{keyword}={literal(value)}" if keyword else literal(value)


def _breakable(value: Any) -> bool:
    if isinstance(value, Call):
        return bool(value.arguments)
    return isinstance(value, (dict, list, tuple)) and bool(value)


def _items(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [(f"{literal(key)}: ", inner) for key, inner in value.items()]
    return [("", inner) for inner in value]
