"""A Django project as a lab uses it: set up, with a database to try things on.

The database of a lab is Django's own test database, so that exploring never
writes into the project's. It can be put back to what it held, which is what
replaying a session needs.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any, Literal, TypeVar

import django
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.test.utils import (
    setup_databases,
    setup_test_environment,
    teardown_databases,
    teardown_test_environment,
)

from asgilab.django._relocation import Relocated, Snapshot, snapshot
from asgilab.errors import UsageError

T = TypeVar("T")
Choice = Literal["test", "project"]


class Project:
    """A Django project that is set up, and its databases.

    Args:
        settings: Name of the settings module, or None for the one that
            ``DJANGO_SETTINGS_MODULE`` names.
        database: ``"test"`` creates Django's test databases and uses those;
            ``"project"`` uses the ones of the settings.

    Raises:
        UsageError: The settings cannot be imported, or other settings are in
            use in this process already.
    """

    def __init__(self, settings: str | None, database: Choice = "test") -> None:
        self.settings = _use_settings(settings)
        self.database: Choice = database
        self._thread = ThreadPoolExecutor(1, "asgilab-database")
        self._stack = ExitStack()
        self._start: list[Snapshot] = []
        # Before the application is imported: a Channels origin validator copies
        # ALLOWED_HOSTS when it is made, and Django's test client is "testserver".
        if not hasattr(django.test.utils._TestState, "saved_data"):
            setup_test_environment(debug=django_settings.DEBUG)
            self._stack.callback(teardown_test_environment)

    @property
    def creates_users(self) -> bool:
        """Whether a user that is named and does not exist may be made: not for real."""
        return self.database == "test"

    def open(self) -> None:
        """Create the test databases and remember what they hold."""
        self._in_thread(self._open)

    def close(self) -> None:
        """Destroy the test databases; the project's own are never touched."""
        self._in_thread(self._stack.close)
        self._thread.shutdown()

    @contextmanager
    def as_at_start(self) -> Iterator[None]:
        """Work on copies of the databases as they were at the start, for a while.

        The channel layers are fresh ones for the while. A database that is not
        SQLite is left as it is: its rows are then those of now.
        """
        copies = Relocated(_sqlite_aliases(), files=True, contents=self._start)
        stack = ExitStack()
        if self.database == "test":
            self._in_thread(lambda: stack.enter_context(copies))
        try:
            with fresh_channel_layers():
                yield
        finally:
            self._in_thread(stack.close)

    def _open(self) -> None:
        if self.database == "project":
            return
        config = setup_databases(verbosity=0, interactive=False)
        self._stack.callback(teardown_databases, config, verbosity=0)
        self._stack.enter_context(Relocated(_sqlite_aliases(), files=True))
        self._start = [
            self._stack.enter_context(snapshot(alias)) for alias in _sqlite_aliases()
        ]

    def _in_thread(self, func: Callable[[], T]) -> T:
        """Run database work on a thread without an event loop: Django asks for that."""
        return self._thread.submit(func).result()


@contextmanager
def fresh_channel_layers() -> Iterator[None]:
    """Give whoever asks for a channel layer new ones for a while."""
    try:
        from channels.layers import channel_layers
    except ImportError:  # a Django project without Channels
        yield
        return
    kept = dict(channel_layers.backends)
    channel_layers.backends.clear()
    try:
        yield
    finally:
        channel_layers.backends.clear()
        channel_layers.backends.update(kept)


def _sqlite_aliases() -> list[str]:
    return [alias for alias in connections if connections[alias].vendor == "sqlite"]


def _use_settings(name: str | None) -> str:
    wanted = name or os.environ.get("DJANGO_SETTINGS_MODULE")
    if wanted is None:
        msg = "Which Django settings? Expected --settings, such as 'chat.settings'."
        raise UsageError(msg)
    if django_settings.configured:
        used: Any = getattr(django_settings, "SETTINGS_MODULE", wanted)
        if used != wanted:
            msg = (
                f"Django is set up with {used} in this process and cannot change to "
                f"{wanted}; restart the kernel for that."
            )
            raise UsageError(msg)
    os.environ["DJANGO_SETTINGS_MODULE"] = wanted
    try:
        django.setup()
    except (ImportError, ImproperlyConfigured) as error:
        msg = f"The settings {wanted!r} cannot be used: {error}"
        raise UsageError(msg) from error
    return wanted
