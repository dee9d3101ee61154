"""The magics about what is held at a gate: inspect, edit, drop, duplicate, delay.

They mean the event that has been held longest. Pausing and stepping stand in
``_stepping``.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from IPython.core.magic_arguments import argument

from asgilab.engine import Stop
from asgilab.errors import PayloadError, UsageError
from asgilab.notebook._asking import look
from asgilab.notebook._cards import Card
from asgilab.notebook._laboratory import Laboratory
from asgilab.notebook._magic import Call, asgi_magic
from asgilab.notebook._payloads import evaluate, frame
from asgilab.notebook._results import Inspected, Stands

_NAME: Final = "default: the one held longest"
_PROTOCOLS: Final = ("websocket.", "http.", "lifespan.")
_SENT: Final = ("websocket.http.response.", "http.response.")
_SENT_TYPES: Final = frozenset(
    {"websocket.accept", "websocket.send", "websocket.close"}
)
_BODIES: Final = frozenset({"http.request", "http.response.body"})
_FRAMES: Final = frozenset({"websocket.receive", "websocket.send"})


@asgi_magic()
@argument("name", nargs="?", help="connection; " + _NAME)
async def asgi_inspect(laboratory: Laboratory, call: Call) -> Card:
    """Show where a connection stands: every frame with its source line and locals.

    The attributes of the consumer stand beside them, and the whole event that
    is held. The result keeps text: ``_.frames[0].locals["text"]`` is a str.
    """
    name = call.arguments.name or await laboratory.on_lab(_held_longest(laboratory))
    laboratory.connection(name)
    return Inspected(await look(laboratory, name))


@asgi_magic("line", "cell", payload=True)
@argument("name", help="connection whose held event is meant")
@argument("payload", help="the new payload, or a whole event: a dict with its type")
async def asgi_edit(laboratory: Laboratory, call: Call) -> Card:
    """Let the held event through with another payload.

    The payload is written as for %asgi_send. A dict whose "type" is one of ASGI,
    such as {"type": "websocket.close", "code": 4000}, takes the whole event's place.
    """
    value = evaluate(call.payload, call.variables)
    gates = laboratory.lab.gates

    def edit(stop: Stop) -> str:
        message = _edited(stop, value)
        gates.release(stop, message)
        return f"edited: {laboratory.told(stop.message)} → {laboratory.told(message)}"

    return await _decide(laboratory, call.arguments.name, edit)


@asgi_magic()
@argument("name", nargs="?", help="connection; " + _NAME)
async def asgi_drop(laboratory: Laboratory, call: Call) -> Card:
    """Lose the held event: it reaches nobody, and the application goes on."""
    gates = laboratory.lab.gates

    def drop(stop: Stop) -> str:
        gates.drop(stop)
        return f"dropped: {laboratory.told(stop.message)}"

    return await _decide(laboratory, call.arguments.name, drop)


@asgi_magic()
@argument("name", nargs="?", help="connection; " + _NAME)
@argument("--times", type=int, default=2, metavar="N", help="default: 2")
async def asgi_duplicate(laboratory: Laboratory, call: Call) -> Card:
    """Let the held event through more than once."""
    gates, times = laboratory.lab.gates, call.arguments.times

    def duplicate(stop: Stop) -> str:
        gates.duplicate(stop, times)
        return f"let through {times} times: {laboratory.told(stop.message)}"

    return await _decide(laboratory, call.arguments.name, duplicate)


@asgi_magic()
@argument("seconds", type=float, help="of the lab's clock")
@argument("name", nargs="?", help="connection; " + _NAME)
async def asgi_delay(laboratory: Laboratory, call: Call) -> Card:
    """Let the held event through later; the call of the application takes that long."""
    gates, seconds = laboratory.lab.gates, call.arguments.seconds

    def delay(stop: Stop) -> str:
        gates.delay(stop, seconds)
        return f"goes on in {seconds:g} s: {laboratory.told(stop.message)}"

    return await _decide(laboratory, call.arguments.name, delay)


@asgi_magic("line", "cell", payload=True)
@argument("name", help="connection to put an event into")
@argument("payload", help="a frame's payload, or a whole event: a dict with its type")
async def asgi_inject(laboratory: Laboratory, call: Call) -> Card:
    """Put an event into a conversation that neither side has sent.

    A plain payload is a frame for the application. A dict whose "type" is one of
    ASGI is that event; one that only applications send, such as websocket.send,
    goes to the client.
    """
    name = call.arguments.name
    laboratory.connection(name)
    value = evaluate(call.payload, call.variables)
    message = _whole(value) or _with_payload({"type": "websocket.receive"}, value)
    kind = str(message["type"])
    sent = kind in _SENT_TYPES or kind.startswith(_SENT)

    async def put() -> None:
        laboratory.lab.inject(name, message, "send" if sent else "receive")

    await laboratory.on_lab(put())
    whom = "to the client" if sent else "to the application"
    return Stands(
        await look(laboratory, name),
        before=f"injected {whom}: {laboratory.told(message)}",
    )


async def _decide(
    laboratory: Laboratory, name: str | None, fate: Callable[[Stop], str]
) -> Card:
    """Decide what becomes of a held event, and tell where its connection stands."""

    async def decide() -> tuple[str, str]:
        found = name or await _held_longest(laboratory)
        stop = _stop(laboratory, found)
        return found, fate(stop)

    found, told = await laboratory.on_lab(decide())
    return Stands(await look(laboratory, found), before=told)


async def _held_longest(laboratory: Laboratory) -> str:
    stops = laboratory.lab.gates.stops()
    if not stops:
        msg = "Nothing is held. Expected %asgi_step NAME or %asgi_break before."
        raise UsageError(msg)
    names = {c.name: name for name, c in laboratory.lab.connections.items()}
    return names.get(stops[0].connection, stops[0].connection)


def _stop(laboratory: Laboratory, name: str) -> Stop:
    stops = laboratory.lab.gates.stops(laboratory.connection(name).name)
    if not stops:
        msg = f"Nothing of {name!r} is held. Expected %asgi_step {name} before."
        raise UsageError(msg)
    return stops[0]


def _edited(stop: Stop, value: Any) -> Any:
    """Return the event that takes the place of a held one."""
    if stop.direction.startswith("layer."):
        if isinstance(value, dict):
            return value
        msg = "A message of a channel layer is a dict. Expected one with its type."
        raise PayloadError(msg)
    return _whole(value) or _with_payload(stop.message, value)


def _whole(value: Any) -> dict[str, Any] | None:
    """Return a value that is an event of ASGI itself, or None."""
    kind = value.get("type") if isinstance(value, dict) else None
    return value if isinstance(kind, str) and kind.startswith(_PROTOCOLS) else None


def _with_payload(message: Mapping[str, Any], value: Any) -> dict[str, Any]:
    kind = str(message.get("type"))
    text, data = frame(value)
    if kind in _BODIES:
        return {**message, "body": (text or "").encode() if data is None else data}
    if kind not in _FRAMES:
        msg = f"{kind} carries no payload. Expected a whole event, a dict with type."
        raise PayloadError(msg)
    kept = {k: v for k, v in message.items() if k not in ("text", "bytes")}
    return {**kept, **({"bytes": data} if text is None else {"text": text})}
