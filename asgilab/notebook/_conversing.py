"""The magics of a conversation: send, receive, nothing, and HTTP requests."""

import json
from typing import Any

from IPython.core.magic_arguments import argument

from asgilab.errors import NoOutput, PayloadError, UnexpectedEvent, UsageError
from asgilab.notebook._answers import Answer, veiled
from asgilab.notebook._arguments import check_name, check_path, headers
from asgilab.notebook._asking import look, timeout_of, within
from asgilab.notebook._cards import Card
from asgilab.notebook._laboratory import Laboratory
from asgilab.notebook._magic import Call, asgi_magic
from asgilab.notebook._payloads import body, decode, evaluate, frame
from asgilab.notebook._results import Nothing, Sent, Stands
from asgilab.notebook._standing import done_or_held


@asgi_magic("line", "cell", payload=True)
@argument("name", help="connection to send on")
@argument("payload", help="JSON, or a Python expression: dict, list, str, bytes")
async def asgi_send(laboratory: Laboratory, call: Call) -> Card:
    """Send one frame; the payload is the rest of the line, or the cell.

    Text and bytes go as they are, everything else as its JSON text.
    """
    name = call.arguments.name
    communicator = laboratory.websocket(name)
    text, data = frame(evaluate(call.payload, call.variables))
    await laboratory.on_lab(_check_there(laboratory, name))
    await laboratory.on_lab(communicator.send_to(text, data))
    stands = await look(laboratory, name)
    if stands.status.word == "raised":
        # Raises what the application raised: nobody else would see it here.
        await laboratory.on_lab(communicator.wait(0))
    message = _received(text, data)
    if stands.stop is not None or stands.paused:
        where = await laboratory.on_lab(_whereabouts(laboratory, name, message))
        return Stands(stands, before=f"{where}: {laboratory.told(message)}")
    unread = await laboratory.on_lab(laboratory.unread())
    return Sent(name, message, unread, laboratory.redact)


@asgi_magic()
@argument("name", help="connection to receive from")
@argument("--timeout", type=float, metavar="SECONDS", help="to wait for a frame")
@argument("--text", action="store_true", help="leave JSON as the text that it is")
async def asgi_receive(laboratory: Laboratory, call: Call) -> Any:
    """Receive one frame: decoded if it is a JSON object or array, else as it is."""
    arguments = call.arguments
    name, communicator = arguments.name, laboratory.websocket(arguments.name)
    timeout = timeout_of(laboratory, arguments.timeout)
    try:
        got = await within(laboratory, communicator.receive_from(timeout), timeout)
    except NoOutput as error:
        stands = await look(laboratory, name)
        if stands.stop is not None:
            error.add_note(f"{stands.sentence}; %asgi_step {name} lets it through.")
        raise
    if isinstance(got, bytes) or arguments.text:
        return veiled(got, laboratory.redact)
    return veiled(decode(got, None), laboratory.redact)


@asgi_magic()
@argument("name", help="connection that should send nothing")
@argument("--timeout", type=float, metavar="SECONDS", help="that count as nothing")
async def asgi_nothing(laboratory: Laboratory, call: Call) -> Card:
    """Make sure that the application sends nothing more, and tell how sure that is.

    An event that comes instead is an error, and stays there to be received.
    """
    arguments = call.arguments
    communicator = laboratory.websocket(arguments.name)
    timeout = arguments.timeout
    if timeout is None:
        timeout = float(laboratory.settings.silence)
    silent = await within(laboratory, communicator.receive_nothing(timeout), timeout)
    if silent:
        certain = communicator.quiet is not None and communicator.quiet.certain
        # What was known then ends at the call's own timer; what follows is asked anew.
        stands = await look(laboratory, arguments.name)
        return Nothing(arguments.name, stands.quiet if certain else None, timeout)
    came = laboratory.told(communicator.output_queue.events[0])
    msg = f"Expected nothing from {arguments.name}, but it sent {came}."
    raise UnexpectedEvent(msg)


