"""A Django project as a lab uses it: set up, with a database to try things on.

The database of a lab is Django's own test database, so that exploring never
writes into the project's. It can be put back to what it held, which is what
replaying a session needs.
"""

import os
from contextlib import ExitStack
from typing import Final, Literal

import django
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from asgilab.django._sandbox import Sandbox
from asgilab.django._test_databases import (
    DATABASES,
    ENVIRONMENT,
    given_by_a_test_runner,
    has_settings,
    refuses_connections,
)
from asgilab.errors import UsageError

Choice = Literal["test", "project"]

_VARIABLE: Final = "DJANGO_SETTINGS_MODULE"


class Project:
    """A Django project that is set up, and its databases.

    Args:
        settings: Name of the settings module, or None for the ones in use, or
            else those that ``DJANGO_SETTINGS_MODULE`` names.
        database: ``"test"`` creates Django's test databases and uses those;
            ``"project"`` uses the ones of the settings.

    Attributes:
        settings: Name of the settings module, None where ``settings.configure()``
            has made the settings.

    Raises:
        UsageError: The settings cannot be imported, or other settings are in
            use in this process already.
    """

    def __init__(self, settings: str | None, database: Choice = "test") -> None:
        self.settings = _use_settings(settings)
        self.database: Choice = database
        self._stack = ExitStack()
        # Before the application is imported: a Channels origin validator copies
        # ALLOWED_HOSTS when it is made, and Django's test client is "testserver".
        ENVIRONMENT.enter()
        self._stack.callback(ENVIRONMENT.leave)

    @property
    def creates_users(self) -> bool:
        """Whether a user that is named and does not exist may be made: not for real."""
        return self.database == "test"

    def open(self) -> None:
        """Create the test databases and remember what they hold."""
        if self.database == "test":
            DATABASES.enter()
            self._stack.callback(DATABASES.leave)

    def close(self) -> None:
        """Destroy the test databases; the project's own are never touched."""
        self._stack.close()

    def sandbox(self) -> Sandbox:
        """Return a sandbox whose databases begin as these did; it is not entered yet.

        A database that is not SQLite, and every database of ``"project"``, is the
        same inside as outside.
        """
        return Sandbox(DATABASES.start if self.database == "test" else ())

    def shared_databases(self) -> list[str]:
        """Return the databases that a sandbox would not have a copy of."""
        if self.database == "project":
            return _databases()
        copied = {one.alias for one in DATABASES.start}
        return [alias for alias in _databases() if alias not in copied]


def project_in_use(database: Choice = "test") -> Project | None:
    """Return the project that this process works with although nobody named it.

    An application may bring its settings along: its module sets
    ``DJANGO_SETTINGS_MODULE``, or the notebook has called ``django.setup()``.

    Returns:
        None where Django has no settings, or where a test runner has given it
        databases to try things on already.

    Raises:
        UsageError: The settings are in use, and the project cannot be set up.
    """
    if not has_settings() or given_by_a_test_runner():
        return None
    try:
        _ = django_settings.DATABASES
    except (ImportError, ImproperlyConfigured):
        return None  # a variable of the shell's, about another project
    return Project(None, database)


def databases_of_the_test() -> list[str]:
    """Return the databases that a test runner has given this process to use."""
    if not has_settings() or not given_by_a_test_runner() or refuses_connections():
        return []
    return _databases()


def _databases() -> list[str]:
    none = "django.db.backends.dummy"
    settings = connections.settings
    return [alias for alias in settings if settings[alias]["ENGINE"] != none]


def _use_settings(name: str | None) -> str | None:
    wanted = name or os.environ.get(_VARIABLE)
    if django_settings.configured:
        used: str | None = django_settings.SETTINGS_MODULE
        if name is not None and used != name:
            by = used or "settings.configure()"
            msg = (
                f"Django is set up with {by} in this process and cannot change to "
                f"{name}; restart the kernel for that."
            )
            raise UsageError(msg)
        wanted = used
    elif wanted is None:
        msg = "Which Django settings? Expected --settings, such as 'chat.settings'."
        raise UsageError(msg)
    before = os.environ.get(_VARIABLE)
    if wanted is not None:
        os.environ[_VARIABLE] = wanted
    try:
        django.setup()
    except (ImportError, ImproperlyConfigured) as error:
        if not django_settings.configured:  # the next application may bring its own
            _put_back(before)
        msg = f"The settings {wanted!r} cannot be used: {error}"
        raise UsageError(msg) from error
    return wanted


def _put_back(before: str | None) -> None:
    if before is None:
        os.environ.pop(_VARIABLE, None)
    else:
        os.environ[_VARIABLE] = before
