"""What the application sent, as the assertions of a test."""

import builtins
import sys
from typing import Any, Final

from asgilab.export._draft import Draft
from asgilab.export._statements import (
    ExpectBytes,
    ExpectClose,
    ExpectEvent,
    ExpectJson,
    ExpectRaised,
    ExpectText,
    ExpectUnordered,
    Statement,
)
from asgilab.replay import Output

RAISED: Final = "application.raised"
"""Type of the output that says that the application raised."""


def expectations(draft: Draft, number: int, outputs: list[Output]) -> list[Statement]:
    """Return the assertions for the outputs of one step, in their order."""
    done: list[Statement] = []
    for name in dict.fromkeys(output.connection for output in outputs):
        group = [output for output in outputs if output.connection == name]
        if (number, name) in draft.reordered:
            frames = [o for o in group if isinstance(_text(o), (dict, list))]
            payloads = [draft.payloads.expected(o, ("text",), _text(o)) for o in frames]
            done.append(ExpectUnordered(draft.variable(name), tuple(payloads)))
            group = [output for output in group if output not in frames]
        done += [expectation(draft, output) for output in group]
    return done


def expectation(draft: Draft, output: Output) -> Statement:
    """Return the assertion for one output."""
    if output.type == RAISED:
        return raised(draft, output, "receive_from()")
    if output.type == "websocket.close":
        return _close(draft, output)
    if output.type != "websocket.send":
        return ExpectEvent(draft.variable(output.connection), _event(draft, output))
    return _frame(draft, output)


def raised(draft: Draft, output: Output, during: str) -> ExpectRaised:
    """Return the assertion that the application raises.

    Args:
        draft: The script in the making.
        output: The end of the application.
        during: The call that brings the exception out, such as ``"connect()"``.
    """
    draft.silent.pop(output.connection, None)
    text = str(output.message.get("message", ""))
    return ExpectRaised(
        draft.variable(output.connection),
        importable(str(output.message.get("exception", "Exception"))),
        "" if draft.moves(output.event, "message") else text,
        during,
    )


def importable(exception: str) -> str:
    """Return the name of an exception that a test can import, or a wider one.

    An exception of a module that is loaded is looked up there. A class within a
    function, or one that is gone, is expected as ``Exception``.

    Example::

        importable("ZeroDivisionError")                  # 'ZeroDivisionError'
        importable("chat.rooms.enter.<locals>.Full")     # 'Exception'
    """
    module, _, name = exception.rpartition(".")
    if not all(part.isidentifier() for part in exception.split(".")):
        return "Exception"
    if not module:
        found = getattr(builtins, name, None)
        known = isinstance(found, type) and issubclass(found, BaseException)
        return name if known else "Exception"
    loaded = sys.modules.get(module)
    return exception if loaded is None or hasattr(loaded, name) else "Exception"


def _frame(draft: Draft, output: Output) -> Statement:
    variable = draft.variable(output.connection)
    text, data = _text(output), output.content.get("bytes")
    if text is None:
        if not isinstance(data, bytes):
            return ExpectEvent(variable, _event(draft, output))
        return ExpectBytes(variable, draft.payloads.expected(output, ("bytes",), data))
    payload = draft.payloads.expected(output, ("text",), text)
    name = draft.variables.messages.get(output.event, "")
    if isinstance(text, str):
        return ExpectText(variable, payload, name)
    return ExpectJson(variable, payload, name)


def _close(draft: Draft, output: Output) -> Statement:
    variable = draft.variable(output.connection)
    draft.silent.pop(output.connection, None)
    event = _event(draft, output)
    code, reason = event.get("code", 1000), event.get("reason") or ""
    if isinstance(code, int) and isinstance(reason, str):
        return ExpectClose(variable, event, code, reason)
    return ExpectEvent(variable, event)


def _event(draft: Draft, output: Output) -> dict[str, Any]:
    return {
        key: draft.payloads.expected(output, (key,), value)
        for key, value in output.message.items()
    }


def _text(output: Output) -> Any:
    return output.content.get("text")
