"""What goes wrong in a live test case is told, and leaves nothing running.

The numbers are those of the known failures of channels' class, which
test_known_failures.py lists.
"""

import threading
import urllib.error
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import override_settings
from websockets.exceptions import ConnectionClosed

from tests.django.live import LiveCase, outcome, pages, run

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_set_up_that_fails_after_ours_leaves_nothing_running() -> None:
    """Number 5."""

    @pages
    class Case(LiveCase):
        @classmethod
        def setUpClass(cls) -> None:
            super().setUpClass()
            raise ZeroDivisionError

        def test_it(self) -> None:
            raise AssertionError

    hosts = settings.ALLOWED_HOSTS
    assert "ZeroDivisionError" in outcome(run(Case))
    assert "asgilab-live-server" not in {one.name for one in threading.enumerate()}
    assert settings.ALLOWED_HOSTS is hosts
    assert "mode=memory" in connections["default"].settings_dict["NAME"]


@pytest.mark.parametrize(
    ("attributes", "application", "reason"),
    [
        ({"host": "no-such-host.invalid"}, "application", "'no-such-host.invalid'"),
        ({"host": "192.0.2.1"}, "application", "listen on '192.0.2.1'"),
        ({}, "not_starting", "LifespanFailed: no cache"),
        ({}, "missing", "Cannot find 'missing'"),
    ],
)
def test_a_start_that_fails_gives_the_reason_and_restores_the_settings(
    attributes: dict[str, Any], application: str, reason: str
) -> None:
    """Numbers 7 and 8."""

    @override_settings(ASGI_APPLICATION=f"tests.django.pages.{application}")
    class Case(LiveCase):
        serve_static = False

        def test_it(self) -> None:
            raise AssertionError

    for name, value in attributes.items():
        setattr(Case, name, value)
    hosts = settings.ALLOWED_HOSTS
    assert reason in outcome(run(Case))
    assert settings.ALLOWED_HOSTS is hosts


def expect_failure_in(case: LiveCase, where: str) -> None:
    """Make the view or the consumer of the project fail."""
    if where == "view":
        with pytest.raises(urllib.error.HTTPError):
            case.get("/fail/")
        return
    with case.open("/ws/talk/") as client, pytest.raises(ConnectionClosed):
        case.ask(client, "fail")


WHERE = pytest.mark.parametrize("where", ["view", "consumer"])


@WHERE
def test_a_failing_test_shows_the_traceback_of_the_application(where: str) -> None:
    """Number 10."""

    @pages
    class Case(LiveCase):
        def test_it(self) -> None:
            expect_failure_in(self, where)
            self.fail("nothing came")

    told = outcome(run(Case))
    assert "AssertionError: nothing came" in told
    assert "The application failed on the live server:" in told
    assert f"ValueError: the {where} is broken" in told
    assert "pages.py" in told


@WHERE
def test_a_passing_test_warns_of_what_the_application_raised(where: str) -> None:
    """Here a warning is an error, as in this whole suite."""

    @pages
    class Case(LiveCase):
        def test_it(self) -> None:
            expect_failure_in(self, where)

    ((case, told),) = run(Case).errors
    assert case.id().endswith("Case.test_it")
    assert "AsgilabWarning: The application failed on the live server:" in told
    assert f"ValueError: the {where} is broken" in told


@WHERE
def test_a_test_can_take_the_error_that_it_expected(where: str) -> None:
    @pages
    class Case(LiveCase):
        def test_it(self) -> None:
            expect_failure_in(self, where)
            error = self.server_errors.pop()
            assert str(error) == f"the {where} is broken"

    assert outcome(run(Case)) == "ok"


@pytest.mark.parametrize(
    ("what", "expected"), [("raise", "ValueError: the view"), ("keep", "ok")]
)
def test_a_class_may_choose_what_becomes_of_errors(what: Any, expected: str) -> None:
    @pages
    class Case(LiveCase):
        on_server_error = what

        def test_it(self) -> None:
            expect_failure_in(self, "view")

    told = outcome(run(Case))
    assert expected in told
    assert "AsgilabWarning" not in told


def test_an_error_of_one_test_is_not_told_by_the_next() -> None:
    @pages
    class Case(LiveCase):
        def test_1(self) -> None:
            expect_failure_in(self, "view")
            self.fail("first")

        def test_2(self) -> None:
            self.fail("second")

    first, second = (text for _, text in run(Case).failures)
    assert "the view is broken" in first
    assert "the view is broken" not in second
