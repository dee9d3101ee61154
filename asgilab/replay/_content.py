"""What a message says: its payload as plain values, and the leaves of that.

A text frame that holds a JSON object or array counts as what it holds, and so
does an HTTP body. Comparing two payloads lives in ``_alignment``.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""The way to one value inside a payload, such as ``("text", "user", "id")``."""


def content(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message with its payload decoded, where it holds JSON.

    A key whose value is None is left out: ASGI lets a frame carry its absent
    half (``"text"`` or ``"bytes"``) either way.

    Example::

        content({"type": "websocket.send", "text": '{"id": 1}'})
        # {'type': 'websocket.send', 'text': {'id': 1}}
    """
    return {
        key: _decoded(value) if key in ("text", "body") else value
        for key, value in message.items()
        if value is not None
    }


def parse_json(text: str) -> Any:
    """Return the JSON object or array that a text holds, or None.

    A bare number or string is taken for text, and so is JSON that would not
    survive being written again: NaN, infinity, a key twice in one object.
    """
    if text[:1] not in "{[ \t\r\n":
        return None
    try:
        value = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_json_number
        )
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, (dict, list)) else None


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield each value that holds no others, with the path to it.

    An empty object or array is a leaf too.
    """
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, (list, tuple)) and value:
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path, value


def same(one: Any, other: Any) -> bool:
    """Tell whether two payloads are equal the way JSON sees it.

    Python takes 1, 1.0 and True for equal; a client does not.
    """
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(
            same(value, other[key]) for key, value in one.items()
        )
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)


def permuted(values: Sequence[Sequence[Any]]) -> bool:
    """Tell whether arrays hold the same items, each as often, in whatever order."""
    first, *others = values
    for other in others:
        rest = list(other)
        for item in first:
            place = next((i for i, o in enumerate(rest) if same(item, o)), None)
            if place is None:
                return False
            del rest[place]
        if rest:
            return False
    return True


def show(path: Path) -> str:
    """Return a path as JSONPath writes it, such as ``$.user.tags[0]``."""
    parts = (
        f"[{step}]"
        if isinstance(step, int)
        else f".{step}"
        if step.isidentifier()
        else f"[{step!r}]"
        for step in path
    )
    return "$" + "".join(parts)


def _decoded(value: Any) -> Any:
    text = value
    if isinstance(value, (bytes, bytearray)):
        try:
            text = bytes(value).decode("utf-8")
        except UnicodeDecodeError:
            return value
    parsed = parse_json(text) if isinstance(text, str) else None
    return value if parsed is None else parsed


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        msg = "a key stands twice in one object"
        raise ValueError(msg)
    return found


def _no_json_number(name: str) -> float:
    msg = f"{name} is no JSON number"
    raise ValueError(msg)
