"""Django's settings are seen as they are, and only where there are some."""

import subprocess
import sys
from typing import Any

import django.conf
import pytest
from django.test import override_settings

from asgilab.communicators._settings import settings_in_use


def test_they_are_those_that_django_has() -> None:
    found: Any = settings_in_use()
    assert found.ROOT_URLCONF == django.conf.settings.ROOT_URLCONF


def test_what_a_test_sets_is_seen(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["one.example"]
    found: Any = settings_in_use()
    assert found.ALLOWED_HOSTS == ["one.example"]
    with override_settings(ALLOWED_HOSTS=["two.example"]):
        found = settings_in_use()
        assert found.ALLOWED_HOSTS == ["two.example"]


def test_without_django_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "django.conf")
    assert settings_in_use() is None


def test_settings_that_nobody_configured_are_none_and_stay_so() -> None:
    code = (
        "from django.conf import settings; "
        "from asgilab.communicators._settings import settings_in_use; "
        "print(settings_in_use(), settings.configured)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "None False\n"
