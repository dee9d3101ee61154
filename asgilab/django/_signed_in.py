"""Who is signed in on a connection, by its session cookie.

The application finds that out for itself, further in; this is for whoever stands
around it and sees the scope alone. Nothing is written to the session here.
"""

from importlib import import_module
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user_model,
    load_backend,
)
from django.http import parse_cookie
from django.utils.crypto import constant_time_compare

from asgilab.types import Scope


async def signed_in(scope: Scope) -> str | None:
    """Return the name of the user who is signed in, or None.

    Args:
        scope: The scope as the server gives it, with its cookies.

    Example::

        Recorder(application, "lobby.asgilab.jsonl", identify=signed_in)
    """
    key = _session_key(scope)
    if not key:
        return None
    name: str | None = await database_sync_to_async(_user_of)(key)
    return name


def _session_key(scope: Scope) -> str | None:
    lines = [value for name, value in scope.get("headers", ()) if name == b"cookie"]
    cookies = parse_cookie("; ".join(line.decode("latin-1") for line in lines))
    key: str | None = cookies.get(settings.SESSION_COOKIE_NAME)
    return key


def _user_of(key: str) -> str | None:
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore(key)
    if store.get(SESSION_KEY) is None:
        return None
    backend = load_backend(store[BACKEND_SESSION_KEY])
    found = get_user_model()._meta.pk.to_python(store[SESSION_KEY])
    user = backend.get_user(found)
    known = str(store.get(HASH_SESSION_KEY, ""))
    if user is None or not constant_time_compare(known, user.get_session_auth_hash()):
        return None
    return str(user.get_username())
