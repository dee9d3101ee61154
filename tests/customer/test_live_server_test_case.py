"""What the customer's document says of ChannelsLiveServerTestCase.

``live_suite.py`` beside this file is run by whoever runs Django's tests. Channels asks
for a database in a file; ours takes one in memory as well.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import asgilab.example

SUITE = Path(__file__).with_name("live_suite.py")
TESTS = 10

IN_A_FILE = """\
from chat.settings import *
from pathlib import Path

DATABASES["default"]["TEST"] = {"NAME": Path(__file__).with_name("test.sqlite3")}
"""

PYTEST_INI = """\
[pytest]
django_find_project = false
asyncio_default_fixture_loop_scope = function
filterwarnings = error
"""


def run(folder: Path, settings: str, *command: str) -> str:
    """Run a test runner on the suite in its own process; return what it printed."""
    (folder / "test_live.py").write_text(SUITE.read_text(encoding="utf-8"))
    (folder / "file_settings.py").write_text(IN_A_FILE)
    (folder / "pytest.ini").write_text(PYTEST_INI)
    package = asgilab.example.DIRECTORY
    paths = [str(folder), str(package), str(package.parents[1])]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": settings,
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    finished = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    output = finished.stdout + finished.stderr
    assert finished.returncode == 0, output
    return output


databases = pytest.mark.parametrize(
    "settings", ["chat.settings", "file_settings"], ids=["in-memory", "in-a-file"]
)


@databases
def test_it_runs_under_the_test_runner_of_django(settings: str, tmp_path: Path) -> None:
    output = run(tmp_path, settings, "-W", "default", "-m", "django", "test")
    assert f"Ran {TESTS} tests" in output
    assert "OK" in output.splitlines()


@databases
def test_it_runs_under_pytest_django(settings: str, tmp_path: Path) -> None:
    output = run(tmp_path, settings, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert f"{TESTS} passed" in output


def test_a_test_that_fails_is_reported_and_the_run_ends(tmp_path: Path) -> None:
    (tmp_path / "test_red.py").write_text(
        "from asgilab.testing import ChannelsLiveServerTestCase\n"
        "class Red(ChannelsLiveServerTestCase):\n"
        "    def test_red(self):\n"
        "        self.assertEqual(self.live_server_url, 'nowhere')\n"
    )
    with pytest.raises(AssertionError, match="'nowhere'"):
        run(tmp_path, "chat.settings", "-m", "pytest", "-q", "test_red.py")
