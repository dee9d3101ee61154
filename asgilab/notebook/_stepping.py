"""The magics that hold an application and let it go: break, step, continue."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from IPython.core.magic_arguments import argument

from asgilab.engine import Stop
from asgilab.errors import PayloadError, UsageError
from asgilab.notebook._arguments import complaint
from asgilab.notebook._asking import look, open_websockets
from asgilab.notebook._cards import Card
from asgilab.notebook._laboratory import Laboratory
from asgilab.notebook._magic import Call, asgi_magic
from asgilab.notebook._results import Note, Stands

_EVERYONE: Final = "*"
_DIRECTIONS: Final = ("receive", "send")


@asgi_magic()
@argument("what", nargs="*", metavar="[receive|send] [NAME]", help="direction and name")
@argument("--type", help="only events of this type, such as websocket.send")
@argument("--when", metavar="EXPRESSION", help="only where this is true of event")
@argument("--clear", action="store_true", help="take all breakpoints away")
async def asgi_break(laboratory: Laboratory, call: Call) -> Card:
    """Pause a connection from now on: each event is held at its gate.

    ``send`` or ``receive`` chooses a direction. Without a name, every
    connection is meant, those that are yet to come included.

    With --type or --when it is a breakpoint: what it means stops, the rest runs,
    and %asgi_continue leaves it there. --when "'bye' in event['text']" may use the
    variables of the notebook.
    """
    if call.arguments.clear:
        held = await laboratory.on_lab(_clear(laboratory))
        more = ("what is held stays held",) if held else ()
        return Note("There is no breakpoint any more.", more)
    words = list(call.arguments.what)
    chosen = words.pop(0) if words and words[0] in _DIRECTIONS else None
    if len(words) > 1:
        raise complaint(call.parser, f"expected one name, got {' '.join(words)!r}")
    name = words[0] if words else _EVERYONE
    await laboratory.on_lab(_break(laboratory, call, name, chosen))
    who = "Every connection" if name == _EVERYONE else name
    where = f"before each {chosen}" if chosen else "at each event"
    where += "".join(f" of type {t}" for t in (call.arguments.type,) if t)
    where += "".join(f" where {when}" for when in (call.arguments.when,) if when)
    more = ("%asgi_step lets one through, %asgi_continue lets everything run",)
    return Note(f"{who} stops {where} from now on.", more)


@asgi_magic()
@argument("name", nargs="?", help="default: the one held longest, or the only one")
async def asgi_step(laboratory: Laboratory, call: Call) -> Card:
    """Let one held event through, and show where the connection stands next.

    A connection that runs freely is paused instead: it stops at its next event.
    """
    name = call.arguments.name or await laboratory.on_lab(_next(laboratory))
    passed, known = await laboratory.on_lab(_step(laboratory, name))
    return Stands(await look(laboratory, name, known), passed)


@asgi_magic()
@argument("name", nargs="?", help="default: every connection")
async def asgi_continue(laboratory: Laboratory, call: Call) -> Card:
    """Let everything that is held go, and hold nothing more."""
    name = call.arguments.name
    released = await laboratory.on_lab(_resume(laboratory, name))
    if name is not None:
        return Stands(await look(laboratory, name), before=_released(released))
    return Note("Every connection runs freely.", (_released(released),))


async def _clear(laboratory: Laboratory) -> bool:
    """Take the breakpoints away; tell whether anything is held."""
    laboratory.lab.clear()
    return bool(laboratory.lab.gates.stops())


async def _break(
    laboratory: Laboratory, call: Call, name: str, chosen: str | None
) -> None:
    """Pause a connection, or set a breakpoint where a type or condition is given."""
    kind, when = call.arguments.type, call.arguments.when
    if kind is None and when is None:
        await _pause(laboratory, name, chosen)
        return
    condition = None if when is None else _condition(when, call.variables)
    directions: Any = () if chosen is None else (chosen,)
    laboratory.lab.break_at(name, *directions, type=kind, when=condition)


def _condition(text: str, variables: Mapping[str, Any]) -> Callable[[Any], object]:
    """Return an expression as a condition that is asked for each event.

    Raises:
        PayloadError: It is no expression.
    """
    try:
        code = compile(text, "<--when>", "eval", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        msg = f"--when {text!r} is no expression: {error}."
        raise PayloadError(msg) from None
    return lambda event: eval(code, {**variables, "event": event})


async def _pause(laboratory: Laboratory, name: str, chosen: str | None) -> None:
    known = laboratory.lab.connections.get(name)
    place = name if known is None else known.name
    if chosen == "send":
        laboratory.lab.gates.pause(place, ("send",))
    elif chosen == "receive":
        laboratory.lab.gates.pause(place, ("receive",))
    else:
        laboratory.lab.gates.pause(place)


async def _next(laboratory: Laboratory) -> str:
    """Return the name of the connection that a step without a name means."""
    stops = laboratory.lab.gates.stops()
    if stops:
        names = {c.name: name for name, c in laboratory.lab.connections.items()}
        return names.get(stops[0].connection, stops[0].connection)
    there = open_websockets(laboratory)
    if len(there) == 1:
        return there[0]
    found = f"connected: {', '.join(there)}" if there else "nothing is connected"
    msg = f"Which connection should step? Expected a name ({found})."
    raise UsageError(msg)


async def _step(
    laboratory: Laboratory, name: str
) -> tuple[Stop | None, frozenset[int]]:
    """Step; return what was let through, and the ids of all that was held before."""
    communicator = laboratory.connection(name)
    gates = laboratory.lab.gates
    known = frozenset(stop.id for stop in gates.stops(communicator.name))
    return gates.step(communicator.name), known


async def _resume(laboratory: Laboratory, name: str | None) -> int:
    gates = laboratory.lab.gates
    place = None if name is None else laboratory.connection(name).name
    released = len(gates.stops(place))
    gates.resume(place)
    return released


def _released(count: int) -> str:
    return f"let through: {count} event{'' if count == 1 else 's'}"
