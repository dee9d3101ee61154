"""A shell for the tests, and the magics in it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.testing.globalipapp import start_ipython

from asgilab.notebook import load_ipython_extension, unload_ipython_extension
from asgilab.notebook._laboratory import Laboratory

APPLICATIONS = Path(__file__).parent / "applications"

Magic = Callable[..., Any]
"""Runs a magic by its name, with its line and perhaps a cell; returns its result."""


@pytest.fixture(scope="session")
def _only_shell(tmp_path_factory: pytest.TempPathFactory) -> InteractiveShell:
    # IPython keeps one shell a process; each test gets it with clean variables.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        patch.delenv("VIRTUAL_ENV", raising=False)  # IPython warns of another one
        return start_ipython() or InteractiveShell.instance()


@pytest.fixture
def shell(_only_shell: InteractiveShell) -> Iterator[InteractiveShell]:
    before = dict(_only_shell.user_ns)
    yield _only_shell
    _only_shell.user_ns.clear()
    _only_shell.user_ns.update(before)


@pytest.fixture
def bare(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> Iterator[InteractiveShell]:
    """The shell with the extension, and no application yet."""
    monkeypatch.syspath_prepend(str(APPLICATIONS))
    load_ipython_extension(shell)
    yield shell
    unload_ipython_extension(shell)


@pytest.fixture
def run(bare: InteractiveShell) -> Magic:
    """Runs a magic; there is no application yet."""

    def run_magic(name: str, line: str = "", cell: str | None = None) -> Any:
        if cell is None:
            return bare.run_line_magic(f"asgi_{name}", line)
        return bare.run_cell_magic(f"asgi_{name}", line, cell)

    return run_magic


@pytest.fixture
def magic(run: Magic) -> Magic:
    """Runs a magic; the echo application is there."""
    run("app", "rooms:application")
    return run


@pytest.fixture
def laboratory(bare: InteractiveShell) -> Laboratory:
    found: Laboratory = vars(bare)["_asgilab_installation"].laboratory
    return found
