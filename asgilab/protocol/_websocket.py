"""WebSocket: one connection, from the handshake to its end.

The table is the specification's; what it cannot say about values stands below it.

Source: the HTTP and WebSocket sub-specification 2.5,
https://asgi.readthedocs.io/en/latest/specs/www.html#websocket
"""

from typing import Final

from asgilab.protocol._extensions import denial_flag, portability_breaches
from asgilab.protocol._findings import Breaches
from asgilab.protocol._headers import header_breaches, headers_of, values_of
from asgilab.protocol._http import status_breaches
from asgilab.protocol._memory import Memory
from asgilab.protocol._protocol import Protocol
from asgilab.protocol._steps import (
    answer_flag,
    disconnect_flag,
    greeting_flag,
    note_disconnect,
    note_greeting,
)
from asgilab.protocol._table import Table, read_table
from asgilab.protocol._values import is_int, shown
from asgilab.types import Message

TABLE: Final = read_table(
    "websocket.",
    """
over = rejected closed denied

                           connecting     open        denying     over      gone
# What is delivered.
connect                    .              .           .           .         .
connect+again              WS-01          WS-01       WS-01       WS-01     WS-01
receive                    WS-02          .           WS-02       WS-02     WS-03
receive+first              WS-01          WS-01       WS-01       WS-01     WS-01
receive+late               WS-03          WS-03       WS-03       WS-03     WS-03
disconnect                 gone           gone        gone        .         .
disconnect+first           WS-01>gone     WS-01>gone  WS-01>gone  WS-01     WS-01
disconnect+again           WS-08>.        WS-08>.     WS-08>.     WS-08>.   WS-08>.
(drop)                     gone           gone        gone        .         .

# What the application sends. `+early`: before it has received the connect.
accept                     open           WS-20       EXT-12      ~WS-20    ~WS-40
accept+early               WS-21>open     WS-20       EXT-12      ~WS-20    ~WS-40
send                       WS-30          .           EXT-12      ~WS-41    ~WS-40
close                      rejected       closed      EXT-12      ~WS-41b   ~WS-40
close+early                WS-21>rejected closed      EXT-12      ~WS-41b   ~WS-40
http.response.start        denying        EXT-11      EXT-13      ~EXT-11   ~WS-40
http.response.start+early  WS-21>denying  EXT-11      EXT-13      ~EXT-11   ~WS-40
http.response.body         EXT-14         EXT-11      denied      ~EXT-15   ~WS-40
http.response.body+more    EXT-14         EXT-11      .           ~EXT-15   ~WS-40

# How the application ends.
(return)                   WS-50          WS-51       EXT-16      .         .
(raise)                    .              WS-52       .           .         .
""",
)
"""What each step does in each state of a websocket.

``connecting``: the handshake is not answered. ``open``: accepted. ``denying``: a
denial response has begun. ``rejected``: closed before it was accepted. ``closed``:
closed by the application. ``denied``: the denial response is complete. ``gone``: the
client left before any of these ends.
"""

SENDABLE_CODES: Final = frozenset(
    {*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)}
)
"""Close codes that may go over the wire (WS-44): RFC 6455, section 7.4."""

PORTABLE_CODES: Final = frozenset({1000, *range(3000, 5000)})
"""Close codes that Daphne sends too (WS-44b)."""

DELIVERABLE_CODES: Final = frozenset({*range(1000, 1016), *range(3000, 5000)})
"""Close codes that a peer or a library reports (WS-05)."""

LONGEST_REASON: Final = 123
"""Bytes: a control frame holds 125, two of them the code (RFC 6455, 5.5)."""


def receive_flag(memory: Memory, message: Message) -> str:
    """Whether a frame comes between connect and disconnect."""
    if memory.left:
        return "+late"
    return "" if memory.greeted else "+first"


def end_flag(memory: Memory, message: Message) -> str:
    """Whether a disconnect comes after connect, and once."""
    return disconnect_flag(memory, message) or ("" if memory.greeted else "+first")


def accept_breaches(memory: Memory, message: Message, state: str) -> Breaches:
    """Check an acceptance: WS-23 to WS-26, HTTP-13 to HTTP-15."""
    chosen = message.get("subprotocol")
    if isinstance(chosen, str) and chosen not in (
        memory.scope.get("subprotocols") or ()
    ):
        yield "WS-23", f"has subprotocol {shown(chosen)}; expected one that was offered"
    yield from header_breaches(message, "WS-24")
    headers = headers_of(message)
    if headers and memory.version < (2, 1):
        yield "WS-25", "has headers; expected none below version 2.1"
    if values_of(headers, b"sec-websocket-protocol"):
        yield "WS-26", "has a sec-websocket-protocol header; expected subprotocol"


