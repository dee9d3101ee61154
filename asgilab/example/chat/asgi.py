"""The ASGI application: websockets to the consumers, HTTP to Django and one of them."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chat.settings")

# Fills the app registry: the consumers import models, so they come after it.
django_application = get_asgi_application()

from chat.routing import (  # noqa: E402  # Django is set up above, models need it
    http_urlpatterns,
    websocket_urlpatterns,
)

application = ProtocolTypeRouter(
    {
        "http": URLRouter([*http_urlpatterns, re_path("", django_application)]),
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter(websocket_urlpatterns))
        ),
    }
)
