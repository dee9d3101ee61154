"""A stage on which the naive judge and the walker see the same things happen."""

from collections.abc import Callable, Mapping
from typing import Any

from asgilab.protocol import (
    MESSAGES,
    Conversation,
    Direction,
    Finding,
    Severity,
    http_scope,
    lifespan_scope,
    websocket_scope,
)
from asgilab.types import Scope
from tests.protocol.playbook import ALL_HTTP, EVERYTHING


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

SCOPES: Mapping[str, Callable[[], Scope]] = {
    "http": lambda: http_scope("GET", "/", extensions=ALL_HTTP),
    "websocket": lambda: websocket_scope("/"),
    "lifespan": lifespan_scope,
}

# These speak of values that are right but not portable or not complete.
ORDER_ONLY = EVERYTHING.with_rules({"EXT-17": Severity.OFF, "EXT-53": Severity.OFF})


def event(action: str) -> dict[str, Any]:
    kind, _, flag = action.partition("+")
    keys = {
        key: value
        for key, value in FLAGS.get(flag, {}).items()
        if key in MESSAGES[kind].keys
    }
    return {"type": kind, **RIGHT.get(kind, {}), **keys}


class Stage:
    """Lets the actions of the naive judge happen to a conversation."""

    def __init__(self, kind: str) -> None:
        self.conversation = Conversation(SCOPES[kind](), ORDER_ONLY)
        self.unheard: list[dict[str, Any]] = []

    def act(self, action: str) -> list[str]:
        """Do it, and return the rules that it broke."""
        conversation = self.conversation
        if action == "(drop)":
            conversation.gone()
        elif action == "(hear)":
            self.hear()
        elif action == "(return)":
            return ids(conversation.returned())
        elif action == "(raise)":
            return ids(conversation.raised())
        else:
            return self.pass_on(action)
        return []

    def pass_on(self, action: str) -> list[str]:
        message = event(action)
        if MESSAGES[message["type"]].direction is Direction.SEND:
            return ids(self.conversation.sent(message))
        findings = self.conversation.deliver(message, forced=True)
        if action.endswith("+unheard"):
            self.unheard += [] if findings else [message]
        elif not findings:
            self.conversation.received(message)
        return ids(findings)

    def hear(self) -> None:
        for message in self.unheard:
            self.conversation.received(message)
        self.unheard.clear()


def ids(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.rule for finding in findings]
