"""What a client did, as the statements of a test.

Each function gets the outputs of its own connection in that step and returns
the statements, with the outputs that are still to be asserted.
"""

from dataclasses import replace
from typing import TypeAlias

from asgilab.errors import ExportError
from asgilab.export._draft import Draft
from asgilab.export._expectations import RAISED, raised
from asgilab.export._responses import expect_response, request_body
from asgilab.export._statements import (
    Connect,
    Disconnect,
    ExpectDenied,
    ExpectNothing,
    HttpRequest,
    Open,
    SendBytes,
    SendEvent,
    SendJson,
    SendText,
    Statement,
)
from asgilab.replay import (
    Act,
    Input,
    Output,
    Request,
    content,
    cookies_of,
    without_session,
)

Done: TypeAlias = tuple[list[Statement], list[Output]]

_DENIAL = "websocket.http.response"


def act(draft: Draft, said: Input, mine: list[Output]) -> Done:
    """Return the statements for what a client did at the start of a step."""
    if said.act is Act.CONNECT:
        return _connect(draft, said, mine)
    if said.act is Act.REQUEST:
        return _exchange(draft, said, mine)
    if said.message.get("type") == "websocket.disconnect":
        return _goodbye(draft, said, mine)
    return [_send(draft, said)], mine


def opening(draft: Draft, said: Input) -> Open:
    """Return the statement that makes the communicator of a websocket.

    Raises:
        ExportError: The session does not say how, or only with a secret.
    """
    request = _request(draft, said)
    return Open(
        draft.variable(said.connection),
        draft.payloads.address(said, request.path),
        tuple(draft.payloads.headers(said, request.headers)),
        tuple(draft.payloads.offered(said, request.subprotocols)),
        draft.user(said.connection),
        # What guards against other sites is a part of Channels.
        request.implied if draft.django else (),
    )


def _request(draft: Draft, said: Input) -> Request:
    request = said.request
    if request is None:
        msg = (
            f"The session does not hold the scope of {said.connection!r}, so the test "
            "would not know its path. Record the connection from its start."
        )
        raise ExportError(msg)
    headers = request.headers
    if draft.user(said.connection):
        headers = without_session(headers)
    elif draft.django:
        _refuse_session(said.connection, request)
    return replace(request, headers=headers)


def _refuse_session(connection: str, request: Request) -> None:
    signed = [n for n in cookies_of(request.headers) if "session" in n.lower()]
    if signed:
        msg = (
            f"{connection!r} was opened with the cookie {signed[0]!r}: a secret, and "
            "the name of a session that the test's database will not know. Open the "
            "connection for a user instead (user=), so that the test can sign in."
        )
        raise ExportError(msg)


def _connect(draft: Draft, said: Input, mine: list[Output]) -> Done:
    variable = draft.variable(said.connection)
    late: list[Statement] = []
    if draft.moves(said.event, "path"):
        late.append(opening(draft, said))
    kind = mine[0].type if mine else ""
    if kind == "websocket.accept":
        draft.silent[said.connection] = None
        chosen = draft.payloads.chosen(mine[0].message.get("subprotocol"))
        return [*late, Connect(variable, True, chosen)], mine[1:]
    if kind == "websocket.close":
        code = mine[0].message.get("code", 1000)
        return [*late, Connect(variable, False, code=code)], mine[1:]
    if kind == f"{_DENIAL}.start":
        return [*late, _denied(variable, mine)], []
    if kind == RAISED:
        return [*late, raised(draft, mine[0], "connect()")], mine[1:]
    return [*late, SendEvent(variable, dict(said.message))], mine


def _denied(variable: str, mine: list[Output]) -> ExpectDenied:
    chunks = [o.message.get("body") or b"" for o in mine if o.type == f"{_DENIAL}.body"]
    return ExpectDenied(variable, mine[0].message.get("status"), b"".join(chunks))


def _exchange(draft: Draft, said: Input, mine: list[Output]) -> Done:
    variable = draft.variable(said.connection)
    request = _request(draft, said)
    body, is_json = request_body(said, draft.payloads)
    made = HttpRequest(
        variable,
        request.method,
        draft.payloads.address(said, request.path),
        body,
        is_json,
        tuple(draft.payloads.headers(said, request.headers)),
        draft.user(said.connection),
    )
    failed = next((output for output in mine if output.type == RAISED), None)
    complete = bool(mine) and mine[0].message.get("more_body") is False
    if not complete and failed is not None:
        return [made, raised(draft, failed, "get_response()")], []
    if not complete:
        msg = (
            f"The response to {said.connection!r} has not come to its end in the "
            "session. Export after it has."
        )
        raise ExportError(msg)
    name = draft.variables.messages.get(mine[0].event, "")
    answer = expect_response(variable, mine[0], draft.payloads, name, draft.notes)
    if failed is not None:
        return [made, answer, raised(draft, failed, "wait()")], []
    return [made, answer], []


def _send(draft: Draft, said: Input) -> Statement:
    variable = draft.variable(said.connection)
    message = content(said.message)
    text, data = message.get("text"), message.get("bytes")
    if message.get("type") != "websocket.receive" or (text is None) == (data is None):
        return SendEvent(variable, dict(said.message))
    if isinstance(data, bytes):
        return SendBytes(variable, data)
    payload = draft.payloads.sent(said, ("text",), text)
    if isinstance(text, str):
        return SendText(variable, payload)
    return SendJson(variable, payload)


def _goodbye(draft: Draft, said: Input, mine: list[Output]) -> Done:
    variable = draft.variable(said.connection)
    code = said.message.get("code", 1000)
    if not isinstance(code, int):
        return [SendEvent(variable, dict(said.message))], mine
    done: list[Statement] = []
    if said.connection in draft.silent:
        done.append(ExpectNothing(variable))
        del draft.silent[said.connection]
    if mine and mine[0].type == RAISED:
        call = "disconnect()" if code == 1000 else f"disconnect(code={code})"
        return [*done, raised(draft, mine[0], call)], []
    return [*done, Disconnect(variable, code)], mine
