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
from tests.frameworks.conversations import HTTP, LIFESPAN, WEBSOCKET
from tests.frameworks.stage import Framework, Stage

Conversation = Callable[[Stage], Coroutine[Any, Any, None]]

EVERYTHING = frozenset({"http", "websocket", "lifespan"})
PAGES = frozenset({"http"})
SOCKETS = frozenset({"websocket"})

FRAMEWORKS = (
    Framework("raw", raw.application, EVERYTHING),
    Framework("Starlette", starlette_app.application, EVERYTHING),
    Framework("FastAPI", fastapi_app.application, EVERYTHING),
    Framework("Litestar", litestar_app.application, EVERYTHING, lets_errors_out=False),
    Framework("Django", django_app.application, PAGES, lets_errors_out=False),
    Framework("AsyncHttpConsumer", channels_app.Pages.as_asgi(), PAGES),
    Framework("AsyncConsumer", channels_app.Async.as_asgi(), SOCKETS),
    Framework("SyncConsumer", channels_app.Sync.as_asgi(), SOCKETS),
    Framework("AsyncWebsocketConsumer", channels_app.AsyncSocket.as_asgi(), SOCKETS),
    Framework("WebsocketConsumer", channels_app.SyncSocket.as_asgi(), SOCKETS),
    Framework(
        "AsyncJsonWebsocketConsumer",
        channels_app.AsyncJson.as_asgi(),
        SOCKETS,
        json=True,
    ),
    Framework(
        "JsonWebsocketConsumer", channels_app.SyncJson.as_asgi(), SOCKETS, json=True
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
    assert set(stage.broken) <= framework.findings.keys()
