"""Django's database of a test: what pytest-django is asked for, and who is lent it.

The database itself is pytest-django's affair, whose connection is whose that of
``asgilab.django``.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from asgilab.errors import UsageError
from asgilab.pytest_plugin._choice import Choice, django_settings


def mark(item: pytest.Item, choice: Choice) -> None:
    """Give a test the marker of pytest-django that it asks for in other words."""
    transaction = _needs_transactions(item, choice)
    if not (transaction or choice.db) or not _has_pytest_django(item.config):
        return
    marker = item.get_closest_marker("django_db")
    asked: dict[str, Any] = {} if marker is None else dict(marker.kwargs)
    if transaction:
        asked["transaction"] = True
    item.add_marker(pytest.mark.django_db(**asked), append=False)


def check(item: pytest.Item, choice: Choice) -> None:
    """Make sure that a test that asks for a database can have one.

    Raises:
        UsageError: pytest-django is not there, or Django is not set up.
    """
    if choice.db and (not _has_pytest_django(item.config) or django_settings() is None):
        msg = (
            f"{item.nodeid} asks for asgi(db={choice.db!r}). Expected pytest-django "
            "and Django's settings (DJANGO_SETTINGS_MODULE)."
        )
        raise UsageError(msg)


@contextmanager
def shared(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let what runs on the test's loop use the open transaction of the test.

    The transaction is there before, and ends after, whatever uses it.
    """
    if django_settings() is None:
        yield
        return
    for database in ("db", "transactional_db"):
        if database in request.fixturenames:
            request.getfixturevalue(database)
    from asgilab.django import lending

    with lending():
        yield


def commits(request: pytest.FixtureRequest) -> None:
    """Ask for a database whose rows other threads can see."""
    if _has_pytest_django(request.config):
        request.getfixturevalue("transactional_db")


def _needs_transactions(item: pytest.Item, choice: Choice) -> bool:
    if choice.db is not None or django_settings() is None:
        return choice.db == "transaction"
    return "asgi_live_server" in getattr(item, "fixturenames", ())


def _has_pytest_django(config: pytest.Config) -> bool:
    plugin = sys.modules.get("pytest_django.plugin")  # whatever name it was given
    return plugin is not None and config.pluginmanager.is_registered(plugin)
