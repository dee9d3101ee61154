"""Which database connections are open, in whichever thread they are.

Django keeps a wrapper per thread and alias and offers no way to reach those of
another thread; yet a database can only be moved, or dropped, when every thread
has let go of it. What is done with the wrappers lives elsewhere:
moving a database in ``_relocation``.
"""

import asyncio
import gc
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

_UNSAFE: Final = "DJANGO_ALLOW_ASYNC_UNSAFE"


class SandboxSettings(dict[str, Any]):
    """Settings of a database that only the code in one sandbox sees."""


_lock = threading.Lock()
_seen: weakref.WeakSet[BaseDatabaseWrapper] = weakref.WeakSet()
_complete = False


def _remember(connection: BaseDatabaseWrapper, **_rest: Any) -> None:
    with _lock:
        _seen.add(connection)


connection_created.connect(_remember, weak=False, dispatch_uid="asgilab.connections")


def _find_earlier_ones() -> None:
    """Look once through the objects of the process; the signal tells of the rest.

    ``type()`` and not ``isinstance()``: the latter would wake lazy objects.
    """
    global _complete
    if _complete:
        return
    for thing in gc.get_objects():
        if issubclass(type(thing), BaseDatabaseWrapper):
            _remember(thing)
    _complete = True


def open_connections(alias: str | None = None) -> list[BaseDatabaseWrapper]:
    """Return the wrappers that hold an open connection now, of all threads.

    Those to the copies of a sandbox are not among them: they are its own affair.

    Args:
        alias: Only those of this database. Default: of all of them.

    Example::

        for connection in open_connections("default"):
            disconnect(connection)
    """
    return [
        wrapper
        for wrapper in _open()
        if alias in (None, wrapper.alias)
        and not isinstance(wrapper.settings_dict, SandboxSettings)
    ]


def wrappers_with(settings: SandboxSettings) -> list[BaseDatabaseWrapper]:
    """Return the open wrappers, of all threads, that were made of these settings."""
    return [wrapper for wrapper in _open() if wrapper.settings_dict is settings]


def _open() -> list[BaseDatabaseWrapper]:
    _find_earlier_ones()
    with _lock:
        seen = list(_seen)
    return [wrapper for wrapper in seen if wrapper.connection is not None]


def disconnect(wrapper: BaseDatabaseWrapper) -> None:
    """Close the connection of a wrapper, from any thread.

    Its own thread connects anew when it next needs to, with the settings of
    that time. An in-memory SQLite database is closed too, which Django itself
    would refuse.
    """
    if wrapper.vendor == "sqlite":
        raw, wrapper.connection = wrapper.connection, None
        raw.close()
        return
    wrapper.inc_thread_sharing()
    try:
        wrapper.close()
    finally:
        wrapper.dec_thread_sharing()


@contextmanager
def beside_a_loop() -> Iterator[None]:
    """Let Django use the database although an event loop runs in this thread.

    Playwright's synchronous calls leave one running for as long as a browser is
    open, and Django takes the test for asynchronous code then. Meant for what
    happens around a test, not for the test or its application: there Django's
    guard has its use.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        yield
        return
    before = os.environ.get(_UNSAFE)
    os.environ[_UNSAFE] = "true"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_UNSAFE]
        else:
            os.environ[_UNSAFE] = before


@contextmanager
def closing_new_connections() -> Iterator[None]:
    """Close, at the end, what other threads connected meanwhile and left open.

    A database that still has a connection cannot be dropped on PostgreSQL.
    The calling thread's own connections are left alone.
    """
    before = weakref.WeakSet(open_connections())
    try:
        yield
    finally:
        own = {id(wrapper) for wrapper in connections.all(initialized_only=True)}
        with beside_a_loop():
            for wrapper in open_connections():
                if wrapper not in before and id(wrapper) not in own:
                    disconnect(wrapper)
