"""What a payload means: JSON, or a Python expression of the notebook's variables.

Only turning text into a value, and a value into a frame, lives here. Nothing of
it ever reads a session file: what is evaluated has been typed into a cell.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, NoReturn

from asgilab.errors import PayloadError

_JSON_WORDS: Final = {"true": True, "false": False, "null": None}
_LONGEST_QUOTE: Final = 60


class Frame(NamedTuple):
    """One WebSocket frame: exactly one of the two is not None.

    Attributes:
        text: What a text frame holds.
        data: What a binary frame holds.
    """

    text: str | None
    data: bytes | None


def evaluate(text: str, variables: Mapping[str, Any]) -> Any:
    """Return the value that a payload stands for.

    JSON comes first. What is no JSON is a Python expression, in which ``true``,
    ``false`` and ``null`` mean what they mean in JSON.

    Args:
        text: The payload as typed.
        variables: What the expression may use.

    Raises:
        PayloadError: It is neither; the message says why for both.

    Example:
        >>> evaluate('{"n": n + 1, "ok": true}', {"n": 1})
        {'n': 2, 'ok': True}
    """
    text = text.strip()
    if not text:
        msg = 'The payload is missing; expected JSON such as {"message": "hi"}.'
        raise PayloadError(msg)
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        not_json = _why_not_json(error)
    try:
        code = compile(text, "<payload>", "eval", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError) as error:
        return _refuse(text, not_json, f"it is no expression ({_first_line(error)})")
    try:
        return eval(code, {**_JSON_WORDS, **variables})
    except Exception as error:  # an expression of the user's may raise anything
        return _refuse(text, not_json, f"{type(error).__name__}: {_first_line(error)}")


def frame(value: Any) -> Frame:
    """Return the frame that carries a value.

    Text and bytes go as they are; whatever JSON can hold goes as its JSON text.

    Raises:
        PayloadError: JSON cannot hold the value.

    Example:
        >>> frame({"message": "hi"})
        Frame(text='{"message": "hi"}', data=None)
    """
    if isinstance(value, str):
        return Frame(value, None)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return Frame(None, bytes(value))
    try:
        return Frame(json.dumps(value, allow_nan=False), None)
    except (TypeError, ValueError, RecursionError) as error:
        msg = (
            f"A payload of type {type(value).__name__} cannot be sent: {error}. "
            "Expected a str, bytes, or what JSON can hold."
        )
        raise PayloadError(msg) from None


def decode(text: str | None, data: bytes | None) -> Any:
    """Return what a frame holds, as a cell wants to see it.

    A JSON object or array is decoded. A lone ``5`` or ``true`` stays text,
    because it may well have been meant as text.
    """
    if text is None:
        return data
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, (dict, list)) else text


def body(text: str) -> tuple[bytes, str]:
    """Return the bytes of a request body, and the content type that fits them."""
    text = text.strip()
    try:
        json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return text.encode(), "text/plain; charset=utf-8"
    return text.encode(), "application/json"


def _refuse(text: str, not_json: str, not_python: str) -> NoReturn:
    shown = text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
    msg = (
        f"The payload {shown} cannot be read: as JSON, {not_json}; as Python, "
        f"{not_python}. Expected JSON or a Python expression; text needs quotes."
    )
    raise PayloadError(msg) from None


def _why_not_json(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg[0].lower()}{error.msg[1:]} at column {error.pos + 1}"
    return _first_line(error)


def _first_line(error: Exception) -> str:
    if isinstance(error, SyntaxError):
        return error.msg
    return (str(error).splitlines() or [type(error).__name__])[0]


def _refuse_constant(name: str) -> NoReturn:
    msg = f"{name} is no JSON"
    raise ValueError(msg)
