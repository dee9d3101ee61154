"""The live server of a test: Django's way where Django is set up, else plainly."""

import inspect
from typing import TYPE_CHECKING, Any

import pytest

from asgilab.pytest_plugin._choice import Choice, django_settings
from asgilab.pytest_plugin._databases import commits

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from asgilab.live import LiveServer


def serving(
    request: pytest.FixtureRequest, choice: Choice, application: Any
) -> "AbstractContextManager[LiveServer]":
    """Return the server for a test, to be entered.

    Args:
        request: The request of the fixture.
        choice: What the test asks for.
        application: The application, or its import string.
    """
    application = _loaded(application)
    if django_settings() is None or choice.db is False:
        from asgilab.live import LiveServer

        return LiveServer(application)
    commits(request)
    from asgilab.django import live_project

    return live_project(application)


def _loaded(application: Any) -> Any:
    if isinstance(application, str):
        from asgilab.lab import load_application

        application = load_application(application)
    if inspect.isclass(application) and hasattr(application, "as_asgi"):
        return application.as_asgi()
    return application
