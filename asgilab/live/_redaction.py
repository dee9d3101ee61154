"""Taking secrets out of what is recorded, before it reaches a file.

The default of :class:`asgilab.live.Recorder`. It knows names, not meanings: a
secret under a name that says nothing is not found, and a project that has such
names gives the recorder a function of its own.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

REDACTED: Final = "[redacted]"

_HEADERS: Final = frozenset(
    {
        b"authorization",
        b"cookie",
        b"proxy-authorization",
        b"set-cookie",
        b"x-api-key",
        b"x-auth-token",
        b"x-csrftoken",
    }
)
_WORDS: Final = r"passw(?:or)?d|secret|token|api_?key|session_?(?:id|key)"
_SECRET: Final = re.compile(_WORDS, re.IGNORECASE)
_PAIR: Final = re.compile(rf"(^|[&?])([^=&\s]*(?:{_WORDS})[^=&\s]*=)[^&\s]*", re.I)
_MEMBER: Final = re.compile(
    rf"""("[^"]*(?:{_WORDS})[^"]*"\s*:\s*)("(?:[^"\\]|\\.)*"|[-\w.]+)""", re.I
)


def redact_secrets(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event, or a scope, without the secrets that are known by name.

    Headers that carry credentials keep their name and lose their value. In
    query strings, forms and JSON texts, fields whose name says password,
    secret, token, API key or session lose theirs.

    Args:
        message: The event as the application got or sent it, or a scope.

    Example::

        redact_secrets({"type": "http.request", "body": b"user=a&password=b"})
        # {'type': 'http.request', 'body': b'user=a&password=[redacted]'}
    """
    copy = dict(message)
    if headers := copy.get("headers"):
        copy["headers"] = [_header(*pair) for pair in headers]
    for key in ("body", "bytes", "query_string"):
        if isinstance(value := copy.get(key), (bytes, bytearray)):
            copy[key] = _in_bytes(bytes(value))
    if isinstance(text := copy.get("text"), str):
        copy["text"] = _in_text(text)
    return copy


def _header(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    return (name, REDACTED.encode() if name.lower() in _HEADERS else value)


def _in_text(text: str) -> str:
    if _SECRET.search(text) is None:
        return text
    text = _MEMBER.sub(rf'\1"{REDACTED}"', text)
    return _PAIR.sub(rf"\1\2{REDACTED}", text)


def _in_bytes(value: bytes) -> bytes:
    # Latin-1 gives every byte back as it was, whatever encoding it was meant in.
    text = value.decode("latin-1")
    redacted = _in_text(text)
    return value if redacted is text else redacted.encode("latin-1")
