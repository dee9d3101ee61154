"""A project of one module on the chat's models, for live tests in this process.

Tests point ``ASGI_APPLICATION`` and ``ROOT_URLCONF`` here.
"""

import threading
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer, WebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpResponse
from django.urls import path

from chat.models import Room

slow_may_go_on = threading.Event()
slow_has_begun = threading.Event()
left: list[int] = []


def greeting() -> str:
    return "hello"


def greet(request: Any) -> HttpResponse:
    return HttpResponse(f"{greeting()} {getattr(settings, 'PLANET', 'earth')}")


def make(request: Any, name: str) -> HttpResponse:
    Room.objects.create(name=name)
    return HttpResponse("made")


def count(request: Any) -> HttpResponse:
    return HttpResponse(str(Room.objects.count()))


def slow(request: Any) -> HttpResponse:
    """Make a room some time after the test that asked for it has ended."""
    slow_has_begun.set()
    slow_may_go_on.wait(0.2)
    return make(request, "slow")


def fail(request: Any) -> HttpResponse:
    msg = "the view is broken"
    raise ValueError(msg)


class Talk(AsyncJsonWebsocketConsumer):
    """Makes rooms and answers; fails where asked to; notes who leaves."""

    groups = ("talk",)

    async def receive_json(self, content: Any) -> None:
        if content == "fail":
            msg = "the consumer is broken"
            raise ValueError(msg)
        await database_sync_to_async(Room.objects.create)(name=content)
        await self.send_json(content)

    async def talk_tell(self, event: Any) -> None:
        await self.send_json(event["text"])

    async def disconnect(self, code: int) -> None:
        await database_sync_to_async(Room.objects.count)()
        left.append(code)


class Count(AsyncJsonWebsocketConsumer):
    """Counts rooms as Django's asynchronous calls do: nobody closes after them."""

    async def receive_json(self, content: Any) -> None:
        await self.send_json(await Room.objects.acount())


class Echo(WebsocketConsumer):
    """Answers from a thread."""

    def receive(self, text_data: str | None = None, bytes_data: Any = None) -> None:
        self.send(text_data=text_data)


urlpatterns = [
    path("greet/", greet),
    path("make/<name>/", make),
    path("count/", count),
    path("slow/", slow),
    path("fail/", fail),
]

application = ProtocolTypeRouter(
    {
        "http": get_asgi_application(),
        "websocket": AllowedHostsOriginValidator(
            URLRouter(
                [
                    path("ws/talk/", Talk.as_asgi()),
                    path("ws/count/", Count.as_asgi()),
                    path("ws/echo/", Echo.as_asgi()),
                ]
            )
        ),
    }
)


async def not_starting(scope: Any, receive: Any, send: Any) -> None:
    """Be an application whose lifespan fails."""
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no cache"})
