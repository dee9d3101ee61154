"""The drop-in names: ``channels.testing`` becomes ``asgilab.testing`` in an import.

Only names live here; what they stand for is in ``communicators`` and, for the
live test case, in ``django``. Importing this module imports neither IPython nor
Django nor pytest: the live test case is fetched when it is asked for.
"""

from typing import TYPE_CHECKING, Any

from asgilab.communicators import (
    ApplicationCommunicator,
    Exactly,
    HttpCommunicator,
    LifespanCommunicator,
    WebsocketCommunicator,
)

if TYPE_CHECKING:
    from asgilab.django import ChannelsLiveServerTestCase

__all__ = [
    "ApplicationCommunicator",
    "ChannelsLiveServerTestCase",
    "Exactly",
    "HttpCommunicator",
    "LifespanCommunicator",
    "WebsocketCommunicator",
]


def __getattr__(name: str) -> Any:
    if name == "ChannelsLiveServerTestCase":
        from asgilab import django

        return django.ChannelsLiveServerTestCase
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted(__all__)
