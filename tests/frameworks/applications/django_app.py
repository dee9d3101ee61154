"""The pages of this folder, as Django has them; also a URL configuration."""

import asyncio
from collections.abc import AsyncIterator

from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from tests.frameworks.applications.starlette_app import ticks


async def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello", content_type="text/plain")


@csrf_exempt
def upload(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.body[::-1], content_type="text/plain")


async def stream(request: HttpRequest) -> StreamingHttpResponse:
    async def pieces() -> AsyncIterator[str]:
        for piece in ("one ", "two ", "three"):
            await asyncio.sleep(0)
            yield piece

    return StreamingHttpResponse(pieces(), content_type="text/plain")


async def events(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(ticks(), content_type="text/event-stream")


async def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("boom")


urlpatterns = [
    path("hello", hello),
    path("upload", upload),
    path("stream", stream),
    path("events", events),
    path("fail", fail),
]

application = ASGIHandler()
