"""The protocols that ASGI carries, by scope type. The list only."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from asgilab.protocol._http import HTTP
from asgilab.protocol._lifespan import LIFESPAN
from asgilab.protocol._protocol import Protocol
from asgilab.protocol._websocket import WEBSOCKET

PROTOCOLS: Final[Mapping[str, Protocol]] = MappingProxyType(
    {protocol.name: protocol for protocol in (HTTP, WEBSOCKET, LIFESPAN)}
)
"""The protocols by scope type."""

ANYTHING: Final = Protocol(
    name="",
    start="unknown",
    table={"unknown": {}},
    unknown_sent="GEN-07",
    unknown_delivered="GEN-12",
)
"""What a scope of a type that ASGI does not know is held to: nothing but GEN-03."""
