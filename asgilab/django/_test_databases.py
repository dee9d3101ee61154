"""Django's test databases, in place of the project's own, for as long as a lab needs.

Which database an alias leads to is one fact for a whole process: labs that are
open at once share the test databases, and the last one takes them away. Whose
settings they are made from is the affair of ``_project``.
"""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar
from unittest.mock import patch

import django.test.utils
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.creation import TEST_DATABASE_PREFIX
from django.test.utils import (
    setup_databases,
    setup_test_environment,
    teardown_databases,
    teardown_test_environment,
)

from asgilab.django._live_connections import disconnect, open_connections
from asgilab.django._relocation import Relocated, Snapshot, snapshot

T = TypeVar("T")

_LONGEST_NAME: Final = 48
"""Characters kept of a name: PostgreSQL takes 63 in all."""
_IN_MEMORY: Final = ("file:memorydb_", "file:/asgilab-")
"""How Django and asgilab call an SQLite database that lives in memory."""


class SharedEnvironment:
    """Django's test environment, which holds until the last one has left it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._set_up = False

    @property
    def entered(self) -> bool:
        """Whether it was entered here, and not by a test runner."""
        return self._set_up

    def enter(self) -> None:
        """Set it up, unless it is there already."""
        with self._lock:
            self._users += 1
            if self._users == 1 and not _has_test_environment():
                setup_test_environment(debug=settings.DEBUG)
                self._set_up = True

    def leave(self) -> None:
        """Take it away with the last one, where it was set up here."""
        with self._lock:
            self._users -= 1
            if self._users == 0 and self._set_up:
                self._set_up = False
                teardown_test_environment()


class SharedDatabases:
    """The test databases of this process.

    Attributes:
        start: What the SQLite ones held when they were created.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._stack = ExitStack()
        self._thread: ThreadPoolExecutor | None = None
        self.start: list[Snapshot] = []

    def enter(self) -> None:
        """Create them, unless another lab has."""
        with self._lock:
            if self._users == 0:
                self._thread = ThreadPoolExecutor(1, "asgilab-database")
                try:
                    self.in_thread(self._create)
                except BaseException:
                    self._close()
                    raise
            self._users += 1

    def leave(self) -> None:
        """Destroy them with the last lab; the aliases are the project's own then."""
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self._close()

    def in_thread(self, func: Callable[[], T]) -> T:
        """Run database work on a thread without an event loop: Django asks for that."""
        if self._thread is None:
            msg = "The test databases are used before they are there."
            raise RuntimeError(msg)
        return self._thread.submit(func).result()

    def _create(self) -> None:
        self._stack.callback(_disconnect_here)
        with _names_of_our_own():
            config = setup_databases(verbosity=0, interactive=False)
        self._stack.callback(teardown_databases, config, verbosity=0)
        # Another thread may still be connected to the project's own database.
        _disconnect_servers()
        self._stack.callback(_disconnect_servers)
        self._stack.enter_context(Relocated(sqlite_aliases(), files=True))
        self.start = [
            self._stack.enter_context(snapshot(alias)) for alias in sqlite_aliases()
        ]

    def _close(self) -> None:
        thread = self._thread
        try:
            self.in_thread(self._stack.close)
        finally:
            self._thread, self._stack, self.start = None, ExitStack(), []
            if thread is not None:
                thread.shutdown()


ENVIRONMENT: Final = SharedEnvironment()
DATABASES: Final = SharedDatabases()


def given_by_a_test_runner() -> bool:
    """Tell whether pytest-django or Django's runner looks after the databases."""
    if ENVIRONMENT.entered or not _has_test_environment():
        return False
    return refuses_connections() or all(
        _is_for_tests(connections[each]) for each in connections
    )


def sqlite_aliases() -> list[str]:
    """Return the aliases of the databases that are SQLite."""
    return [alias for alias in connections if connections[alias].vendor == "sqlite"]


def _has_test_environment() -> bool:
    # Django keeps there what the settings were before; the guard is its own too.
    return hasattr(django.test.utils._TestState, "saved_data")


def refuses_connections() -> bool:
    """Tell whether connecting is refused, as pytest-django does outside of ``db``."""
    connect: Any = BaseDatabaseWrapper.ensure_connection
    return not str(connect.__module__).startswith("django.")


def _is_for_tests(connection: BaseDatabaseWrapper) -> bool:
    found = connection.settings_dict
    name = str(found["NAME"])
    if not name or name.startswith(_IN_MEMORY):  # without a name, there is none
        return True
    wanted = Path(str(found["TEST"]["NAME"] or "")).stem
    stem = Path(name).stem
    # Runs side by side put a number behind the name.
    return stem.startswith(TEST_DATABASE_PREFIX) or bool(
        wanted and stem.startswith(wanted)
    )


@contextmanager
def _names_of_our_own() -> Iterator[None]:
    """Name test databases of a server after this process.

    A test run beside this, and one of an exported test, drop what has their name.
    """
    with ExitStack() as undo:
        for alias in connections:
            wrapper = connections[alias]
            test = wrapper.settings_dict["TEST"]
            if wrapper.vendor != "sqlite" and not test.get("MIRROR"):
                usual = test.get("NAME") or (
                    f"{TEST_DATABASE_PREFIX}{wrapper.settings_dict['NAME']}"
                )
                name = f"{usual[:_LONGEST_NAME]}_lab{os.getpid()}"
                undo.enter_context(patch.dict(test, {"NAME": name}))
        yield


def _disconnect_here() -> None:
    """Close what this thread has open: Django keeps a database in memory open."""
    for wrapper in connections.all(initialized_only=True):
        if wrapper.connection is not None:
            disconnect(wrapper)


def _disconnect_servers() -> None:
    """Close every connection to a database that is not SQLite, in all threads."""
    for wrapper in open_connections():
        if wrapper.vendor != "sqlite":
            disconnect(wrapper)


def has_settings() -> bool:
    """Tell whether Django has settings in this process, or would find some."""
    return settings.configured or "DJANGO_SETTINGS_MODULE" in os.environ
