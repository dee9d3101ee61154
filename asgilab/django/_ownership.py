"""Whose database connections an application uses, and who closes them.

In production Channels closes old connections around every dispatch, on a thread
hop of its own. In a test or a lab that closes what the test still needs, and
the hop costs more than most consumers. So as long as an application runs under
a communicator, closing is left to its end; and where the test holds an open
transaction, the application is lent that very connection.
"""

import asyncio
import functools
import sys
import threading
import weakref
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Self

from asgiref.sync import AsyncToSync, SyncToAsync, sync_to_async
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from asgilab.django._loans import LOANS
from asgilab.django._sandbox import current_sandbox
from asgilab.engine import SharedThread

if TYPE_CHECKING:
    from types import ModuleType

    from django.dispatch import Signal

    from asgilab.django._layer_tap import LayerTap

_HANDLER: Final = "django.core.handlers.asgi"
_LAYERS: Final = "channels.layers"
_SIGNALS: Final = (request_started, request_finished)


def _leaving_open() -> Callable[[], None]:
    """Return what stands in for ``close_old_connections``: they are closed at the end.

    Where it was left behind, by a patch that took it for the original, it closes.
    """

    def close() -> None:
        if not _CLOSING.owned:
            close_old_connections()

    return close


def _leaving_open_without_hop() -> Callable[[], Coroutine[Any, Any, None]]:
    """Return what stands in for Channels' ``aclose_old_connections``."""

    async def aclose() -> None:
        if not _CLOSING.owned:
            await sync_to_async(close_old_connections)()

    return aclose


def _close_with_request(**_: Any) -> None:
    """Stand in for what Django does as a request ends.

    A request in a thread of its own, which Django's handler gives it, is the last
    that can close connections there.
    """
    thread = SyncToAsync.thread_sensitive_context.get(None)
    if thread is None or isinstance(thread, SharedThread) or current_sandbox():
        return
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            # SQLite's own leaves one to a database in memory open, for its rows; but
            # those live on in the test's, and this one would be lost with its thread.
            BaseDatabaseWrapper.close(connection)


_REPLACEMENTS: Final[tuple[tuple[str, str, Callable[[], Any]], ...]] = (
    ("channels.db", "close_old_connections", _leaving_open),
    ("channels.db", "aclose_old_connections", _leaving_open_without_hop),
    ("channels.consumer", "aclose_old_connections", _leaving_open_without_hop),
    ("channels.generic.http", "aclose_old_connections", _leaving_open_without_hop),
    ("channels.generic.websocket", "aclose_old_connections", _leaving_open_without_hop),
)
"""Module, name, and what makes its stand-in there while connections are owned."""
_MODULES: Final = tuple(dict.fromkeys(module for module, *_ in _REPLACEMENTS))


_Place = tuple[dict[str, Any], str, Callable[..., Any]]
"""The names of a module that is loaded, one of them, and what stands in for it."""


def _places() -> list[_Place]:
    return [
        (vars(sys.modules[module]), name, stand_in())
        for module, name, stand_in in _REPLACEMENTS
        if hasattr(sys.modules.get(module), name)
    ]


class _Closing:
    """The closing of old connections, which is off while anybody owns them.

    It is switched when the first owner comes and when the last one goes, not
    per message, so that owners may come and go in any order.

    Attributes:
        owned: How many owners there are.
        connected: The connections that were made while somebody owned them.
        touched: Whether there were any.
        needed: Whether any connection is known to have been made, ever. Before
            that nothing can be closed, and Django's signals are left alone:
            to take them off and put them on again costs as much as a request.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.owned = 0
        self._loaded: list[tuple[str, ModuleType | None]] = [
            (module, None) for module in _MODULES
        ]
        self._places: list[_Place] = []
        self._replaced: list[Any] = []
        self._silenced: list[Signal] = []
        self.connected: weakref.WeakSet[BaseDatabaseWrapper] = weakref.WeakSet()
        self.touched = False
        self.needed = False

    def suspend(self) -> None:
        """Switch it off for one more owner."""
        with self._lock:
            found = sys.modules.get
            for module, loaded in self._loaded:
                if found(module) is not loaded:
                    self._look_again()
                    break
            if not self._replaced:
                self._replaced = [names[name] for names, name, _ in self._places]
                for names, name, replacement in self._places:
                    names[name] = replacement
            self.owned += 1
            if self.needed:
                self._silence_signals()

    def _look_again(self) -> None:
        """Find the modules that are loaded by now, and what to replace in them."""
        self._restore()
        self._loaded = [(module, sys.modules.get(module)) for module in _MODULES]
        self._places = _places()

    def _restore(self) -> None:
        """Put back what was replaced, but where a patch of the test's own stands.

        Its end puts our stand-in there, so that another stands in from now on: what
        is put back over that one would be the patch.
        """
        if self._replaced:
            patched = False
            for (names, name, ours), found in zip(
                self._places, self._replaced, strict=True
            ):
                if names[name] is ours:
                    names[name] = found
                else:
                    patched = True
            self._replaced = []
            if patched:
                self._places = _places()

    def resume(self) -> None:
        """One owner goes; the last one switches it on again."""
        with self._lock:
            self.owned -= 1
            if not self.owned:
                self._restore()
                if self._silenced:
                    for signal in self._silenced:
                        signal.connect(close_old_connections)
                        signal.disconnect(_close_with_request)
                    self._silenced.clear()
                if self.touched:
                    self.connected.clear()
                    self.touched = False

    def note(self, connection: BaseDatabaseWrapper, **_: Any) -> None:
        """Remember a connection that was made, the more so while somebody owns it."""
        with self._lock:
            self.needed = True
            if self.owned:
                self.touched = True
                self.connected.add(connection)
                self._silence_signals()

    def _silence_signals(self) -> None:
        """Keep Django's own requests from closing connections that they share."""
        if _HANDLER not in sys.modules:
            return
        for signal in _SIGNALS:
            if signal.disconnect(close_old_connections):
                self._silenced.append(signal)
                signal.connect(_close_with_request)


