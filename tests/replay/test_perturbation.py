"""Another world around a replay, and the same one as before after it."""

import builtins
import getpass
import os
import platform
import random
import socket
import sys
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from asgilab.replay import perturbed
from asgilab.replay._perturbation import can_travel


def world() -> dict[str, Any]:
    """Return what an application may ask of the world, by name."""
    return {
        "year": datetime.now(UTC).year,
        "day": f"{datetime.now(UTC):%A}",
        "zone": time.strftime("%Z"),
        "host": socket.gethostname(),
        "node": platform.node(),
        "user": getpass.getuser(),
        "Python": platform.python_version(),
    }


@pytest.fixture
def without_django(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Django be a library that nobody has imported."""
    monkeypatch.delitem(sys.modules, "django.conf")
    monkeypatch.delitem(sys.modules, "django.db")


@pytest.mark.usefixtures("without_django")
def test_everything_is_another_inside_and_as_it_was_afterwards() -> None:
    before = world()
    with perturbed(1):
        inside = world()
    assert not [name for name in before if before[name] == inside[name]]
    assert world() == before


@pytest.mark.usefixtures("without_django")
def test_no_two_changed_worlds_are_alike() -> None:
    with perturbed(1):
        one = world()
    with perturbed(3):
        other = world()
    assert not [name for name in one if one[name] == other[name] and name != "day"]


def test_an_even_replay_is_in_the_world_as_it_is() -> None:
    before = world()
    with perturbed(0):
        assert world() == before
    with perturbed(2):
        assert world() == before


def test_the_clock_goes_on_inside() -> None:
    with perturbed(1):
        began = time.time()
        while time.time() == began:
            pass
        assert time.time() > began


def test_a_time_zone_that_djangos_settings_have_set_stays() -> None:
    before = time.strftime("%Z")
    with perturbed(1):
        assert time.strftime("%Z") == before


def test_chance_is_left_alone() -> None:
    random.seed(7)
    first = random.random()
    random.seed(7)
    with perturbed(1):
        assert random.random() == first


def test_without_time_machine_the_clock_stays_and_the_rest_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = builtins.__import__

    def refuse(name: str, *args: Any, **named: Any) -> Any:
        if name == "time_machine":
            raise ImportError(name)
        return found(name, *args, **named)

    monkeypatch.setattr(builtins, "__import__", refuse)
    before = world()
    assert not can_travel()
    with perturbed(1):
        inside = world()
    assert inside["year"] == before["year"]
    assert inside["host"] != before["host"]


def test_an_error_inside_leaves_the_world_as_it_was() -> None:
    before = world()
    with pytest.raises(KeyError), perturbed(1):
        raise KeyError
    assert world() == before


@pytest.mark.usefixtures("without_django")
def test_the_process_keeps_its_numbers() -> None:
    """A kernel ends when its parent has another, and does not send with another."""
    before = os.getpid(), os.getppid()
    with perturbed(1):
        assert (os.getpid(), os.getppid()) == before
