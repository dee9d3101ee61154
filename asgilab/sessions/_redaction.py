"""Taking secrets out of events on their way out of a session.

A session in memory keeps what happened, because a replay needs it. What is
written or shown of it (its file, a timeline, a report) goes through here first.
What counts as a secret stands in ``_secret_names``.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import unquote_plus

from asgilab.sessions._event import Event, Kind
from asgilab.sessions._secret_names import (
    SHAPES,
    is_secret_name,
    names_secret_number,
)

REDACTED: Final = "[redacted]"
"""What stands where a secret stood."""

Redact: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Returns an event, a scope or the options of a connection as it may be shown."""

_HINT: Final = re.compile(
    r"passw|passc|passp|pwd|secret|token|key|cookie|authorization|credential|csrf"
    r"|xsrf|jwt|otp|session|eyJ|Bearer |Basic |sk[-_]|pk[-_]|gh[op][-_]|xox",
    re.IGNORECASE,
)
"""Without one of these a text holds no secret, and is not looked at any further."""

_PAIR: Final = re.compile(r"(^|[?&])([^=&?\s]+)=([^&\s]+)")
_MEMBER: Final = re.compile(r'"([^"\\]+)"(\s*:\s*)("(?:[^"\\]|\\.)*"|-?\d[-+\w.]*)')
_COOKIE: Final = re.compile(r"(?<![^=;\s])([^=;\s]+)=[^;]*")
_LONGEST_JSON: Final = 1_000_000
_DEEPEST: Final = 60


