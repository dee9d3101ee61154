"""The rooms that may import Django or Channels; no other part of asgilab does.

Importing this package imports neither: the names below are looked up when they
are first used, so that it may happen before Django's settings are there.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from asgilab.django._flushing import remembered_flush
    from asgilab.django._identity import log_in
    from asgilab.django._layer_tap import LayerTap
    from asgilab.django._live_case import ChannelsLiveServerTestCase
    from asgilab.django._live_project import live_project
    from asgilab.django._ownership import Ownership, lending
    from asgilab.django._project import (
        Project,
        databases_of_the_test,
        project_in_use,
    )
    from asgilab.django._relocation import Relocated, Snapshot, restore, snapshot
    from asgilab.django._sandbox import Sandbox, later_keys
    from asgilab.django._signed_in import signed_in

__all__ = [
    "ChannelsLiveServerTestCase",
    "LayerTap",
    "Ownership",
    "Project",
    "Relocated",
    "Sandbox",
    "Snapshot",
    "databases_of_the_test",
    "later_keys",
    "lending",
    "live_project",
    "log_in",
    "project_in_use",
    "remembered_flush",
    "restore",
    "signed_in",
    "snapshot",
]

_ROOMS: Final = {
    "ChannelsLiveServerTestCase": "_live_case",
    "LayerTap": "_layer_tap",
    "Ownership": "_ownership",
    "Project": "_project",
    "log_in": "_identity",
    "Relocated": "_relocation",
    "Sandbox": "_sandbox",
    "Snapshot": "_relocation",
    "databases_of_the_test": "_project",
    "later_keys": "_sandbox",
    "lending": "_ownership",
    "live_project": "_live_project",
    "project_in_use": "_project",
    "remembered_flush": "_flushing",
    "restore": "_relocation",
    "signed_in": "_signed_in",
    "snapshot": "_relocation",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
    globals()[name] = value  # from now on it is found without this function
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
