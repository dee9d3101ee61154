from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.testing.globalipapp import start_ipython


@pytest.fixture(scope="session")
def _only_shell() -> InteractiveShell:
    # IPython keeps one shell a process; each test gets it with a clean namespace.
    return start_ipython() or InteractiveShell.instance()


@pytest.fixture
def shell(_only_shell: InteractiveShell) -> Iterator[InteractiveShell]:
    before = dict(_only_shell.user_ns)
    yield _only_shell
    _only_shell.user_ns.clear()
    _only_shell.user_ns.update(before)