@asgi_magic("line", "cell")
@argument("method", help="GET, POST and so on")
@argument("path", help="path, with its query string")
@argument("--header", action="append", metavar="'NAME: VALUE'", help="may be repeated")
@argument("--body", metavar="TEXT", help="body, sent as it is typed")
@argument("--json", metavar="PAYLOAD", help="body: JSON, or a Python expression")
@argument("--user", help="Django user to log in as")
@argument("--as", dest="name", metavar="NAME", help="what to call it; default http1")
@argument("--timeout", type=float, metavar="SECONDS", help="to wait for each event")
async def asgi_http(laboratory: Laboratory, call: Call) -> Any:
    """Make one HTTP request; as a cell magic, the cell is the body.

    JSON may stand behind the path: ``%asgi_http POST /rooms/ {"name": "lobby"}``.

    The result is a dict with ``status``, ``headers`` and ``body`` (bytes);
    ``.text`` and ``.json()`` decode the body.
    """
    arguments = call.arguments
    check_path(arguments.path)
    check_name(arguments.name)
    content, kind = _content(call)
    pairs = headers(call.parser, arguments.header)
    if content and not any(name.lower() == "content-type" for name, _ in pairs):
        pairs.append(("Content-Type", kind))
    timeout = timeout_of(laboratory, arguments.timeout)
    request = _request(laboratory, call, (content, pairs, timeout))
    name, response = await within(laboratory, request, timeout)
    # An application may well go on after its response: let it come to its end.
    stands = await look(laboratory, name)
    if response is not None:
        return Answer(response, redact=laboratory.redact)
    laboratory.publish(name)
    before = f"when it goes on, await {name}.get_response() gives the response"
    return Stands(stands, before=before)


async def _request(
    laboratory: Laboratory,
    call: Call,
    request: tuple[bytes, list[tuple[str, str]], float],
) -> tuple[str, Any]:
    """Make a request; the response is None when it is held before its end."""
    lab, arguments = laboratory.lab, call.arguments
    content, pairs, timeout = request
    known = set(lab.connections)
    answer = lab.http(
        arguments.method.upper(),
        arguments.path,
        body=content,
        headers=pairs,
        name=arguments.name,
        user=arguments.user,
        timeout=timeout,
    )
    name = str(arguments.name or (set(lab.connections) - known).pop())
    return name, await done_or_held(lab, name, lab.run(answer))


async def _whereabouts(
    laboratory: Laboratory, name: str, message: dict[str, Any]
) -> str:
    """Tell how far a frame has come that was sent to a paused connection."""
    communicator = laboratory.websocket(name)
    stops = laboratory.lab.gates.stops(communicator.name)
    if any(s.direction == "receive" and s.message == message for s in stops):
        return "held at receive"
    waits = message in communicator.input_queue.events
    return "not received yet" if waits else "delivered"


async def _check_there(laboratory: Laboratory, name: str) -> None:
    """Refuse to send on a connection that the client has left already.

    What its application raised comes out of the sending itself, and is let be.
    """
    communicator = laboratory.websocket(name)
    stops = laboratory.lab.gates.stops(communicator.name)
    waiting = [stop.message for stop in stops if stop.direction == "receive"]
    waiting += communicator.input_queue.events
    status = laboratory.statuses.of(communicator.name)
    left = any(event.get("type") == "websocket.disconnect" for event in waiting)
    if left or (status.ended and status.word != "raised"):
        how = "has disconnected" if left else f"has ended ({status})"
        msg = f"{name!r} {how}: nothing can be sent on it. Expected %asgi_connect anew."
        raise UsageError(msg)


def _content(call: Call) -> tuple[bytes, str]:
    arguments = call.arguments
    given = (call.cell, arguments.body, arguments.json)
    if sum(source is not None for source in given) > 1:
        msg = "A request has one body. Expected the cell, --body or --json."
        raise PayloadError(msg)
    if arguments.json is not None:
        value = evaluate(arguments.json, call.variables)
        if isinstance(value, bytes):
            msg = "--json got bytes. Expected what JSON can hold."
            raise PayloadError(msg)
        return _json(value), "application/json"
    if arguments.body is not None:
        return body(arguments.body)
    return body(call.cell or "") if call.cell is not None else (b"", "")


def _json(value: Any) -> bytes:
    text = json.dumps(value) if isinstance(value, str) else frame(value).text
    return (text or "").encode()


def _received(text: str | None, data: bytes | None) -> dict[str, Any]:
    carried = {"bytes": data} if text is None else {"text": text}
    return {"type": "websocket.receive", **carried}
