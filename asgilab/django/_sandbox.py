"""Databases, caches and channel layers of one lab's own, beside everybody else's.

Code that runs in a sandbox's context sees its copies wherever it asks Django or
Channels for them, on the event loop and in the threads of ``sync_to_async`` and
``asyncio.to_thread``. All other code of the process goes on undisturbed, so
several labs can live at once. A thread that the application starts by hand, or a job
that it submits to an executor, has no context, and is outside.

How SQLite is copied stands in ``_relocation``.
"""

import contextvars
import itertools
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final, Self

from asgiref.local import Local
from django.core.cache import caches
from django.core.cache.backends import locmem
from django.db import connections
from django.utils.connection import BaseConnectionHandler

from asgilab.django._live_connections import SandboxSettings, disconnect, wrappers_with
from asgilab.django._relocation import Copy, Snapshot, writing_options
from asgilab.engine import carry

_NUMBERS: Final = itertools.count(1)
"""A cache in memory is this process's own, so that a number tells it apart."""
_LOCMEM: Final = "django.core.cache.backends.locmem.LocMemCache"


class Sandbox:
    """Copies of the SQLite databases, empty caches and new channel layers; a context.

    A database that is not SQLite, and a cache that is not in this process's memory,
    is the same inside as outside.

    Args:
        contents: What the copies begin with: a snapshot for each database.

    Example::

        with Sandbox([snapshot("default")]) as sandbox, sandbox.entered():
            Message.objects.all().delete()       # of the copy
    """

    def __init__(self, contents: Iterable[Snapshot]) -> None:
        self._contents = tuple(contents)
        self._later = _LATER.get()
        self._undo = ExitStack()
        self._settings: dict[int, dict[str, Any]] = {}
        self._locals: dict[int, Any] = {}
        self._layers: dict[str, Any] = {}

    def __enter__(self) -> Self:
        _install()
        with ExitStack() as undo:
            undo.callback(self._disconnect)
            self._settings[id(connections)] = self._databases(undo)
            self._settings[id(caches)] = _own_caches(undo)
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        self._undo.close()

    @property
    def size(self) -> int:
        """How many bytes its databases begin with."""
        return sum(each.size for each in self._contents)

    def context(self) -> contextvars.Context:
        """Return a new context, empty but for this sandbox."""
        context = contextvars.Context()
        context.run(_SANDBOX.set, self)
        return context

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Let the code inside see this sandbox, as an application in it does."""
        token = _SANDBOX.set(self)
        try:
            yield
        finally:
            _SANDBOX.reset(token)

    def made_of(self, registry: BaseConnectionHandler) -> Any:
        """Return where a registry of Django keeps what it made in this sandbox."""
        found = self._locals.get(id(registry))
        if found is None:
            fresh = Local(registry.thread_critical)
            found = self._locals.setdefault(id(registry), fresh)
        return found

    def settings_of(self, registry: BaseConnectionHandler) -> dict[str, Any]:
        """Return the settings that a registry of Django has in this sandbox."""
        return self._settings[id(registry)]

    @property
    def layers(self) -> dict[str, Any]:
        """The channel layers that were made in this sandbox, by alias."""
        return self._layers

    @layers.setter
    def layers(self, layers: dict[str, Any]) -> None:
        self._layers = layers

    def _databases(self, undo: ExitStack) -> dict[str, Any]:
        """Copy each database that there is a snapshot of; mirrors share a copy."""
        found = dict(connections.settings)
        names: dict[str, str] = {}
        for snapshot in self._contents:
            settings = connections.settings[snapshot.alias]
            old = str(settings["NAME"])
            if old not in names:
                copy = Copy(snapshot.alias, snapshot.contents, "memory")
                names[old] = undo.enter_context(copy)
                if self._later:
                    copy.begin_keys_later(self._later)
            options = writing_options(settings["OPTIONS"])
            found[snapshot.alias] = SandboxSettings(
                settings, NAME=names[old], OPTIONS=options
            )
        return found

    def _disconnect(self) -> None:
        for settings in self._settings.get(id(connections), {}).values():
            if isinstance(settings, SandboxSettings):
                for wrapper in wrappers_with(settings):
                    disconnect(wrapper)


_SANDBOX: Final[contextvars.ContextVar[Sandbox | None]] = contextvars.ContextVar(
    "asgilab_sandbox", default=None
)
carry(_SANDBOX)


def current_sandbox() -> Sandbox | None:
    """Return the sandbox that the running code is in, or None."""
    return _SANDBOX.get()


_LATER: Final[contextvars.ContextVar[int]] = contextvars.ContextVar(
    "asgilab_later_keys", default=0
)


@contextmanager
def later_keys(count: int) -> Iterator[None]:
    """Let the keys of new rows begin later, in each sandbox that is made inside.

    Args:
        count: How many keys are taken to have been used by then, in each table.
    """
    token = _LATER.set(count)
    try:
        yield
    finally:
        _LATER.reset(token)


def _own_caches(undo: ExitStack) -> dict[str, Any]:
    """Return settings of the caches in which those in memory are new, empty ones."""
    found = {}
    for alias, settings in caches.settings.items():
        if settings.get("BACKEND") == _LOCMEM:
            place = f"asgilab-{alias}-{next(_NUMBERS)}"
            settings = {**settings, "LOCATION": place}
            undo.callback(_forget_cache, place)
        found[alias] = settings
    return found


def _forget_cache(place: str) -> None:
    for kept in (locmem._caches, locmem._expire_info, locmem._locks):
        kept.pop(place, None)


# -- the registries of Django and Channels, which ask for the sandbox ---------------


class _InSandbox:
    """What makes a registry of Django look into the sandbox of the running code.

    ``_connections`` and ``create_connection`` are Django's names; a test guards them.
    """

    @property
    def _connections(self) -> Any:
        sandbox = _SANDBOX.get()
        if sandbox is None:
            return vars(self)["_connections"]
        return sandbox.made_of(self)

    @_connections.setter
    def _connections(self, kept: Any) -> None:
        vars(self)["_connections"] = kept

    @property
    def settings(self) -> Any:
        sandbox = _SANDBOX.get()
        if sandbox is not None:
            return sandbox.settings_of(self)
        kept = vars(self)
        if "settings" not in kept:  # as Django's cached_property would
            handler: Any = self  # of Django, which this class is mixed into
            kept["_settings"] = handler.configure_settings(kept["_settings"])
            kept["settings"] = kept["_settings"]
        return kept["settings"]

    @settings.setter
    def settings(self, settings: Any) -> None:
        vars(self)["settings"] = settings

    @settings.deleter
    def settings(self) -> None:
        del vars(self)["settings"]


class _LayersInSandbox:
    """What makes Channels' registry of layers look into it, likewise."""

    @property
    def backends(self) -> Any:
        sandbox = _SANDBOX.get()
        return vars(self)["backends"] if sandbox is None else sandbox.layers

    @backends.setter
    def backends(self, layers: dict[str, Any]) -> None:
        sandbox = _SANDBOX.get()
        if sandbox is None:
            vars(self)["backends"] = layers
        else:
            sandbox.layers = layers


def _install() -> None:
    """Make the registries look into sandboxes from now on; once for the process."""
    _extend(connections, _InSandbox)
    _extend(caches, _InSandbox)
    try:
        from channels.layers import channel_layers
    except ImportError:  # a Django project without Channels
        return
    _extend(channel_layers, _LayersInSandbox)


def _extend(registry: Any, with_: type) -> None:
    kind: type[Any] = type(registry)
    if not isinstance(registry, with_):
        registry.__class__ = type(kind.__name__, (with_, kind), {})
