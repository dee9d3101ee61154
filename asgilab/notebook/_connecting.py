"""The magics that open and close connections: connect and disconnect."""

import asyncio
from typing import Any

from IPython.core.magic_arguments import argument

from asgilab.communicators import WebsocketCommunicator
from asgilab.errors import NoOutput, RouteNotFound, UsageError
from asgilab.notebook._arguments import complaint
from asgilab.notebook._cards import Card
from asgilab.notebook._laboratory import Laboratory
from asgilab.notebook._magic import Call, asgi_magic
from asgilab.notebook._results import Connected, Disconnected, Refused, Stands
from asgilab.notebook._routes import websocket_routes
from asgilab.notebook._standing import Standing, done_or_held, standstill

_NO_ROUTE = "No route found for path"
"""How Channels begins the ValueError that it raises for an unknown path."""


@asgi_magic()
@argument("path", help="path, with its query string")
@argument("--as", dest="name", metavar="NAME", help="what to call it; default ws1, ws2")
@argument("--user", help="Django user to log in as")
@argument("--header", action="append", metavar="'NAME: VALUE'", help="may be repeated")
@argument("--subprotocol", action="append", metavar="NAME", help="may be repeated")
@argument("--paused", action="store_true", help="stop at the first event")
@argument("--timeout", type=float, metavar="SECONDS", help="to wait for the answer")
async def asgi_connect(laboratory: Laboratory, call: Call) -> Card:
    """Open a websocket to the application, as a variable of the notebook.

    ``await alice.receive_json_from()`` then works in any cell.
    """
    arguments, lab = call.arguments, laboratory.lab
    _check_free(laboratory, arguments.name)
    headers = parse_headers(call, arguments.header)
    timeout = timeout_of(laboratory, arguments.timeout)

    async def prepare() -> str:
        known = set(lab.connections)
        lab.websocket(
            arguments.path,
            name=arguments.name,
            headers=headers,
            subprotocols=arguments.subprotocol,
            user=arguments.user,
        )
        name: str = arguments.name or (set(lab.connections) - known).pop()
        if arguments.paused:
            lab.gates.pause(lab.connection(name).name)
        return name

    name = await laboratory.on_lab(prepare())
    answer = await within(laboratory, _dial(laboratory, name, timeout), timeout)
    variable = laboratory.publish(name) if answer is None or answer[0] else False
    stands = await look(laboratory, name)
    if answer is None:
        before = f"connecting to {arguments.path}"
        return Stands(stands, before=before)
    accepted, outcome = answer
    if accepted:
        return Connected(name, arguments.path, outcome, stands.unread, variable)
    return _refused(laboratory, name, arguments.path, outcome)


@asgi_magic()
@argument("names", nargs="*", metavar="NAME", help="default: every open connection")
@argument("--code", type=int, default=1000, help="close code, 1000 to 4999")
@argument("--reason", help="why, as the client puts it")
@argument("--timeout", type=float, metavar="SECONDS", help="for the application to end")
async def asgi_disconnect(laboratory: Laboratory, call: Call) -> Card:
    """Close connections from the client's side and wait for the application.

    A paused connection is told, and then stands at its gate.
    """
    arguments = call.arguments
    timeout = timeout_of(laboratory, arguments.timeout)
    names = arguments.names or [
        name
        for name, communicator in laboratory.lab.connections.items()
        if isinstance(communicator, WebsocketCommunicator)
        and not laboratory.statuses.of(communicator.name).ended
    ]
    connections = {name: laboratory.websocket(name) for name in names}
    endings: dict[str, str] = {}
    for name, communicator in connections.items():
        work = _hang_up(laboratory, name, arguments, timeout)
        await within(laboratory, work, timeout)
        stands = await look(laboratory, name)
        if stands.stop is not None and len(names) == 1:
            return Stands(stands, before="the client has disconnected")
        held = stands.stop is not None
        status = str(laboratory.statuses.of(communicator.name))
        endings[name] = "held at its gate" if held else status
    return Disconnected(endings)


async def within(laboratory: Laboratory, work: Any, timeout: float) -> Any:
    """Run a coroutine on the lab's loop that keeps its own time by the lab's clock.

    That clock stands still while any connection is held; the wall's does not.

    Raises:
        NoOutput: The wall's time was over and the lab's was not.
    """
    try:
        return await laboratory.on_lab(work, timeout + laboratory.patience)
    except Overdue:
        held = sorted({stop.connection for stop in laboratory.lab.gates.stops()})
        why = (
            f"; the lab's clock stands still while {', '.join(held)} is held"
            if held
            else ""
        )
        msg = f"No answer came within {timeout:g} s{why}."
        raise NoOutput(msg) from None