def redact_secrets(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event, or a scope, without the secrets that are known by name or shape.

    Headers that carry credentials keep their name and lose their value; of cookies
    the names stay. In query strings, forms and JSON, members whose name says
    password, secret, token, API key or session lose theirs, and so does any text
    that has the shape of a token.

    Args:
        message: The event as the application got or sent it, or a scope.

    Example::

        redact_secrets({"type": "http.request", "body": b"user=a&password=b"})
        # {'type': 'http.request', 'body': b'user=a&password=[redacted]'}
    """
    return {key: _member(key, value, 0) for key, value in message.items()}


def is_redacted(value: Any) -> bool:
    """Tell whether something was taken out of a value, however deep in it."""
    if isinstance(value, str):
        return REDACTED in value
    if isinstance(value, (bytes, bytearray)):
        return REDACTED.encode() in value
    if isinstance(value, Mapping):
        return any(map(is_redacted, value.values()))
    return isinstance(value, (list, tuple)) and any(map(is_redacted, value))


def _member(key: Any, value: Any, depth: int) -> Any:
    if key == "headers" and isinstance(value, (list, tuple)):
        return [_header(pair) for pair in value]
    if isinstance(key, str) and is_secret_name(key):
        return _hidden(key, value)
    if key == "exception":  # a traceback shows source, in which "token=" is code
        return SHAPES.sub(REDACTED, value) if isinstance(value, str) else value
    return _value(value, depth)


def _value(value: Any, depth: int = 0) -> Any:
    if isinstance(value, str):
        return _in_text(value)
    if isinstance(value, (bytes, bytearray)):
        return _in_bytes(bytes(value))
    if depth > _DEEPEST:
        return value
    if isinstance(value, dict):
        return {key: _member(key, inner, depth + 1) for key, inner in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_value(inner, depth + 1) for inner in value)
    return value


def _hidden(key: str, value: Any) -> Any:
    """Return what stands for a value whose name says that it is secret."""
    if isinstance(value, str):
        return REDACTED if value else value
    if isinstance(value, (bytes, bytearray)):
        return REDACTED.encode() if value else value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return REDACTED if names_secret_number(key) else value
    if isinstance(value, dict):
        return {name: _hidden(key, inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_hidden(key, inner) for inner in value]
    return value


def _header(pair: Any) -> Any:
    try:
        name, value = pair
        text = name.decode("latin-1") if isinstance(name, bytes) else str(name)
    except (TypeError, ValueError):  # a header of another shape is no header
        return pair
    if text.lower() in ("cookie", "set-cookie"):
        return (name, _cookies(value, only_first=text.lower() == "set-cookie"))
    return (name, _hidden(text, value) if is_secret_name(text) else _value(value))


def _cookies(value: Any, *, only_first: bool) -> Any:
    """Return cookies without what they hold; the attributes of one that is set stay."""
    if not isinstance(value, (str, bytes)):
        return value
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    hidden = _COOKIE.sub(rf"\1={REDACTED}", text, count=int(only_first))
    if hidden == text and text and REDACTED not in text:
        hidden = REDACTED
    return hidden.encode("latin-1") if isinstance(value, bytes) else hidden


def _in_text(text: str) -> str:
    if _HINT.search(text) is None:
        return text
    members = _MEMBER.sub(_shown_member, text)
    if text.lstrip()[:1] in ("{", "[") and len(text) <= _LONGEST_JSON:
        return _in_json(text, members)
    return SHAPES.sub(REDACTED, _PAIR.sub(_shown_pair, members))


def _in_json(text: str, members: str) -> str:
    """Return a JSON text without its secrets, in its own layout where it can be."""
    try:
        value = json.loads(text)
        redacted = _value(value)
    except (ValueError, RecursionError):
        return SHAPES.sub(REDACTED, members)
    if redacted == value:
        return text
    shown = SHAPES.sub(REDACTED, members)
    try:
        if json.loads(shown) == redacted:
            return shown
    except ValueError:
        pass
    separators = (", ", ": ") if '": ' in text else (",", ":")
    return json.dumps(redacted, ensure_ascii="\\u" in text, separators=separators)


def _shown_member(found: "re.Match[str]") -> str:
    name, colon, value = found.groups()
    secret = is_secret_name if value.startswith('"') else names_secret_number
    if value == '""' or not secret(name):
        return found[0]
    return f'"{name}"{colon}"{REDACTED}"'


def _shown_pair(found: "re.Match[str]") -> str:
    before, name, _ = found.groups()
    if not is_secret_name(unquote_plus(name)):
        return found[0]
    return f"{before}{name}={REDACTED}"


def _in_bytes(value: bytes) -> bytes:
    try:
        encoding, text = "utf-8", value.decode("utf-8")
    except UnicodeDecodeError:
        # Latin-1 gives every byte back as it was, whatever it was meant in.
        encoding, text = "latin-1", value.decode("latin-1")
    redacted = _in_text(text)
    return value if redacted is text else redacted.encode(encoding, "replace")


def lacking(events: Iterable[Event], options: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the sentence that says what a session lacks to be run again, or "".

    A cookie that signing a user in makes anew is not missed.

    Args:
        events: The events of the session.
        options: How each connection was asked for; see ``Session.options``.

    Example::

        lacking(session, session.options)
        # "The session was saved without its secrets: the application gets …"
    """
    missed: dict[str, None] = {}
    for event in events:
        if event.kind not in (Kind.OPEN, Kind.RECEIVE):
            continue
        signed_in = bool(options.get(event.connection, {}).get("user"))
        for key, value in event.message.items():
            if key == "headers":
                names = _missing_headers(value, signed_in=signed_in)
                missed |= dict.fromkeys(f"{event.connection}'s {n}" for n in names)
            elif key != "cookies" and is_redacted(value):
                missed[f"{key} of event {event.index} ({event.connection})"] = None
    if not missed:
        return ""
    return (
        "The session was saved without its secrets: the application gets "
        f"'{REDACTED}' for {', '.join(missed)}."
    )


def _missing_headers(headers: Any, *, signed_in: bool) -> list[str]:
    pairs = [pair for pair in headers or () if is_redacted(pair[1])]
    names = [bytes(name).decode("latin-1") for name, _ in pairs]
    return [name for name in names if not (signed_in and name == "cookie")]
