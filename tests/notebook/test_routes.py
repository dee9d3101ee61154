"""The paths of routers, seen from outside."""

from types import SimpleNamespace
from typing import Any

import pytest
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path, re_path
from starlette.applications import Starlette
from starlette.routing import Mount, Route, WebSocketRoute

from asgilab.notebook._routes import has_route, websocket_routes


async def consumer(scope: Any, receive: Any, send: Any) -> None:
    """Stand for any consumer."""


def wrapped(inner: Any) -> Any:
    """Return an application inside of middleware, as Channels' own is built."""
    return SimpleNamespace(inner=SimpleNamespace(application=inner))


def test_the_routes_of_channels_are_found_through_its_middleware() -> None:
    router = URLRouter(
        [
            path("ws/chat/<str:room>/", consumer),
            re_path(r"^ws/(?P<room>[-a-z0-9_()]{1,50}|(a|b))/(?P<n>\d+)/$", consumer),
            path("ws/nested/", URLRouter([path("<int:n>/", consumer)])),
        ]
    )
    application = ProtocolTypeRouter({"http": consumer, "websocket": wrapped(router)})
    assert websocket_routes(application) == (
        "/ws/chat/<room>/",
        "/ws/<room>/<n>/",
        "/ws/nested/<n>/",
    )


def test_the_websocket_routes_of_starlette_are_found() -> None:
    application = Starlette(
        routes=[
            Route("/page", consumer),
            WebSocketRoute("/ws/{room:str}", consumer),
            Mount("/api", routes=[WebSocketRoute("/live/{n}", consumer)]),
        ]
    )
    assert websocket_routes(application) == ("/ws/<room>", "/api/live/<n>")


@pytest.mark.parametrize(
    "application", [consumer, object(), None, ProtocolTypeRouter({"http": consumer})]
)
def test_an_application_without_routes_has_none(application: Any) -> None:
    assert websocket_routes(application) == ()


def test_an_application_that_wraps_itself_ends() -> None:
    application = SimpleNamespace()
    application.inner = SimpleNamespace(app=application)
    assert websocket_routes(application) == ()


@pytest.mark.parametrize(
    ("asked", "leads"),
    [
        ("/ws/chat/lobby/", True),
        ("ws://localhost/ws/chat/a%20b/?x=/nosuch/", True),
        ("/ws/nested/7/", True),
        ("/ws/nested/x/", False),
        ("/ws/chat/", False),
        ("/nosuch/", False),
    ],
)
def test_a_path_is_looked_up_as_channels_does(asked: str, leads: bool) -> None:
    router = URLRouter(
        [
            path("ws/chat/<str:room>/", consumer),
            path("ws/nested/", URLRouter([path("<int:n>/", consumer)])),
        ]
    )
    application = ProtocolTypeRouter({"websocket": wrapped(router)})
    assert has_route(application, asked) is leads


def test_an_application_without_routers_of_channels_answers_by_itself() -> None:
    starlette = Starlette(routes=[WebSocketRoute("/ws/", consumer)])
    assert has_route(starlette, "/nosuch/")
    assert has_route(consumer, "/nosuch/")
    assert has_route(ProtocolTypeRouter({"http": consumer}), "/nosuch/")