def one_of_two(rule: str, message: Message) -> Breaches:
    """Check that exactly one of bytes and text is not None: WS-02, WS-31."""
    given = [name for name in ("bytes", "text") if message.get(name) is not None]
    if len(given) != 1:
        has = "both bytes and text" if given else "neither bytes nor text"
        yield rule, f"has {has}; expected exactly one of them"


def receive_breaches(memory: Memory, message: Message, state: str) -> Breaches:
    """Check a frame from the client (WS-02)."""
    yield from one_of_two("WS-02", message)


def send_breaches(memory: Memory, message: Message, state: str) -> Breaches:
    """Check a frame to the client (WS-31)."""
    yield from one_of_two("WS-31", message)


def disconnect_breaches(memory: Memory, message: Message, state: str) -> Breaches:
    """Check the code of a disconnect (WS-05)."""
    code = message.get("code")
    if is_int(code) and code not in DELIVERABLE_CODES:
        yield "WS-05", f"has code {code}; expected 1000 to 1015 or 3000 to 4999"


def close_breaches(memory: Memory, message: Message, state: str) -> Breaches:
    """Check a close: WS-43 to WS-47."""
    code, reason = message.get("code", 1000), message.get("reason")
    if is_int(code) and code not in SENDABLE_CODES:
        yield (
            "WS-44",
            f"has code {code}; expected 1000 to 1003, 1007 to 1014 or 3000 to 4999",
        )
    elif is_int(code) and code not in PORTABLE_CODES and state == "open":
        yield "WS-44b", f"has code {code}; expected 1000 or 3000 to 4999 for Daphne"
    if isinstance(reason, str):
        yield from _reason_breaches(memory, reason)
    elif reason is not None:
        rule = "WS-43b" if state == "connecting" else "WS-43"
        yield rule, f"has reason {shown(reason)}; expected str or None"
    if state == "connecting" and (code != 1000 or reason):
        yield "WS-47", "rejects with HTTP 403; its code and reason reach nobody"


def _reason_breaches(memory: Memory, reason: str) -> Breaches:
    """WS-45 and WS-46."""
    if reason and memory.version < (2, 3):
        yield "WS-45", "has a reason; expected none below version 2.3"
    size = len(reason.encode(errors="surrogatepass"))
    if size > LONGEST_REASON:
        yield (
            "WS-46",
            f"has a reason of {size} bytes; expected at most {LONGEST_REASON}",
        )


def denial_start_breaches(memory: Memory, message: Message, state: str) -> Breaches:
    """Check the start of a denial response: EXT-10, EXT-17, HTTP-12 to HTTP-15."""
    yield from status_breaches(message)
    yield from header_breaches(message, "EXT-10")
    yield from portability_breaches(message, "headers")


def denial_body_breaches(memory: Memory, message: Message, state: str) -> Breaches:
    """Check a part of a denial response (EXT-17)."""
    yield from portability_breaches(message, "body")


def steady_states(table: Table, *steps: str) -> frozenset[str]:
    """The states in which all these steps are right and change nothing.

    Args:
        table: The table.
        steps: Step names.

    Returns:
        The states: there the quick way through a conversation is as good as the
        whole one.
    """
    return frozenset(
        state
        for state, arrows in table.items()
        if all(
            arrows[step].rule is None and arrows[step].state == state for step in steps
        )
    )


WEBSOCKET: Final = Protocol(
    name="websocket",
    start="connecting",
    table=TABLE,
    unknown_sent="GEN-07",
    unknown_delivered="GEN-12",
    phrases={
        "+again": " for the second time",
        "+first": " before websocket.connect",
        "+late": " after websocket.disconnect",
        "+early": " before websocket.connect was received",
    },
    flags={
        "websocket.connect": greeting_flag,
        "websocket.receive": receive_flag,
        "websocket.disconnect": end_flag,
        "websocket.accept": answer_flag,
        "websocket.close": answer_flag,
        "websocket.http.response.start": answer_flag,
        "websocket.http.response.body": denial_flag,
    },
    checks={
        "websocket.receive": receive_breaches,
        "websocket.disconnect": disconnect_breaches,
        "websocket.accept": accept_breaches,
        "websocket.send": send_breaches,
        "websocket.close": close_breaches,
        "websocket.http.response.start": denial_start_breaches,
        "websocket.http.response.body": denial_body_breaches,
    },
    notes={"websocket.connect": note_greeting, "websocket.disconnect": note_disconnect},
    awaited="websocket.connect",
    steady=steady_states(TABLE, "websocket.receive", "websocket.send"),
)
"""The protocol of ``websocket`` scopes."""
