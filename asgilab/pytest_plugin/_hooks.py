"""The hooks: what pytest calls. What each does stands in the file of its subject."""

from collections.abc import Generator
from contextlib import suppress
from typing import Any

import pytest

from asgilab.errors import UsageError
from asgilab.pytest_plugin._choice import (
    MARKER,
    Choice,
    choice_of,
    configured_validation,
)
from asgilab.pytest_plugin._databases import check, mark
from asgilab.pytest_plugin._loops import check_loop, factory_of, give_to_anyio, offered
from asgilab.pytest_plugin._reports import add_server_errors, add_timelines, shorten


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options for pytest's configuration file."""
    parser.addini("asgi_app", "import string of the application under test")
    parser.addini(
        "asgi_validate",
        "what becomes of a breach of the ASGI rules: off, record, spec or strict "
        "(default: spec)",
    )
    parser.addini(
        "asgi_sessions",
        "folder for the sessions of failed tests (default: in pytest's cache)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and look at the options.

    Raises:
        pytest.UsageError: One of them has a value that means nothing.
    """
    text = (
        f"{MARKER}(app=None, clock='real', validate=None, db=None): the "
        "application, the clock of the test's event loop ('real', 'manual' or "
        "'virtual'), what becomes of a breach of the ASGI rules ('off', 'record', "
        "'spec' or 'strict'), Django's database (True, 'transaction' or False), and "
        "whether what an application leaves behind is an error (strict=True)."
    )
    config.addinivalue_line("markers", text)
    configured_validation(config)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> Generator[None, Any, Any]:
    """Arrange for the event loop of a test that asks for a clock."""
    clock = _choice_or_nothing(metafunc.definition).clock
    if clock == "real":
        return (yield)
    give_to_anyio(metafunc, clock)
    with offered(metafunc.config, clock):
        return (yield)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test that asks for a database as pytest-django knows it."""
    mark(item, _choice_or_nothing(item))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Let all communicators of a test validate as it asks, whoever makes them."""
    wanted = _choice_or_nothing(item).validate or configured_validation(item.config)
    if wanted == "spec":
        return (yield)
    from asgilab.communicators import usual_validation

    before = usual_validation(wanted)
    try:
        return (yield)
    finally:
        usual_validation(before)


@pytest.hookimpl(wrapper=True, trylast=True)  # inside the wrappers of pytest itself
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, Any, Any]:
    """Refuse a marker that cannot be followed, before anything of the test runs."""
    __tracebackhide__ = True
    if item.get_closest_marker(MARKER) is None:
        return (yield)
    choice = choice_of(item)
    check(item, choice)
    if choice.clock == "real":
        return (yield)
    check_loop(item, choice.clock)
    with offered(item.config, choice.clock):
        result = yield
    factory_of(choice.clock).check()
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the report of a failure show what its connections did."""
    add_server_errors(item, call)
    report = yield
    shorten(report, call)
    add_timelines(item, report)
    return report


def _choice_or_nothing(item: pytest.Item) -> Choice:
    """Return what a test asks for; what is wrong with it is told when it is run."""
    with suppress(UsageError):
        return choice_of(item)
    return Choice()