_CLOSING: Final = _Closing()
connection_created.connect(_CLOSING.note, dispatch_uid="asgilab.ownership")


class _Thread(threading.local):
    """What is known of one thread: whether its connections were looked at."""

    looked_at = False


_THREAD: Final = _Thread()


class Ownership:
    """Owns Django's connections while one application runs; a context.

    Enter it in the task of the application. A connection on which the calling
    thread has a transaction open (pytest-django's ``db``, Django's
    ``TestCase``) is lent to the thread that runs the application's synchronous
    code, so that both see the same rows and all of it rolls back together. Only
    that takes another thread, and so has to be waited for, as does the closing of
    what the application connected: :meth:`lend` and :meth:`give_back`.

    Attributes:
        lent: The connections with an open transaction, by alias.
    """

    # On the class, so that one with nothing to own costs nothing.
    lent: Mapping[str, BaseDatabaseWrapper] = MappingProxyType({})
    _tap: "LayerTap | None" = None
    _borrowed = _keep = _thrown_away = False

    def __init__(self) -> None:
        # Once this thread has been looked at, and no connection was made since,
        # there is none.
        if _CLOSING.needed or not _THREAD.looked_at:
            self.lent = {
                connection.alias: connection
                for connection in _of_the_test()
                if connection.in_atomic_block
            }

    async def shares(self) -> bool:
        """Tell whether the test holds a transaction that the application is to see.

        It is open on this thread, or on the one that waits for this loop, as in the
        asynchronous methods of Django's ``TestCase``.
        """
        loop = asyncio.get_running_loop()
        waiting = AsyncToSync.loop_thread_executors.get(loop)
        if self.lent or waiting is None:
            return bool(self.lent)
        found = await loop.run_in_executor(waiting, _in_transaction)
        _CLOSING.needed |= found  # by a connection made before anybody took notes
        return found

    def __enter__(self) -> Self:
        _CLOSING.suspend()
        if _LAYERS in sys.modules and _has_layers():
            self._tap = _layer_tap()()
            try:
                self._tap.__enter__()
            except BaseException:  # nobody will leave what was not entered
                self.__exit__()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._tap is not None:
            self._tap.__exit__()
        _CLOSING.resume()

    async def lend(self) -> None:
        """Lend the connections to the thread that runs the synchronous code."""
        # One that waits for this loop is the test's own thread.
        waiting = AsyncToSync.loop_thread_executors
        self._keep = asyncio.get_running_loop() not in waiting
        await sync_to_async(self._borrow)()

    def throw_away(self) -> None:
        """Take note that nothing can be waited for any more, nor given back."""
        self._thrown_away = True

    @property
    def indebted(self) -> bool:
        """Whether there is anything to give back."""
        # A sandbox closes its connections itself, in whatever thread.
        left = self.lent or (_CLOSING.touched and current_sandbox() is None)
        return bool(left) and not self._thrown_away

    async def give_back(self) -> None:
        """Return what was lent, and close what its thread connected meanwhile."""
        await sync_to_async(self._return)()

    def _borrow(self) -> None:
        LOANS.take(self.lent)
        self._borrowed = True

    def _return(self) -> None:
        if self._borrowed:
            LOANS.return_(self.lent, keep=self._keep)
        for connection in connections.all(initialized_only=True):
            if connection in _CLOSING.connected and not connection.in_atomic_block:
                connection.close()


def _in_transaction() -> bool:
    return any(one.in_atomic_block for one in connections.all(initialized_only=True))


def _has_layers() -> bool:
    """Tell whether the settings name channel layers; most projects have none."""
    # What is behind the lazy object: to ask that one costs ten times as much.
    found = object.__getattribute__(settings, "_wrapped")
    return bool(getattr(found, "CHANNEL_LAYERS", None))


@functools.cache
def _layer_tap() -> "type[LayerTap]":
    from asgilab.django._layer_tap import LayerTap

    return LayerTap


@contextmanager
def lending() -> Iterator[None]:
    """Lend this thread's open transactions to the thread that asgiref keeps.

    Inside, ``await User.objects.acreate()`` and ``sync_to_async`` in a test see
    the rows of its fixtures, as the application does. To be entered where no
    event loop runs, such as in a fixture.

    Example::

        with lending(), asyncio.Runner() as runner:
            runner.run(test())
    """
    lent = Ownership().lent
    thread = SyncToAsync.single_thread_executor
    thread.submit(LOANS.take, lent).result()
    try:
        yield
    finally:
        thread.submit(LOANS.return_, lent, keep=False).result()


def _of_the_test() -> list[BaseDatabaseWrapper]:
    """Return the connections that synchronous code of this thread uses.

    While a loop runs, Django's ``connections`` shows those of asynchronous
    code, which has none; a test's fixtures are synchronous.
    """
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        found: list[BaseDatabaseWrapper] = connections.all(initialized_only=True)
    finally:
        asyncio._set_running_loop(loop)
    _THREAD.looked_at = True
    _CLOSING.needed |= any(each.connection is not None for each in found)
    return found
