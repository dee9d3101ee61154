"""The event loop of a test: made by asgilab where the marker asks, and kept open.

pytest-asyncio is offered a loop factory by its hook, anyio's plugin by the option
of its backend, and both only for tests that ask. Whatever the fixtures do on the
loop stands elsewhere.
"""

import inspect
import re
import sys
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any, Final

import pytest

from asgilab.errors import LoopReplaced, UsageError

_RUNNER: Final = re.compile(r"_\w+_scoped_runner")
"""The fixtures of pytest-asyncio that own a loop, one for each scope."""
_HIDDEN: Final = getattr(pytest, "HIDDEN_PARAM", "asgilab")  # pytest 8.4 has it


class LoopFactory:
    """Makes the loops of tests that ask for one clock.

    Args:
        clock: ``"manual"`` or ``"virtual"``.
    """

    def __init__(self, clock: Any) -> None:
        self.clock = clock
        self._made: weakref.WeakSet[Any] = weakref.WeakSet()

    def __call__(self) -> Any:
        from asgilab.engine import LabLoop

        loop = LabLoop(self.clock)
        self._made.add(loop)
        return loop

    def __repr__(self) -> str:
        return f"asgi(clock={self.clock!r})"

    @pytest.hookimpl(tryfirst=True, optionalhook=True)
    def pytest_asyncio_loop_factories(self) -> dict[str, "LoopFactory"]:
        """Answer pytest-asyncio, which asks for each test while this is registered."""
        return {"asgilab": self}

    def check(self) -> None:
        """Make sure that the loops are still what was made.

        Raises:
            LoopReplaced: Somebody has given one another class.
        """
        for loop in self._made:
            foreign = [
                package
                for one in type(loop).__mro__
                if (package := one.__module__.partition(".")[0])
                not in ("asgilab", "asyncio", "builtins")
            ]
            if foreign:
                error = LoopReplaced(type(loop).__name__, foreign[0])
                error.add_note("looptime is left out with: -p no:looptime_plugin")
                raise error


@cache
def factory_of(clock: str) -> LoopFactory:
    """Return the one factory for a clock, by which pytest knows loops to share."""
    return LoopFactory(clock)


@contextmanager
def offered(config: pytest.Config, clock: str) -> Iterator[None]:
    """Offer a loop to pytest-asyncio for a while.

    Its hook, once implemented, is asked for every test and has to have an
    answer; so it is implemented only as long as a test that asks is at hand.
    """
    factory = factory_of(clock)
    config.pluginmanager.register(factory)
    try:
        yield
    finally:
        config.pluginmanager.unregister(factory)


def give_to_anyio(metafunc: pytest.Metafunc, clock: str) -> None:
    """Let anyio's plugin, where it runs this test, run it on a loop with a clock."""
    name = "anyio_backend"
    marks = metafunc.definition.iter_markers("parametrize")
    if name not in metafunc.fixturenames or any(name in str(m.args[0]) for m in marks):
        return
    backend = ("asyncio", {"loop_factory": factory_of(clock)})
    # A fixture of a wider scope may ask for the backend: as wide as it was.
    definitions = getattr(metafunc, "_arg2fixturedefs", {}).get(name)
    scope: Any = definitions[-1].scope if definitions else "module"
    metafunc.definition.add_marker(
        pytest.mark.parametrize(name, [backend], ids=[_HIDDEN], scope=scope)
    )


def check_loop(item: pytest.Item, clock: str) -> None:
    """Make sure that a test that asks for a clock gets a loop that has it.

    Raises:
        UsageError: Whoever runs this test takes no loop from us.
    """
    params = getattr(getattr(item, "callspec", None), "params", {})
    if any(_is_ours(value, factory_of(clock)) for value in params.values()):
        return
    if "asgi_lab" in getattr(item, "fixturenames", ()) and not _is_async(item):
        return  # asgi_lab.start() makes a loop of the lab's own
    msg = (
        f"{item.nodeid} asks for asgi(clock={clock!r}), and its event loop cannot be "
        "asgilab's. Expected an async test function run by pytest-asyncio 1.4 or "
        "later, with no loop_factories= of its own, or by the plugin of anyio."
    )
    raise UsageError(msg)


@contextmanager
def held(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep the loop of a test open until the end of the ``with``.

    A fixture that is not asynchronous would be finished after it otherwise, and
    what lives on the loop could no longer be ended.

    Raises:
        UsageError: The test runs on trio.
    """
    for name in request.fixturenames:
        if _RUNNER.fullmatch(name):
            request.getfixturevalue(name)
    with ExitStack() as stack:
        anyio = sys.modules.get("anyio.pytest_plugin")
        if anyio is not None and "anyio_backend" in request.fixturenames:
            given = request.getfixturevalue("anyio_backend")
            backend, options = anyio.extract_backend_and_options(given)
            if backend != "asyncio":
                msg = (
                    f"{request.node.nodeid} runs on {backend}, and asgilab drives "
                    "applications on asyncio; expected anyio_backend to be 'asyncio'."
                )
                raise UsageError(msg)
            stack.enter_context(anyio.get_runner(backend, options))
        yield


def _is_ours(value: Any, factory: LoopFactory) -> bool:
    match value:
        case (_, {"loop_factory": given}):
            return given is factory
        case _:
            return value is factory


def _is_async(item: pytest.Item) -> bool:
    return inspect.iscoroutinefunction(getattr(item, "obj", None))
