"""What a lab opens before it can begin."""

from typing import Any

import pytest

from asgilab.errors import NotAnApplication, UsageError
from asgilab.example import DIRECTORY
from asgilab.lab._opening import open_application, open_project


async def application(scope: Any, receive: Any, send: Any) -> None: ...


def test_an_application_may_be_an_object_or_an_import_string() -> None:
    assert open_application(application, None) is application
    from chat.asgi import application as chat

    assert open_application("chat.asgi:application", str(DIRECTORY)) is chat


def test_an_object_that_is_none_is_refused() -> None:
    with pytest.raises(NotAnApplication, match=r"7 is of type int"):
        open_application(7, None)


def test_without_settings_there_is_no_project() -> None:
    assert open_project(None, None, "test") is None


def test_the_settings_are_those_of_a_project() -> None:
    project = open_project("chat.settings", str(DIRECTORY), "project")
    assert project is not None
    assert project.settings == "chat.settings"
    assert not project.creates_users


def test_settings_that_are_not_the_ones_in_use_are_refused() -> None:
    with pytest.raises(UsageError, match="restart the kernel"):
        open_project("other.settings", None, "test")
