"""How something is asked of a lab: names for connections, and calls that cross over.

Nothing here drives or opens anything.
"""

import asyncio
import json
import sys
from collections.abc import Coroutine, Mapping
from typing import Any

from asgilab.engine import CrossingCall
from asgilab.errors import PayloadError, UsageError
from asgilab.sessions import Session
from asgilab.types import Headers


def names_for(session: Session, name: str | None, prefix: str) -> tuple[str, str]:
    """Choose the names of a new connection.

    Args:
        session: The session that it will be recorded in.
        name: The name that was asked for, or None.
        prefix: Begins the name that is made up: ``"ws"`` gives ``ws1``.

    Returns:
        The name that the lab knows it by, and the one in the session, which is
        another (``alice_2``) if an earlier connection has it already.
    """
    taken = set(session.connections) | set(session.options)
    key = name or _free(f"{prefix}{{}}", taken, 1)
    return key, key if key not in taken else _free(f"{key}_{{}}", taken, 2)


def asked_for(
    user: Any, headers: Headers | None, options: dict[str, Any]
) -> dict[str, Any]:
    """Return how a connection was asked for, as a replay needs to know it.

    Raises:
        UsageError: A user is to log in, and no Django project is set up.
    """
    _check_user(user)
    name = None if user is None else str(user)
    return {"user": name, "headers": list(headers or ()), **options}


def with_json(
    body: bytes, value: Any, headers: Headers | None
) -> tuple[bytes, Headers | None]:
    """Return the body and the headers of a request whose body may be given as JSON.

    Args:
        body: The body as bytes.
        value: What the body is the JSON of, or None.
        headers: The headers; a content type that they name is kept.

    Raises:
        PayloadError: There are two bodies, or JSON cannot hold the value.
    """
    if value is None:
        return body, headers
    if body:
        msg = "A request has one body. Expected body= or json=, got both."
        raise PayloadError(msg)
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        msg = f"json= got what JSON cannot hold: {error}."
        raise PayloadError(msg) from None
    if isinstance(headers, Mapping):
        msg = "headers= takes pairs of a name and a value, got a mapping; .items()?"
        raise PayloadError(msg)
    pairs = list(headers or ())
    if not any(_lower(name) == "content-type" for name, _ in pairs):
        pairs.append(("content-type", "application/json"))
    return text.encode(), pairs


def _lower(name: str | bytes) -> str:
    return (name.decode("latin-1") if isinstance(name, bytes) else name).lower()


def empty_like(session: Session) -> Session:
    """Return an empty session of the same application."""
    fresh = Session(
        application=session.application,
        settings=session.settings,
        app_dir=session.app_dir,
    )
    fresh.redact = session.redact
    return fresh


def as_coroutine(awaitable: Any) -> Coroutine[Any, Any, Any]:
    """Turn anything that can be awaited into a coroutine of the lab's loop."""
    if isinstance(awaitable, CrossingCall):
        return awaitable.coroutine()
    if asyncio.iscoroutine(awaitable):
        return awaitable

    async def wait_for_it() -> Any:
        return await awaitable

    return wait_for_it()


def _check_user(user: Any) -> None:
    """Make sure that a user can be logged in, before anything is recorded of it.

    Raises:
        UsageError: No Django project is set up in this process.
    """
    if user is None:
        return
    conf = sys.modules.get("django.conf")
    if conf is None or not conf.settings.configured:
        msg = (
            f"{user!r} cannot log in: no Django project is set up. Expected its "
            "settings, such as %asgi_app --settings chat.settings."
        )
        raise UsageError(msg)


def _free(pattern: str, taken: set[str], first: int) -> str:
    number = first
    while pattern.format(number) in taken:
        number += 1
    return pattern.format(number)
