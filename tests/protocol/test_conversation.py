"""The walker: its texts, its states after a finding, its short cuts, its speed.

What each rule asks for is tested in ``rulebook/``. Here a second judge, which knows no
table, follows the same random sequences.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from asgilab.protocol import (
    MESSAGES,
    NOTHING,
    OFF,
    SPEC,
    STRICT,
    Conversation,
    Direction,
    Finding,
    Severity,
    http_scope,
    lifespan_scope,
    websocket_scope,
)
from tests.protocol.naive import (
    HTTP_ACTIONS,
    LIFESPAN_ACTIONS,
    WEBSOCKET_ACTIONS,
    NaiveHttp,
    NaiveLifespan,
    NaiveWebsocket,
)
from tests.protocol.playbook import ALL_HTTP, EVERYTHING, worded


class File:
    """A file that is closed and yet has a descriptor."""

    closed = True

    def fileno(self) -> int:
        return 3


RIGHT: Mapping[str, dict[str, Any]] = {
    "http.response.start": {
        "status": 200,
        "headers": [(b"content-type", b"a/b"), (b"trailer", b"a")],
    },
    "http.response.body": {"body": b"ok"},
    "http.response.zerocopysend": {"file": File()},
    "http.response.pathsend": {"path": "/srv/a"},
    "http.response.trailers": {"headers": []},
    "http.response.push": {"path": "/a", "headers": []},
    "http.response.early_hint": {"links": []},
    "http.response.debug": {"info": {}},
    "websocket.receive": {"text": "hi"},
    "websocket.disconnect": {"code": 1000},
    "websocket.send": {"text": "hi"},
    "websocket.http.response.start": {"status": 403, "headers": []},
    "websocket.http.response.body": {"body": b"no"},
}
"""Right values for every event that needs some."""

FLAGS = {
    "more": {"more_body": True, "more_trailers": True},
    "trailers": {"trailers": True},
}

SCOPES = {
    "http": lambda: http_scope("GET", "/", extensions=ALL_HTTP),
    "websocket": lambda: websocket_scope("/"),
    "lifespan": lifespan_scope,
}

# EXT-53 speaks of headers, not of order, and content-length would count the body.
ORDER_ONLY = EVERYTHING.with_rules({"EXT-53": Severity.OFF})


def event(action: str) -> dict[str, Any]:
    kind, _, flag = action.partition("+")
    keys = {
        key: value
        for key, value in FLAGS.get(flag, {}).items()
        if key in MESSAGES[kind].keys
    }
    return {"type": kind, **RIGHT.get(kind, {}), **keys}


def act(conversation: Conversation, action: str) -> tuple[Finding, ...]:
    """Let one action of the naive judge happen to the walker."""
    if action == "(drop)":
        conversation.gone()
        return ()
    if action == "(return)":
        return conversation.returned()
    if action == "(raise)":
        return conversation.raised()
    if action == "(hear)":
        awaited = conversation.protocol.awaited
        if conversation.state == "stopping" or awaited == "websocket.connect":
            return hear(conversation, str(awaited))
        return ()
    message = event(action)
    if MESSAGES[message["type"]].direction is Direction.SEND:
        return conversation.sent(message)
    findings = conversation.deliver(message, forced=True)
    if not action.endswith("+unheard"):
        hear(conversation, message["type"])
    return findings


def hear(conversation: Conversation, kind: str) -> tuple[Finding, ...]:
    if kind not in conversation.deliverable:
        conversation.received({"type": kind})
    return ()
