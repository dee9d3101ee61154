"""Django's database in tests with the fixtures: whose it is, and what is left in it."""

import subprocess
import sys
from pathlib import Path

from tests.pytest_plugin.runs import environment, run, write


def test_the_fixtures_work_with_those_of_pytest_django(tmp_path: Path) -> None:
    options = ("--asyncio-mode=auto",)
    plugins = ("asyncio", "django")
    done = run(tmp_path, "database_suite", plugins=plugins, options=options)
    assert done.all_passed(10), done.output


def test_they_work_with_those_of_pytest_django_on_two_workers(tmp_path: Path) -> None:
    options = ("--asyncio-mode=auto", "-n", "2")
    plugins = ("asyncio", "django", "xdist")
    done = run(tmp_path, "database_suite", plugins=plugins, options=options)
    assert done.all_passed(10), done.output


def test_the_marker_orders_tests_as_pytest_django_does(tmp_path: Path) -> None:
    source = (
        "import pytest\n\n\n"
        '@pytest.mark.asgi(db="transaction")\ndef test_commits():\n    pass\n\n\n'
        "@pytest.mark.asgi(db=True)\ndef test_rolls_back():\n    pass\n"
    )
    done = run(tmp_path, plugins=("django",), files={"test_order.py": source})
    assert list(done.outcomes.items()) == [
        ("test_rolls_back", "passed"),
        ("test_commits", "passed"),
    ]


def test_the_marker_keeps_what_pytest_djangos_own_says(tmp_path: Path) -> None:
    source = (
        "import pytest\n\n\n"
        '@pytest.mark.asgi(db="transaction")\n'
        "@pytest.mark.django_db(reset_sequences=True)\n"
        "def test_both(request):\n"
        '    marker = request.node.get_closest_marker("django_db")\n'
        '    assert marker.kwargs == {"reset_sequences": True, "transaction": True}\n'
    )
    done = run(tmp_path, plugins=("django",), files={"test_both.py": source})
    assert done.all_passed(1), done.output


def test_test_cases_of_django_run_under_pytest(tmp_path: Path) -> None:
    done = run(tmp_path, "cases_suite", plugins=("django",))
    assert list(done.outcomes.values()) == ["passed"] * 4, done.output


def test_a_test_case_that_fails_shows_its_timeline(tmp_path: Path) -> None:
    source = (
        "from django.test import SimpleTestCase\n\n"
        "from asgilab.testing import WebsocketCommunicator\n"
        "import rooms\n\n\n"
        "class Failing(SimpleTestCase):\n"
        "    async def test_fails(self):\n"
        "        alice = WebsocketCommunicator(rooms.application, '/room/')\n"
        "        await alice.connect()\n"
        "        self.fail()\n"
    )
    done = run(tmp_path, "rooms", plugins=("django",), files={"test_case.py": source})
    assert done.outcomes == {"test_fails": "failure"}
    assert "websocket /room/" in done.output.partition(" asgilab timeline ")[2]


def test_they_run_under_the_test_runner_of_django(tmp_path: Path) -> None:
    write(tmp_path, ("cases_suite",), {})
    variables = {"DJANGO_SETTINGS_MODULE": "chat.settings"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "django", "test"],
        cwd=tmp_path,
        env=environment(tmp_path, variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Ran 4 tests" in done.stderr
