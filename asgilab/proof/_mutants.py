"""What could be wrong with an application, one small mistake at a time.

A mutant is one change to one event that the application sends. Which there are
follows from what it sent in a run that passed; nothing here runs anything.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeAlias

Message: TypeAlias = Mapping[str, Any]
Place: TypeAlias = tuple[str | int, ...]

MOST_LEAVES: Final = 25
"""Values of one message that are altered, spread evenly over those it has."""

_PAYLOADS: Final = {
    "websocket.send": ("text", "bytes"),
    "http.response.body": ("body",),
    "websocket.http.response.body": ("body",),
}
_FIELDS: Final = {
    "websocket.accept": ("subprotocol",),
    "websocket.close": ("code", "reason"),
    "http.response.start": ("status",),
    "websocket.http.response.start": ("status",),
}
_HEADERS: Final = (b"content-type", b"location")
"""The headers of a response that an exported test is about."""

_MARK: Final = "~"


@dataclass(frozen=True, slots=True)
class Sent:
    """An event that the application sent.

    Attributes:
        connection: Number of the connection, in the order in which they began.
        place: Which of the events that this connection sent, counted from 0.
        moment: How many events the connection had been given when it was sent.
        message: The event.
    """

    connection: int
    place: int
    moment: int
    message: Message


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to one event.

    Attributes:
        connection: Number of the connection.
        place: Which of the events that this connection sends.
        kind: ``"drop"``, ``"duplicate"``, ``"swap"``, ``"raise"`` or ``"alter"``.
        path: Where a value is altered, such as ``("text", "id")``.
        value: What stands there instead.
    """

    connection: int
    place: int
    kind: str
    path: Place = ()
    value: Any = None

    def altered(self, message: Message) -> dict[str, Any]:
        """Return a message with the value of this mutant in its place."""
        key, *rest = self.path
        if key == "headers":
            changed: Any = [
                (name, self.value if number == rest[0] else value)
                for number, (name, value) in enumerate(message["headers"])
            ]
            return {**message, "headers": changed}
        if rest:
            payload = json_of(message.get(str(key)))
            text = json.dumps(_with(payload, rest, self.value))
            raw = isinstance(message.get(str(key)), bytes)
            return {**message, str(key): text.encode() if raw else text}
        return {**message, str(key): self.value}


def mutants_of(
    sent: Sequence[Sent],
    loose: Callable[[Sent, Place], bool] = lambda sent, path: False,
    unordered: Callable[[Sent], bool] = lambda sent: False,
    *,
    typed: bool = True,
) -> Iterator[Mutant]:
    """Yield the mutants of what an application sent.

    Args:
        sent: What it sent, in order.
        loose: Tells whether any value of the right form may stand in a place: there
            only a value of another form is a mistake.
        unordered: Tells whether an event may come before or after its neighbours.
        typed: Whether ``1`` for ``true`` and ``1`` for ``1.0`` are mistakes too.

    Example::

        [m.kind for m in mutants_of([Sent(0, 0, 1, {"type": "websocket.accept"})])]
        # ['drop', 'raise']
    """
    following = {(each.connection, each.place): each for each in sent}
    for each in sent:
        where = (each.connection, each.place)
        kind = each.message.get("type")
        yield Mutant(*where, "drop")
        yield Mutant(*where, "raise")
        if kind == "websocket.send":
            yield Mutant(*where, "duplicate")
            after = following.get((each.connection, each.place + 1))
            if after is not None and _may_swap(each, after) and not unordered(each):
                yield Mutant(*where, "swap")
        for path, value in _alterations(each, loose, typed):
            yield Mutant(*where, "alter", path, value)


def json_of(payload: Any) -> Any:
    """Return the JSON object or array that a frame or body holds, or None."""
    try:
        value = json.loads(payload)
    except (TypeError, ValueError, RecursionError):
        return None
    return value if isinstance(value, (dict, list)) else None


def _may_swap(one: Sent, other: Sent) -> bool:
    """Tell whether two events came in one breath, and say different things."""
    return (
        other.message.get("type") == "websocket.send"
        and one.moment == other.moment
        and dict(one.message) != dict(other.message)
    )


def _alterations(
    sent: Sent, loose: Callable[[Sent, Place], bool], typed: bool
) -> Iterator[tuple[Place, Any]]:
    message, kind = sent.message, str(sent.message.get("type"))
    whole = partial(loose, sent)
    for key in _FIELDS.get(kind, ()):
        if message.get(key):
            yield (key,), _other(message[key])
    if kind.endswith("response.start"):
        yield from _headers(message, whole)
    for key in _PAYLOADS.get(kind, ()):
        if message.get(key) is not None:
            yield from _in_payload(key, message[key], whole, typed=typed)


def _headers(
    message: Message, whole: Callable[[Place], bool]
) -> Iterator[tuple[Place, Any]]:
    for number, (name, value) in enumerate(message.get("headers") or ()):
        if bytes(name).lower() in _HEADERS and not whole(("headers", number)):
            yield ("headers", number), bytes(value) + b"~"


def _in_payload(
    key: str, payload: Any, whole: Callable[[Place], bool], *, typed: bool
) -> Iterator[tuple[Place, Any]]:
    parsed = None if whole((key,)) else json_of(payload)
    if not parsed:
        yield (key,), _other_text(payload, loose=whole((key,)))
        return
    for path, value in _some(list(_leaves(parsed, (key,), whole))):
        for other in _others(value, loose=whole(path), typed=typed):
            yield path, other


def _some(found: list[tuple[Place, Any]]) -> list[tuple[Place, Any]]:
    step = max(1, -(-len(found) // MOST_LEAVES))
    return found[::step]


def _leaves(
    value: Any, path: Place, whole: Callable[[Place], bool]
) -> Iterator[tuple[Place, Any]]:
    """Yield each value that holds no others, or that is matched as a whole."""
    if isinstance(value, (dict, list)) and value and not whole(path):
        inside = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in inside:
            yield from _leaves(inner, (*path, key), whole)
    else:
        yield path, value


def _others(value: Any, *, loose: bool, typed: bool) -> list[Any]:
    """Return what a value may be mistaken for."""
    if loose:
        return [_MARK if value is None else None]
    found = [_other(value)]
    whole = isinstance(value, float) and value.is_integer()
    if typed and (isinstance(value, bool) or whole):
        found.append(int(value))
    return found


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    if isinstance(value, str):
        return value + _MARK
    if isinstance(value, list):
        return [_MARK]
    return {_MARK: _MARK} if isinstance(value, dict) else _MARK


def _other_text(payload: Any, *, loose: bool) -> Any:
    if isinstance(payload, str):
        return _MARK if loose else payload + _MARK
    return b"~" if loose else bytes(payload) + b"~"


def _with(payload: Any, path: Sequence[str | int], value: Any) -> Any:
    """Return a copy of a payload with another value in one place."""
    if not path:
        return value
    key, *rest = path
    if isinstance(payload, dict):
        return {k: _with(v, rest, value) if k == key else v for k, v in payload.items()}
    return [_with(v, rest, value) if k == key else v for k, v in enumerate(payload)]
