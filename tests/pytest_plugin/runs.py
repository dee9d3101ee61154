"""Runs pytest on a project of its own, in a process of its own, as a user would.

Only the plugins that are named are loaded, every warning is an error, and the
projects come from ``suites`` beside this file.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import asgilab.example

SUITES = Path(__file__).with_name("suites")
MODULES = {  # by module, because "asyncio" and "django" name other ones
    "anyio": "anyio.pytest_plugin",
    "asyncio": "pytest_asyncio.plugin",
    "django": "pytest_django.plugin",
    "xdist": "xdist.plugin",
}

PLAIN = "[pytest]\nfilterwarnings = error\n"
LINES = {
    "asyncio": "asyncio_default_fixture_loop_scope = function\n",
    "django": "DJANGO_SETTINGS_MODULE = chat.settings\ndjango_find_project = false\n",
}


class Run(NamedTuple):
    """What became of one run.

    Attributes:
        outcomes: ``passed``, ``failure``, ``error`` or ``skipped``, by the name of
            the test; ``failure and error`` where its teardown failed as well.
        told: What was printed about each test that did not pass.
        output: All that was printed.
        folder: Where the project lies.
    """

    outcomes: dict[str, str]
    told: dict[str, str]
    output: str
    folder: Path

    def all_passed(self, number: int) -> bool:
        """Whether there were so many tests, and each one passed."""
        passed = [one for one in self.outcomes.values() if one == "passed"]
        return len(passed) == len(self.outcomes) == number


def run(
    folder: Path,
    *suites: str,
    plugins: tuple[str, ...] = (),
    options: tuple[str, ...] = (),
    files: dict[str, str] | None = None,
    variables: dict[str, str] | None = None,
) -> Run:
    """Run suites, or other files, in a folder.

    Args:
        folder: An empty folder.
        suites: Names of files in ``suites``; one called ``x_suite.py`` becomes
            the test module ``test_x.py``.
        plugins: Plugins to load beside asgilab's, as ``MODULES`` knows them.
        options: More arguments for pytest.
        files: More files of the project, by name.
        variables: Environment variables.
    """
    ini = PLAIN + "".join(LINES.get(plugin, "") for plugin in plugins)
    write(folder, suites, {"pytest.ini": ini, **(files or {})})
    names = ["asgilab", *(MODULES.get(plugin, plugin) for plugin in plugins)]
    chosen = [part for name in names for part in ("-p", name)]
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", *chosen, "--junit-xml=report.xml", *options],
        cwd=folder,
        env=environment(folder, variables or {}),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    output = finished.stdout + finished.stderr
    report = folder / "report.xml"
    outcomes, told = read(report) if report.exists() else ({}, {})
    return Run(outcomes, told, output, folder)


def write(folder: Path, suites: tuple[str, ...], files: dict[str, str]) -> None:
    """Write a project."""
    written = dict(files)
    for name in suites:
        source = (SUITES / f"{name}.py").read_text("utf-8")
        stem = name.removesuffix("_suite")
        written[f"{name if stem == name else f'test_{stem}'}.py"] = source
    for name, source in written.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(source, "utf-8")


def environment(folder: Path, variables: dict[str, str]) -> dict[str, str]:
    """Return an environment that knows the project, the example, and no pytest."""
    package = asgilab.example.DIRECTORY
    ours = ("PYTEST", "DJANGO", "COV_CORE")
    found = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    paths = [str(folder), str(package), str(package.parents[1])]
    return {
        **found,
        "COLUMNS": "120",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": os.pathsep.join(paths),
        **variables,
    }


def read(report: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Read a JUnit report."""
    outcomes: dict[str, str] = {}
    told: dict[str, str] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = case.get("name", "")
        kinds = [part.tag for part in case if part.tag != "system-out"]
        earlier = [outcomes[name]] if name in outcomes else []
        outcomes[name] = " and ".join(earlier + kinds) or "passed"
        texts = [f"{part.get('message')}\n{part.text}" for part in case]
        told[name] = "\n".join([told.get(name, ""), *texts])
    return outcomes, told
