"""The drop-in names: what they are, and what importing them costs."""

import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import asgilab.communicators
from asgilab import testing

ROOT = Path(__file__).parents[1]
NAMES = [
    "ApplicationCommunicator",
    "ChannelsLiveServerTestCase",
    "Exactly",
    "HttpCommunicator",
    "LifespanCommunicator",
    "WebsocketCommunicator",
]
OWN = {"Exactly", "LifespanCommunicator"}
"""Names that Channels does not have."""


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return done.stdout.strip()


def test_the_module_gives_these_names_and_no_other() -> None:
    assert sorted(testing.__all__) == NAMES
    assert dir(testing) == NAMES
    assert all(hasattr(testing, name) for name in NAMES)


@pytest.mark.parametrize("name", [n for n in NAMES if n.endswith("Communicator")])
def test_a_communicator_is_the_one_of_the_floor_below(name: str) -> None:
    assert getattr(testing, name) is getattr(asgilab.communicators, name)


@pytest.mark.parametrize("name", sorted({*NAMES} - OWN))
def test_each_name_of_channels_takes_what_it_took_there(name: str) -> None:
    import channels.testing

    theirs: Any = getattr(channels.testing, name)
    ours: Any = getattr(testing, name)
    for method, function in inspect.getmembers(theirs, inspect.isfunction):
        if method.startswith("_") and method != "__init__":
            continue
        assert hasattr(ours, method), method
        wanted = list(inspect.signature(function).parameters)
        given = list(inspect.signature(getattr(ours, method)).parameters)
        assert given[: len(wanted)] == wanted, method


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"'asgilab\.testing' has no attribute"):
        _ = testing.nothing_of_the_kind


def test_importing_it_brings_in_none_of_the_large_ones() -> None:
    large = "('IPython', 'django', 'pytest', 'ipywidgets', 'anywidget', 'channels')"
    code = (
        f"import asgilab.testing, sys; print([m for m in {large} if m in sys.modules])"
    )
    assert run(code) == "[]"


def test_the_live_test_case_brings_in_django_when_it_is_asked_for() -> None:
    code = (
        "import os, sys, asgilab.testing; before = 'django' in sys.modules; "
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'chat.settings'; "
        "sys.path.insert(0, 'asgilab/example'); "
        "asgilab.testing.ChannelsLiveServerTestCase; "
        "print(before, 'django' in sys.modules)"
    )
    assert run(code) == "False True"
