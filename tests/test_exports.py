"""What each package hands out, and what importing it drags in."""

import importlib
import json
import pkgutil
import subprocess
import sys
from types import ModuleType

import pytest

import asgilab

# IPython looks these up by name; nobody imports them.
HOOKS = {"load_ipython_extension", "unload_ipython_extension"}

HEAVY = ("IPython", "django", "pytest", "ipywidgets")


def packages() -> list[str]:
    """Return the package and its rooms; the example project is not a room."""
    rooms = pkgutil.iter_modules(asgilab.__path__, "asgilab.")
    names = (room.name for room in rooms if room.ispkg)
    return ["asgilab", *(name for name in names if name != "asgilab.example")]


def handed_out(module: ModuleType) -> set[str]:
    """Return the public classes, functions and values that a door holds open."""
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and str(getattr(value, "__module__", "")).startswith("asgilab")
    }


def loaded_after(statement: str) -> list[str]:
    """Run a statement in a fresh interpreter; return the heavy packages it loaded."""
    script = (
        f"{statement}\nimport json, sys\n"
        f"print(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return list(json.loads(done.stdout))


@pytest.mark.parametrize("name", packages())
def test_every_name_in_all_can_be_imported_and_stands_there_once(name: str) -> None:
    module = importlib.import_module(name)
    promised = list(module.__all__)
    assert len(promised) == len(set(promised))
    assert not [attribute for attribute in promised if not hasattr(module, attribute)]


@pytest.mark.parametrize("name", packages())
def test_what_a_door_imports_is_in_its_all(name: str) -> None:
    module = importlib.import_module(name)
    assert handed_out(module) - HOOKS <= set(module.__all__)


@pytest.mark.parametrize("name", packages())
def test_a_promised_name_shows_up_in_dir(name: str) -> None:
    module = importlib.import_module(name)
    assert set(module.__all__) <= set(dir(module))


@pytest.mark.parametrize(
    "statement",
    [
        "import asgilab",
        "import asgilab.testing",
        "from asgilab.testing import HttpCommunicator, WebsocketCommunicator",
    ],
)
def test_a_test_that_uses_the_drop_in_names_loads_nothing_heavy(statement: str) -> None:
    assert loaded_after(statement) == []
