"""A suite written for ``channels.testing`` passes with nothing but its import changed.

The suite is ``chat_suite.py`` beside this file. Each half runs in a pytest of its own,
as its author would run it: strict asyncio mode, and every warning is an error.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

import asgilab.example

SUITE = Path(__file__).with_name("chat_suite.py")
IMPORT = "from channels.testing import HttpCommunicator, WebsocketCommunicator\n"

SETTINGS = """\
[pytest]
DJANGO_SETTINGS_MODULE = chat.settings
django_find_project = false
asyncio_default_fixture_loop_scope = function
filterwarnings = error
"""


class Result(NamedTuple):
    """What became of one run of the suite."""

    counts: dict[str, str]
    passed: set[str]
    output: str


def run_suite(folder: Path, source: str) -> Result:
    """Run a source as a suite, in a folder and a process of its own."""
    (folder / "pytest.ini").write_text(SETTINGS)
    (folder / "test_chat.py").write_text(source, encoding="utf-8")
    package = Path(asgilab.example.DIRECTORY)
    path = os.pathsep.join([str(package), str(package.parents[1])])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    finished = subprocess.run(
        [*command, "--junit-xml=report.xml", "test_chat.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    output = finished.stdout + finished.stderr
    assert (folder / "report.xml").exists(), output
    suite = ElementTree.parse(folder / "report.xml").getroot().find("testsuite")
    assert suite is not None, output
    counts = {kind: suite.get(kind, "") for kind in ("errors", "failures", "skipped")}
    passed = {case.get("name", "") for case in suite if len(case) == 0}
    return Result(counts, passed, output)


@pytest.fixture(scope="module")
def with_channels(
    tmp_path_factory: pytest.TempPathFactory,
) -> Result:
    source = SUITE.read_text(encoding="utf-8")
    return run_suite(tmp_path_factory.mktemp("channels"), source)


@pytest.fixture(scope="module")
def with_asgilab(
    tmp_path_factory: pytest.TempPathFactory,
) -> Result:
    source = SUITE.read_text(encoding="utf-8")
    changed = source.replace(IMPORT, IMPORT.replace("channels", "asgilab"))
    differing = [
        line
        for line, before in zip(changed.split("\n"), source.split("\n"), strict=True)
        if line != before
    ]
    assert differing == [IMPORT.replace("channels", "asgilab").rstrip()]
    return run_suite(tmp_path_factory.mktemp("asgilab"), changed)


CLEAN = {"errors": "0", "failures": "0", "skipped": "0"}


def test_the_suite_passes_as_it_was_written(
    with_channels: Result,
) -> None:
    assert with_channels.counts == CLEAN, with_channels.output
    assert len(with_channels.passed) >= 30


def test_the_suite_passes_with_only_its_import_changed(
    with_channels: Result,
    with_asgilab: Result,
) -> None:
    assert with_asgilab.counts == CLEAN, with_asgilab.output
    assert with_asgilab.passed == with_channels.passed
