"""What the process of a live server is told of this one."""

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from asgilab.django import Relocated
from asgilab.django._live_process import ProjectState
from asgilab.errors import AsgilabWarning

ROOT = Path(__file__).parents[2]


def told(state: ProjectState, expression: str) -> str:
    """Let another process take the state over; return what it says then."""
    script = (
        "import pickle, sys\n"
        "pickle.load(sys.stdin.buffer)()\n"
        "from asgilab.live import when_orphaned\n"
        "from django.conf import settings\n"
        "from django.db import connections\n"
        f"print({expression})\n"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        input=pickle.dumps(state),
        capture_output=True,
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'asgilab' / 'example'}"},
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return ran.stdout.decode().strip()


def test_only_settings_that_differ_from_their_module_are_told() -> None:
    with override_settings(LANGUAGE_CODE="la"):
        state = ProjectState.now()
    assert pickle.loads(state.settings["LANGUAGE_CODE"]) == "la"
    assert "INSTALLED_APPS" not in state.settings
    assert "DATABASES" not in state.settings


def test_the_other_process_has_the_settings_of_this_one() -> None:
    with override_settings(PLANET="mars", DEBUG=True):
        state = ProjectState.now()
    assert told(state, "settings.PLANET, settings.DEBUG") == "mars True"


def test_the_other_process_has_the_databases_of_this_one() -> None:
    state = ProjectState.now()
    expected = state.databases["default"]["NAME"]
    assert told(state, "connections['default'].settings_dict['NAME']") == expected


@pytest.mark.django_db(transaction=True)
def test_the_other_process_can_open_a_copy_on_disk() -> None:
    expression = "connections['default'].cursor().execute('SELECT 7').fetchone()[0]"
    with Relocated(place="disk"):
        assert told(ProjectState.now(), expression) == "7"


@pytest.mark.django_db(transaction=True)
def test_a_process_that_is_orphaned_removes_the_copies() -> None:
    with Relocated(place="disk"):
        state = ProjectState.now()
        (folder,) = state.folders
        assert folder.is_dir()
        told(state, "[clean_up() for clean_up in when_orphaned]")
        assert not folder.exists()


def test_a_setting_that_cannot_cross_over_is_named() -> None:
    warned = pytest.warns(AsgilabWarning, match="cannot be told the settings PLANET")
    with override_settings(PLANET=lambda: "mars"), warned:
        state = ProjectState.now()
    assert "PLANET" not in state.settings


def test_settings_without_a_module_are_told_in_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE")
    state = ProjectState.now()
    assert state.module is None
    expression = "settings.ROOT_URLCONF, sorted(connections)"
    assert told(state, expression) == "chat.urls ['default']"


def test_the_state_is_a_plain_value(monkeypatch: pytest.MonkeyPatch) -> None:
    state = ProjectState.now()
    copy: Any = pickle.loads(pickle.dumps(state))
    assert copy == state
