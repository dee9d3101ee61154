"""The ASGI application of the board."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.django.board.settings")
django_application = get_asgi_application()

from tests.django.board.consumers import AsyncBoard, SyncBoard  # noqa: E402  # Django is set up above, models need it

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": AllowedHostsOriginValidator(
            URLRouter(
                [
                    path("ws/async/", AsyncBoard.as_asgi()),
                    path("ws/sync/", SyncBoard.as_asgi()),
                ]
            )
        ),
    }
)
