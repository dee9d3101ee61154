"""Which address leads to which consumer."""

from channels.auth import AuthMiddlewareStack
from django.urls import path, re_path

from chat.consumers import (
    ChatConsumer,
    EchoConsumer,
    HistoryConsumer,
    SplitConsumer,
)
from chat.urls import ROOM

websocket_urlpatterns = [
    re_path(rf"^ws/chat/{ROOM}/$", ChatConsumer.as_asgi()),
    path("ws/echo/", EchoConsumer.as_asgi()),
    path("ws/split/", SplitConsumer.as_asgi()),
]

# Django finds the user of its own views; a consumer needs the middleware for it.
http_urlpatterns = [
    re_path(rf"^history/{ROOM}/$", AuthMiddlewareStack(HistoryConsumer.as_asgi())),
]
