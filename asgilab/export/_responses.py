"""HTTP requests and responses as statements: which headers, and how much body."""

import re
from typing import Any, Final

from asgilab.export._nodes import Code
from asgilab.export._payloads import Payloads
from asgilab.export._statements import ExpectResponse
from asgilab.replay import Input, Output, content
from asgilab.sessions import redacted_bytes

_ASSERTED: Final = (b"content-type", b"location")
_LONGEST: Final = 300
"""Bytes of a body that are still worth comparing as a whole."""

_TITLE: Final = re.compile(rb"<title>[^<]*</title>", re.IGNORECASE)


def request_body(said: Input, payloads: Payloads) -> tuple[Any, bool]:
    """Return the body of a request, and whether it is the JSON of one."""
    raw = bytes(said.message.get("body") or b"")
    body = content({"body": raw}).get("body", b"")
    if isinstance(body, (dict, list)):
        return payloads.sent(said, ("body",), body), True
    return _text(said, raw, payloads), False


def expect_response(
    variable: str,
    response: Output,
    payloads: Payloads,
    name: str,
    notes: list[str],
) -> ExpectResponse:
    """Return the statement that gets a response and checks it.

    The status, the type of the content and where a redirect leads are always
    asserted. A body is compared as a whole where it is JSON or short; of a page
    the title is looked for.

    Args:
        variable: Variable of the request's communicator.
        response: The response.
        payloads: Makes the payloads of the test.
        name: Variable for the decoded body, or "".
        notes: Takes a sentence for what is not compared.
    """
    message = response.content
    places = payloads.plan.places.get(response.event, {})
    status = payloads.expected(response, ("status",), message["status"])
    headers = tuple(
        (key, value)
        for number, (key, value) in enumerate(message["headers"])
        if key.lower() in _ASSERTED
        and ("headers", number) not in places
        and not _holds_secret(value)
    )
    body = message["body"]
    if isinstance(body, (dict, list)):
        expected = payloads.expected(response, ("body",), body)
        return ExpectResponse(variable, status, headers, expected, True, (), name)
    if len(body) <= _LONGEST and not _holds_secret(body):
        expected = payloads.expected(response, ("body",), body)
        return ExpectResponse(variable, status, headers, expected)
    title = _TITLE.search(body)
    notes.append(
        f"The body of the response at event {response.event} has {len(body)} bytes: "
        + ("its title is compared, not the whole." if title else "it is not compared.")
    )
    contains = (title[0],) if title else ()
    return ExpectResponse(variable, status, headers, contains=contains)


def _holds_secret(body: Any) -> bool:
    return isinstance(body, bytes) and redacted_bytes(body) != body


def _text(said: Input, raw: bytes, payloads: Payloads) -> Any:
    """Return the body of a form or a text, its secrets from the environment."""
    try:
        filled = payloads.pairs(said, raw.decode())
    except UnicodeDecodeError:
        return raw
    if isinstance(filled, str):
        return raw
    return Code(f"{filled.text}.encode()", filled.needs)
