"""Logging a connection in: a real Django session, and its cookie in the scope.

What ``AuthMiddlewareStack`` reads from a browser is what is written here, so
the application's own middleware accepts it.
"""

from importlib import import_module
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user_model,
)

from asgilab.errors import UsageError
from asgilab.types import Scope


async def log_in(
    scope: Scope, user: Any, session: dict[str, Any] | None, *, create: bool = False
) -> None:
    """Put a user's session cookie, and the user, into a scope.

    Args:
        scope: The scope; its ``headers`` get the cookie, ``user`` is set.
        user: A user instance, a username, or None for a session without a user.
        session: What the session holds besides the login.
        create: Make a user that does not exist instead of raising.

    Raises:
        UsageError: There is no user of that name.
    """
    user, key = await sync_to_async(_logged_in)(user, session or {}, create)
    cookie = f"{settings.SESSION_COOKIE_NAME}={key}".encode("latin-1")
    scope["headers"] = _with_cookie(list(scope.get("headers", ())), cookie)
    if user is not None:
        scope["user"] = user


def _logged_in(user: Any, session: dict[str, Any], create: bool) -> tuple[Any, str]:
    """Find the user, where it is given by name, and store the session."""
    if isinstance(user, str):
        user = _user_named(user, create)
    return user, _stored_session(user, session)


def _user_named(name: str, create: bool) -> Any:
    model = get_user_model()
    try:
        return model._default_manager.get_by_natural_key(name)
    except model.DoesNotExist:
        if create:
            return model._default_manager.create_user(name)
    known = model._default_manager.values_list(model.USERNAME_FIELD, flat=True)
    names = ", ".join(str(each) for each in known[:10]) or "no user at all"
    msg = f"There is no user {name!r} in the database; there is: {names}."
    raise UsageError(msg)


def _stored_session(user: Any, content: dict[str, Any]) -> str:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store.update(content)
    if user is not None:
        store[SESSION_KEY] = user._meta.pk.value_to_string(user)
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return str(store.session_key)


def _with_cookie(
    headers: list[tuple[bytes, bytes]], cookie: bytes
) -> list[tuple[bytes, bytes]]:
    """Add to the ``cookie`` header that is there, since a request has only one."""
    for index, (name, value) in enumerate(headers):
        if name == b"cookie":
            headers[index] = (name, value + b"; " + cookie)
            return headers
    return [*headers, (b"cookie", cookie)]
