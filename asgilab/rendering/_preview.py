"""One line about an event: what a list of events shows of each.

Everything here is bounded work: of a frame of a hundred megabytes, only the
head is looked at. How lines are laid out is the business of ``_text``,
``_html`` and the widget.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from asgilab.rendering._visible import clip, visible
from asgilab.sessions import UNSUPPORTED, Event, Kind, Source

PREVIEW_LENGTH: Final = 200
"""Characters of a preview, as in Playwright's trace viewer."""

_LONGEST_JSON: Final = 2000
_DEEPEST: Final = 50
_SPACE: Final = re.compile(r"\s+")
_EXCEPTION_LINE: Final = re.compile(r"^[A-Za-z_][\w.]*(?::.*)?$", re.M)
_CELL_FILE: Final = re.compile(r"ipykernel_\d+/\d+\.py$|^<ipython-input")
_ARROWS: Final = {
    Kind.OPEN: "○",
    Kind.RECEIVE: "→",
    Kind.SEND: "←",
    Kind.END: "●",
    Kind.LAYER: "⇄",
}


def label(event: Event) -> str:
    """Return what an event is called in a list: its type, or ``open``."""
    if event.kind is Kind.OPEN:
        return "open"
    if event.kind is Kind.LAYER:
        return event.type.removeprefix("layer.")
    if event.kind is Kind.END and event.type == UNSUPPORTED:
        return "lifespan not supported"
    return event.type or str(event.kind)


def arrow(kind: Kind) -> str:
    """Return the glyph of a direction, seen from client (left) to application."""
    return _ARROWS.get(kind, "·")


def place(source: Source | None) -> str:
    """Return a source line in short, such as ``consumers.py:41``."""
    if source is None:
        return ""
    file = source.file.replace("\\", "/")
    if _CELL_FILE.search(file):
        return f"cell:{source.line}"
    return visible(f"{file.rsplit('/', 1)[-1]}:{source.line}")


def size(count: int) -> str:
    """Return a number of bytes as text, such as ``1.2 kB`` (1 kB = 1000 B)."""
    amount = float(count)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def preview(event: Event, limit: int = PREVIEW_LENGTH) -> str:
    """Return the payload of an event as one line of safe text.

    Args:
        event: The event.
        limit: Greatest length in characters.

    Example::

        preview(session[3])        # '{"message":"hi"}'
    """
    text = payload_text(event, 4 * limit + _LONGEST_JSON)
    return clip(visible(compact(text)), limit)


def compact(text: str) -> str:
    r"""Write JSON without white space, and fold the white space of any other text.

    JSON comes out with its letters instead of ``\\u00e9``, which is how
    ``json.dumps`` and so ``send_json`` write them.
    """
    if text[:1] in ("{", "[") and len(text) <= _LONGEST_JSON:
        try:
            value = json.loads(text)
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        except (ValueError, RecursionError):
            pass
    return _SPACE.sub(" ", text).strip()


def payload_text(event: Event, limit: int) -> str:
    """Return the payload of an event as raw text, cut at about ``limit`` characters.

    The text is not made safe: search it, do not show it.
    """
    if event.kind in _BY_KIND:
        return _BY_KIND[event.kind](event.message, limit)
    writer = _BY_TYPE.get(event.type, _rest)
    return writer(event.message, limit)


