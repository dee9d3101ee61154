"""Whether Django's databases are in play, without importing Django to find out."""

import subprocess
import sys

import pytest
from django.conf import settings

from asgilab.communicators._database import ownership


def test_with_databases_there_is_an_owner() -> None:
    assert settings.DATABASES
    assert ownership() is not None


def test_without_databases_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATABASES", {})
    assert ownership() is None


def test_to_ask_imports_nothing_of_django() -> None:
    code = (
        "import sys; from asgilab.communicators._database import ownership; "
        "print(ownership(), 'django' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "None False\n"


def test_settings_that_are_not_configured_are_left_alone() -> None:
    code = (
        "import django.db; from django.conf import settings; "
        "from asgilab.communicators._database import ownership; "
        "print(ownership(), settings.configured)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "None False\n"
