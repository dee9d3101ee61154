"""The words of the ASGI specification as Python types.

Only type aliases live here: no class, no function, nothing that acts.
Source: https://asgi.readthedocs.io/en/latest/specs/main.html
"""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, TypeAlias

Scope: TypeAlias = MutableMapping[str, Any]
"""What one connection is: its type, path, headers and so on."""

Message: TypeAlias = MutableMapping[str, Any]
"""One event dictionary, as it passes through ``receive()`` or ``send()``."""

Receive: TypeAlias = Callable[[], Awaitable[Message]]
"""What the application awaits to get the next event of its connection."""

Send: TypeAlias = Callable[[Message], Awaitable[None]]
"""What the application awaits to send an event to its client."""

Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
"""An ASGI 3 application: one coroutine call per connection."""

HeaderName: TypeAlias = str | bytes
"""A header's name as a test writes it; a scope holds lower-case bytes."""

Headers: TypeAlias = Iterable[tuple[HeaderName, HeaderName]]
"""Header pairs as a test writes them, in order, repeats allowed."""
