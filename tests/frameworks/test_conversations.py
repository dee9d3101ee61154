"""Applications of all frameworks hold the same conversations, strictly judged."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from tests.frameworks.applications import (
    channels_app,
    django_app,
    fastapi_app,
    litestar_app,
    raw,
    starlette_app,
)
from tests.frameworks.applications.witness import SEEN
from tests.frameworks.conversations import FINDINGS, HTTP, LIFESPAN, WEBSOCKET
from tests.frameworks.stage import Framework, Stage

Conversation = Callable[[Stage], Coroutine[Any, Any, None]]

EVERYTHING = frozenset({"http", "websocket", "lifespan"})
PAGES = frozenset({"http"})
SOCKETS = frozenset({"websocket"})

WRITES_INTO_THE_SCOPE = {
    "GEN-13": "it puts the application and the route into the very scope it was given"
}
CAPITALS = {"HTTP-13b": "Django itself writes Content-Type and Set-Cookie"}
ANSWERS_EARLY = {"WS-21": "a close needs no receive() before it; every server bears it"}
CLOSES_TWICE = {"WS-41b": "it closes what its handler has closed before it was open"}

FRAMEWORKS = (
    Framework("raw", raw.application, EVERYTHING),
    Framework(
        "Starlette",
        starlette_app.application,
        EVERYTHING,
        findings=WRITES_INTO_THE_SCOPE | ANSWERS_EARLY,
        lets_leaving_out="ClientDisconnect",
        lets_gone_out="ClientDisconnect",
        rejects_early=True,
    ),
    Framework(
        "FastAPI",
        fastapi_app.application,
        EVERYTHING,
        findings=WRITES_INTO_THE_SCOPE | ANSWERS_EARLY,
        lets_leaving_out="ClientDisconnect",
        lets_gone_out="ClientDisconnect",
        rejects_early=True,
    ),
    Framework(
        "Litestar",
        litestar_app.application,
        EVERYTHING,
        findings=WRITES_INTO_THE_SCOPE | ANSWERS_EARLY | CLOSES_TWICE,
        lets_errors_out=False,
        rejects_early=True,
    ),
    Framework(
        "Django",
        django_app.application,
        PAGES,
        findings=CAPITALS,
        lets_errors_out=False,
    ),
    Framework(
        "AsyncHttpConsumer", channels_app.Pages.as_asgi(), PAGES, sees_leaving=False
    ),
    *(
        Framework(consumer.__mro__[1].__name__, consumer.as_asgi(), SOCKETS)
        for consumer in channels_app.SOCKETS
    ),
    *(
        Framework(consumer.__mro__[1].__name__, consumer.as_asgi(), SOCKETS, json=True)
        for consumer in channels_app.JSON_SOCKETS
    ),
)

CONVERSATIONS = {"http": HTTP, "websocket": WEBSOCKET, "lifespan": LIFESPAN}


def pairs() -> list[Any]:
    return [
        pytest.param(
            framework, conversation, id=f"{framework.name}-{conversation.__name__}"
        )
        for framework in FRAMEWORKS
        for kind, conversations in CONVERSATIONS.items()
        if kind in framework.speaks
        for conversation in conversations
    ]


@pytest.fixture(autouse=True)
def _surroundings(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.frameworks.applications.django_app"
    SEEN.clear()


@pytest.mark.parametrize(("framework", "conversation"), pairs())
async def test_a_conversation(framework: Framework, conversation: Conversation) -> None:
    stage = Stage(framework)
    await conversation(stage)
    known = framework.findings.keys() | FINDINGS.get(conversation, {}).keys()
    assert set(stage.broken) <= known


@pytest.mark.parametrize(
    "framework",
    [one for one in FRAMEWORKS if one.findings],
    ids=lambda framework: framework.name,
)
async def test_no_finding_is_excused_that_does_not_occur(framework: Framework) -> None:
    stage = Stage(framework)
    for kind in framework.speaks:
        for conversation in CONVERSATIONS[kind]:
            SEEN.clear()
            await conversation(stage)
    assert framework.findings.keys() <= set(stage.broken)
