"""Scenes of a conversation, as the tests of the protocol write them.

A scene is a list of what happens, in order; ``play`` acts it out and tells which
rules were broken. Every rule counts as an error there, so that a rule which is off by
default is seen too.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from asgilab.protocol import (
    RULES,
    Conversation,
    Finding,
    Severities,
    Severity,
    http_scope,
    lifespan_scope,
    websocket_scope,
)

EVERYTHING = Severities(dict.fromkeys(RULES, Severity.ERROR))
"""All rules are reported."""


def worded(value: object) -> str:
    """A parameter as a test's id: the same in every process."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


@dataclass(frozen=True)
class Step:
    """One thing that happens in a scene, and its words in a test's id."""

    words: str
    act: Callable[[Conversation], Sequence[Finding]]

    def __call__(self, conversation: Conversation) -> Sequence[Finding]:
        return self.act(conversation)

    def __repr__(self) -> str:
        return self.words


def queued(type: str, **keys: Any) -> Step:
    """The test puts an event into receive(), where it waits."""
    return queued_object({"type": type, **keys})


def queued_object(message: Any) -> Step:
    """The test puts something into receive() that may be no event at all."""
    return Step(
        f"queued {message}",
        lambda conversation: conversation.deliver(message, forced=True),
    )


def given(type: str, **keys: Any) -> Step:
    """The test delivers an event, and the application receives it."""

    def act(conversation: Conversation) -> Sequence[Finding]:
        message = {"type": type, **keys}
        findings = conversation.deliver(message, forced=True)
        conversation.received(message)
        return findings

    return Step(f"given {type}", act)


def sends(type: str, **keys: Any) -> Step:
    """The application sends an event."""
    return Step(
        f"sends {type}", lambda conversation: conversation.sent({"type": type, **keys})
    )


def sends_object(message: Any) -> Step:
    """The application sends something that may be no event at all."""
    return Step(f"sends {message}", lambda conversation: conversation.sent(message))


def returns(result: object = None) -> Step:
    """The application returns."""
    return Step("returns", lambda conversation: conversation.returned(result))


def raises() -> Step:
    """The application raises an exception."""
    return Step("raises", lambda conversation: conversation.raised())


def drops() -> Step:
    """The socket is lost."""

    def act(conversation: Conversation) -> Sequence[Finding]:
        conversation.gone()
        return ()

    return Step("drops", act)


def changes_scope(**keys: Any) -> Step:
    """The application writes into its scope."""

    def act(conversation: Conversation) -> Sequence[Finding]:
        conversation.scope.update(keys)
        return ()

    return Step("changes scope", act)


@dataclass
class Scene:
    """What happens on one connection.

    Attributes:
        steps: What happens, in order.
        scope: The scope; by default a complete one that announces every extension.
    """

    steps: Sequence[Step]
    scope: dict[str, Any] = field(default_factory=dict)


ALL_HTTP = [
    "http.response.debug",
    "http.response.early_hint",
    "http.response.pathsend",
    "http.response.push",
    "http.response.trailers",
    "http.response.zerocopysend",
]


def http(*steps: Step, **scope: Any) -> Scene:
    """A scene of an HTTP request that announces every extension."""
    method = scope.pop("method", "GET")
    built = http_scope(method, "/", **{"extensions": ALL_HTTP, **scope})
    return Scene(steps, dict(built))


def websocket(*steps: Step, **scope: Any) -> Scene:
    """A scene of a websocket."""
    return Scene(steps, dict(websocket_scope("/ws/", **scope)))


def lifespan(*steps: Step) -> Scene:
    """A scene of a lifespan."""
    return Scene(steps, dict(lifespan_scope()))


def play(scene: Scene, severities: Severities = EVERYTHING) -> list[Finding]:
    """Act a scene out, and return all findings in order."""
    conversation = Conversation(scene.scope, severities)
    return [finding for step in scene.steps for finding in step(conversation)]


def broken(scene: Scene) -> list[str]:
    """The ids of the rules that a scene breaks, in order."""
    return [finding.rule for finding in play(scene)]


@dataclass(frozen=True)
class Example:
    """What keeps a rule and what breaks it.

    Attributes:
        legal: A scene that breaks no rule at all.
        illegal: A scene that breaks this rule and no other.
    """

    legal: Scene
    illegal: Scene


REQUEST = given("http.request")
START = sends("http.response.start", status=200, headers=[])
BODY = sends("http.response.body", body=b"ok")
PART = sends("http.response.body", body=b"ok", more_body=True)
CONNECT = given("websocket.connect")
ACCEPT = sends("websocket.accept")
CLOSE = sends("websocket.close")
FRAME = sends("websocket.send", text="hi")
GONE = given("websocket.disconnect", code=1000)
DENY = sends("websocket.http.response.start", status=401, headers=[])
DENIED = sends("websocket.http.response.body", body=b"no")
STARTUP = given("lifespan.startup")
SHUTDOWN = given("lifespan.shutdown")
STARTED = sends("lifespan.startup.complete")
STOPPED = sends("lifespan.shutdown.complete")