def bytes_text(content: bytes, limit: int) -> str:
    """Return bytes as ``bytes 5 B: 00 01 02 fe ff``."""
    shown = content[: limit // 3 + 1].hex(" ")
    return f"bytes {size(len(content))}: {shown}"


def exception_line(traceback: str) -> str:
    """Return the line of a traceback that names the exception."""
    named = _EXCEPTION_LINE.findall(traceback)
    lines = traceback.strip().splitlines()
    return str(named[-1]) if named else (lines[-1] if lines else "")


def _frame(message: Mapping[str, Any], limit: int) -> str:
    text, content = message.get("text"), message.get("bytes")
    if isinstance(text, str):
        return text[:limit] or '""'
    if isinstance(content, bytes):
        return bytes_text(content, limit)
    return _rest(message, limit)


def _body(message: Mapping[str, Any], limit: int) -> str:
    body = message.get("body", b"")
    more = " (more follows)" if message.get("more_body") else ""
    if not isinstance(body, bytes):
        return _rest(message, limit)
    try:
        text = body[:limit].decode()
    except UnicodeDecodeError as error:
        # A cut in the middle of a character is no reason to show hexadecimals.
        if len(body) <= limit or error.start < limit - 3:
            return bytes_text(body, limit) + more
        text = body[: error.start].decode()
    return text + more


def _words(message: Mapping[str, Any], keys: tuple[str, ...], limit: int) -> str:
    """Join those of a message's values that are there, whatever type they have."""
    found = (message.get(key) for key in keys)
    words = (_word(value, limit) for value in found if value is not None)
    return " ".join(word for word in words if word)


def _word(value: Any, limit: int) -> str:
    if isinstance(value, bytes):
        return value[:limit].decode("latin-1")
    return value[:limit] if isinstance(value, str) else _scalar(value, limit)


def _closing(message: Mapping[str, Any], limit: int) -> str:
    return _words(message, ("code", "reason"), limit)


def _accept(message: Mapping[str, Any], limit: int) -> str:
    chosen = _words(message, ("subprotocol",), limit)
    headers = message.get("headers")
    count = len(headers) if isinstance(headers, (list, tuple)) else 0
    told = f"{count} header{'' if count == 1 else 's'}" if count else ""
    return f"{chosen} {told}".strip()


def _response(message: Mapping[str, Any], limit: int) -> str:
    headers = message.get("headers")
    kind = ""
    for pair in headers if isinstance(headers, (list, tuple)) else ():
        match pair:
            case [bytes(name), bytes(value)] if name.lower() == b"content-type":
                kind = value[:limit].decode("latin-1")
    return f"{_words(message, ('status',), limit)} {kind}".strip()


def _scope(message: Mapping[str, Any], limit: int) -> str:
    query = _words(message, ("query_string",), limit)
    address = _words(message, ("type", "method", "path"), limit)
    return f"{address}?{query}" if query else address


def _end(message: Mapping[str, Any], limit: int) -> str:
    if message.get("type") == UNSUPPORTED:
        return ""  # as the specification has it: no failure to look into
    text = message.get("exception")
    return exception_line(text)[:limit] if isinstance(text, str) else ""


def _log(message: Mapping[str, Any], limit: int) -> str:
    said = _words(message, ("level", "logger", "text", "message"), limit)
    return said or _rest(message, limit)


def _layer(message: Mapping[str, Any], limit: int) -> str:
    if "target" not in message or "given" not in message:
        return _rest(message, limit)
    given = message["given"]
    text = given[:limit] if isinstance(given, str) else _json(given, limit)
    target = _word(message["target"], limit)
    # A group says something to a reader, the name of a channel is noise.
    group = str(message.get("type", "")).startswith("layer.group")
    return f"{target} {text}" if group else f"{text} {target}"


def _sql(message: Mapping[str, Any], limit: int) -> str:
    return _words(message, ("sql",), limit) or _rest(message, limit)


def _rest(message: Mapping[str, Any], limit: int) -> str:
    rest = {key: value for key, value in message.items() if key != "type"}
    return _json(rest, limit) if rest else ""


def _json(value: Any, limit: int) -> str:
    text = ""
    for piece in _pieces(value, limit):
        text += piece
        if len(text) >= limit:
            break
    return text


def _pieces(value: Any, limit: int, depth: int = 0) -> Iterator[str]:
    """Write a value as compact JSON, piece by piece, so that one can stop early."""
    if depth > _DEEPEST:
        yield "…"
    elif isinstance(value, Mapping):
        yield "{"
        for number, (key, item) in enumerate(value.items()):
            yield f"{',' if number else ''}{_quoted(_word(key, limit), limit)}:"
            yield from _pieces(item, limit, depth + 1)
        yield "}"
    elif isinstance(value, (list, tuple)):
        yield "["
        for number, item in enumerate(value):
            yield "," if number else ""
            yield from _pieces(item, limit, depth + 1)
        yield "]"
    else:
        yield _scalar(value, limit)


def _scalar(value: Any, limit: int) -> str:
    if isinstance(value, str):
        return _quoted(value, limit)
    if isinstance(value, (bytes, bytearray)):
        return repr(bytes(value[:limit]))
    if value is None or isinstance(value, (bool, float)):
        return json.dumps(value)
    if isinstance(value, int):
        return str(value) if value.bit_length() < 1000 else f"{value:#x}"[:limit]
    return f"<{type(value).__name__}>"


def _quoted(text: str, limit: int) -> str:
    return json.dumps(text[:limit], ensure_ascii=False)


_Writer = Callable[[Mapping[str, Any], int], str]

_BY_KIND: Final[dict[Kind, _Writer]] = {
    Kind.OPEN: _scope,
    Kind.END: _end,
    Kind.LOG: _log,
    Kind.SQL: _sql,
    Kind.LAYER: _layer,
}

_BY_TYPE: Final[dict[str, _Writer]] = {
    "websocket.receive": _frame,
    "websocket.send": _frame,
    "websocket.accept": _accept,
    "websocket.close": _closing,
    "websocket.disconnect": _closing,
    "http.request": _body,
    "http.response.start": _response,
    "http.response.body": _body,
    "websocket.http.response.start": _response,
    "websocket.http.response.body": _body,
}
