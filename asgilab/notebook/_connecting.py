"""The magics that open and close connections: connect and disconnect."""

import asyncio
from typing import Any, Final

from IPython.core.magic_arguments import argument

from asgilab.communicators import WebsocketCommunicator, tasks_left
from asgilab.errors import RouteNotFound, UsageError
from asgilab.lab import Lab
from asgilab.notebook._arguments import check_name, check_path, headers
from asgilab.notebook._asking import look, open_websockets, timeout_of, within
from asgilab.notebook._cards import Card
from asgilab.notebook._laboratory import Laboratory
from asgilab.notebook._magic import Call, asgi_magic
from asgilab.notebook._results import Connected, Disconnected, Refused, Stands
from asgilab.notebook._routes import has_route, websocket_routes
from asgilab.notebook._standing import done_or_held

_NO_ROUTE: Final = "No route found for path"
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
    arguments = call.arguments
    check_path(arguments.path)
    check_name(arguments.name)
    _check_free(laboratory, arguments.name)
    _check_route(laboratory, arguments.path)
    timeout = timeout_of(laboratory, arguments.timeout)
    name = await laboratory.on_lab(_prepare(laboratory.lab, call))
    dialled = _dial(laboratory, name, timeout)
    try:
        answer = await within(laboratory, dialled, timeout)
    except ValueError as error:
        if not str(error).startswith(_NO_ROUTE):
            raise
        routes = websocket_routes(laboratory.lab.application)
        raise RouteNotFound(arguments.path, routes) from None
    if answer is not None and not answer[0]:
        return _refused(laboratory, name, arguments.path, answer[1])
    variable = laboratory.publish(name)
    stands = await look(laboratory, name)
    if answer is None:
        return Stands(stands, before=f"connecting to {arguments.path}")
    return Connected(name, arguments.path, answer[1], stands.unread, variable)


@asgi_magic()
@argument("names", nargs="*", metavar="NAME", help="default: every open websocket")
@argument("--code", type=int, default=1000, help="close code, 1000 to 4999")
@argument("--reason", help="why, as the client puts it")
@argument("--timeout", type=float, metavar="SECONDS", help="for the application to end")
async def asgi_disconnect(laboratory: Laboratory, call: Call) -> Card:
    """Close connections from the client's side and wait for the application.

    A paused connection is told, and stands at its gate then. A task that goes on
    after its application is named, with the lines where it began and stands.
    """
    arguments = call.arguments
    names = arguments.names or open_websockets(laboratory)
    connections = {name: laboratory.websocket(name) for name in names}
    timeout = timeout_of(laboratory, arguments.timeout)
    endings: dict[str, str] = {}
    for name, communicator in connections.items():
        leaving = communicator.disconnect(
            arguments.code, timeout, reason=arguments.reason
        )
        held = done_or_held(laboratory.lab, name, leaving)
        await within(laboratory, held, timeout)
        stands = await look(laboratory, name)
        if stands.stop is not None and len(names) == 1:
            return Stands(stands, before="the client has disconnected")
        endings[name] = str(stands.status) if stands.stop is None else "held at a gate"
    left = await laboratory.on_lab(_left(laboratory, set(endings)))
    return Disconnected(endings, tuple(left))


async def _left(laboratory: Laboratory, names: set[str]) -> list[str]:
    """Tell which tasks of applications that have ended go on."""
    lab = laboratory.lab
    return tasks_left(lab.gates, {lab.connection(name).name for name in names})


def _check_free(laboratory: Laboratory, name: str | None) -> None:
    if name in open_websockets(laboratory):
        msg = (
            f"{name!r} is connected already. Expected another name, or "
            f"%asgi_disconnect {name} first."
        )
        raise UsageError(msg)


def _check_route(laboratory: Laboratory, path: str) -> None:
    """Refuse a path that leads nowhere, before anything is recorded of it."""
    application = laboratory.lab.application
    if not has_route(application, path):
        raise RouteNotFound(path, websocket_routes(application))


async def _prepare(lab: Lab, call: Call) -> str:
    """Make the connection, without connecting it yet; return its name."""
    arguments = call.arguments
    known = set(lab.connections)
    lab.websocket(
        arguments.path,
        name=arguments.name,
        headers=headers(call.parser, arguments.header),
        subprotocols=arguments.subprotocol,
        user=arguments.user,
    )
    name = str(arguments.name or (set(lab.connections) - known).pop())
    if arguments.paused:
        lab.gates.pause(lab.connection(name).name)
    return name


async def _dial(
    laboratory: Laboratory, name: str, timeout: float
) -> tuple[bool, Any] | None:
    """Connect; return the answer, or None when the connection is held before it."""
    communicator = laboratory.websocket(name)
    answer = await done_or_held(laboratory.lab, name, communicator.connect(timeout))
    if answer is None:
        later = asyncio.ensure_future(_finish_handshake(communicator))
        laboratory.handshakes[name] = later
        later.add_done_callback(lambda _: laboratory.handshakes.pop(name, None))
    return answer


async def _finish_handshake(communicator: WebsocketCommunicator) -> None:
    """Take the answer of a paused connection off its queue, once it is let go."""
    outbox = communicator.output_queue
    while not outbox.events and not communicator.future.done():
        await outbox.wait()
    if outbox.events and outbox.events[0].get("type") == "websocket.accept":
        accepted = outbox.events.popleft()
        communicator.response_headers = list(accepted.get("headers", ()))


def _refused(laboratory: Laboratory, name: str, path: str, outcome: int) -> Refused:
    denial = laboratory.websocket(name).denial
    if denial is None:
        return Refused(name, path, outcome, 403)
    return Refused(name, path, None, outcome, denial["body"])
