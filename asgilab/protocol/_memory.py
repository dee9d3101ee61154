"""What a conversation remembers besides its state.

Facts only, with the defaults of a conversation that has not begun. The checks in
``_http``, ``_websocket``, ``_lifespan`` and ``_extensions`` read and write them.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from asgilab.types import Scope

LATEST = (2, 5)
"""The newest version of the HTTP and WebSocket sub-specification."""


class Memory:
    """The facts of one conversation.

    The defaults stand on the class, so that a new conversation costs nothing.

    Args:
        scope: The scope of the conversation.
    """

    greeted = False
    """The first event (connect, startup) was delivered."""

    heard = False
    """The application has got the event that it may answer (connect, shutdown)."""

    touched = False
    """The application has received or sent anything."""

    left = False
    """A disconnect was delivered."""

    asked = False
    """The whole request was delivered."""

    debugged = False
    """A debug event was sent."""

    trailers = False
    """The start of the response promised trailers."""

    status = 200
    """The status of the response."""

    content = True
    """The response may have content: not for HEAD, 204 and 304."""

    headers: tuple[Any, ...] | list[Any] = ()
    """The headers of the response."""

    length: int | None = None
    """What ``content-length`` promised, where it can be held to it."""

    count = 0
    """How many bytes of the body were sent."""

    files: tuple[Any, ...] = ()
    """The files of zerocopysend."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    @property
    def version(self) -> tuple[int, ...]:
        """The version of the sub-specification that the scope announces."""
        return announced_version(self.scope)

    def announces(self, extension: str) -> bool:
        """Whether the scope announces an extension."""
        extensions = self.scope.get("extensions")
        return isinstance(extensions, Mapping) and extension in extensions


def announced_version(scope: Scope) -> tuple[int, ...]:
    """The version of the sub-specification that a scope announces.

    ``asgi["spec_version"]``; Channels puts it at the top of the scope. A scope
    that has ``asgi`` but no version is of 2.0 (GEN-02). One without ``asgi``
    was made by a test in a hurry, and is held to nothing old.

    Args:
        scope: The scope of a connection.

    Returns:
        The version as numbers, such as ``(2, 5)``.
    """
    asgi = scope.get("asgi")
    named = asgi if isinstance(asgi, Mapping) else {}
    given = named.get("spec_version") or scope.get("spec_version")
    if isinstance(given, str):
        return read_version(given)
    return LATEST if asgi is None else (2, 0)


@lru_cache(maxsize=32)
def read_version(text: str) -> tuple[int, ...]:
    """A version as numbers: ``"2.5"`` to ``(2, 5)``.

    Args:
        text: The version as a scope gives it.

    Returns:
        The numbers; the latest version for what is none.
    """
    parts = text.split(".")
    if all(part.isascii() and part.isdigit() for part in parts):
        return tuple(int(part) for part in parts)
    return LATEST
