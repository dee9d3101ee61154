"""What the process of a live server has to know of this one: settings, databases.

A fresh process reads the settings module again. It would meet the databases of
production, and none of the settings that the test run has changed since.
"""

import os
import pickle
import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Self

import django
from django.conf import ENVIRONMENT_VARIABLE, global_settings, settings
from django.db import connections

from asgilab.django._relocation import places_on_disk
from asgilab.errors import AsgilabWarning
from asgilab.live import when_orphaned

_KEYS: Final = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
_ABSENT: Final = object()


@dataclass(frozen=True)
class ProjectState:
    """What differs from a fresh import of the project's settings.

    Picklable; calling it in the other process makes that one alike and then
    sets Django up.

    Attributes:
        module: Name of the settings module, or None if there is none.
        settings: The settings that differ, each with its pickled value.
        databases: Where each database really is.
        folders: Folders of copies, removed if this process should be killed.
    """

    module: str | None
    settings: Mapping[str, bytes]
    databases: Mapping[str, Mapping[str, Any]]
    folders: tuple[Path, ...] = ()

    @classmethod
    def now(cls) -> Self:
        """Return the state of this process."""
        module = os.environ.get(ENVIRONMENT_VARIABLE)
        fresh = import_module(module) if module else None
        databases = {
            alias: {key: configured[key] for key in _KEYS}
            for alias, configured in connections.settings.items()
        }
        return cls(module, _changed(fresh), databases, places_on_disk())

    def __call__(self) -> None:
        """Take this state over. To be called before the project is imported."""
        for folder in self.folders:
            when_orphaned.append(partial(shutil.rmtree, folder))
        if self.module is not None:
            os.environ[ENVIRONMENT_VARIABLE] = self.module
        changed = {name: pickle.loads(value) for name, value in self.settings.items()}
        with _deprecations_ignored():
            if self.module is None:
                settings.configure(DATABASES={**self.databases}, **changed)
            for name, value in changed.items():
                setattr(settings, name, value)
        for alias, place in self.databases.items():
            connections.settings[alias].update(place)
        django.setup()


def _current() -> dict[str, Any]:
    """Return all settings but those that are told in another way."""
    names = {name for name in dir(settings) if name.isupper()}
    with _deprecations_ignored():
        return {
            name: getattr(settings, name)
            for name in sorted(names - {"DATABASES", "SETTINGS_MODULE"})
        }


@contextmanager
def _deprecations_ignored() -> Iterator[None]:
    """Keep Django quiet: to carry a deprecated setting over is no use of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        yield


def _changed(fresh: object) -> dict[str, bytes]:
    """Return the settings that differ from the module's, pickled one by one."""
    changed: dict[str, bytes] = {}
    lost: list[str] = []
    for name, value in _current().items():
        known = getattr(fresh, name, getattr(global_settings, name, _ABSENT))
        if value is known or value == known:
            continue
        try:
            changed[name] = pickle.dumps(value)
        except (pickle.PicklingError, AttributeError, TypeError):
            lost.append(name)
    if lost:
        msg = (
            f"The live server's process cannot be told the settings {', '.join(lost)}: "
            'their values cannot be pickled. server="uvicorn" needs no pickling.'
        )
        warnings.warn(AsgilabWarning(msg), stacklevel=4)
    return changed
