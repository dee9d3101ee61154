"""Running a test file in a fresh pytest, in a process of its own.

Nothing of this process is left in the other: no import, no Django, no event
loop. What pytest says of itself is handed back as it said it.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

_COUNT: Final = re.compile(
    r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed|warnings?|deselected)"
)
_SUMMARY: Final = re.compile(
    r"=*\s*(.*?\b(?:\d+ \w+|no tests ran)\b.* in [\d.]+s.*?)\s*=*"
)
_NOT_FOR_IT: Final = (
    "DJANGO_SETTINGS_MODULE",
    "PYTEST_ADDOPTS",
    "PYTEST_CURRENT_TEST",
    "PYTEST_XDIST_WORKER",
)


@dataclass(frozen=True, slots=True)
class PytestRun:
    """What one run of pytest came to.

    Attributes:
        summary: Pytest's own summary line, such as ``"1 passed in 0.42s"``.
        counts: How many tests had which outcome, by pytest's words for them.
        output: All that it printed.
        exit_code: Its exit code, or None when it was stopped for its time.
        seconds: How long it took, with the start of the interpreter.
    """

    summary: str
    counts: Mapping[str, int] = field(default_factory=dict)
    output: str = ""
    exit_code: int | None = 0
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether at least one test passed, and nothing went wrong."""
        return self.exit_code == 0 and self.counts.get("passed", 0) > 0


def run_tests(
    path: Path,
    *,
    settings: str | None = None,
    app_dir: str | None = None,
    environment: Mapping[str, str] | None = None,
    arguments: Sequence[str] = (),
    timeout: float = 120.0,
) -> PytestRun:
    """Run a test file in a fresh pytest.

    It is run where it lies, so the ``conftest.py`` and the settings of its
    project hold. What a project adds to each command line (``addopts``) is left
    out: coverage limits or workers say nothing about this one file.

    Args:
        path: The test file.
        settings: Django settings module to use; with None the run gets none from
            this process, only what its project's own configuration names.
        app_dir: Folder to import the application from, before all others.
        environment: Further environment variables.
        arguments: Further arguments for pytest.
        timeout: Seconds after which the run is stopped.

    Example::

        run_tests(Path("tests/test_lobby.py")).summary       # '1 passed in 0.42s'
    """
    options = {"settings": settings, "app_dir": app_dir, "environment": environment}
    with UnderWay(path, arguments=arguments, **options) as under_way:
        return under_way.finish(timeout)


class UnderWay:
    """A fresh pytest that has begun to run a test file; a context, which ends it.

    Args:
        path: The test file.
        arguments: Further arguments for pytest.
        options: ``settings``, ``app_dir`` and ``environment``, as
            :func:`run_tests` takes them.
    """

    def __init__(
        self, path: Path, *, arguments: Sequence[str] = (), **options: Any
    ) -> None:
        command = [sys.executable, "-m", "pytest", str(path), "-p", "no:cacheprovider"]
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            [*command, "-o", "addopts=", "--color=no", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=_environment(**options),
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            _kill(self._process)
        self._process.__exit__(None, None, None)  # closes what it printed to

    def finish(self, timeout: float) -> PytestRun:
        """Wait until it is over, at most for so many seconds from now."""
        process = self._process
        try:
            output = process.communicate(timeout=timeout)[0].decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            _kill(process)
            output = process.communicate()[0].decode("utf-8", "replace")
            summary = f"stopped after {timeout:g} s without a result"
            return PytestRun(summary, {}, output, None, self._seconds())
        summary, code = summary_line(output), process.returncode
        return PytestRun(summary, _counts(summary), output, code, self._seconds())

    def _seconds(self) -> float:
        return time.monotonic() - self._started


def summary_line(output: str) -> str:
    """Return the summary that pytest printed last, without the bars around it.

    Where it printed none, as after an error in a command line, its last line.
    """
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for line in reversed(lines):
        found = _SUMMARY.fullmatch(line)
        if found:
            return found[1]
    return lines[-1] if lines else "pytest printed nothing"


def _counts(summary: str) -> dict[str, int]:
    return {
        word.removesuffix("s") if word in ("errors", "warnings") else word: int(number)
        for number, word in _COUNT.findall(summary)
    }


def _environment(
    settings: str | None = None,
    app_dir: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> dict[str, str]:
    found = {k: v for k, v in os.environ.items() if k not in _NOT_FOR_IT}
    if settings is not None:
        found["DJANGO_SETTINGS_MODULE"] = settings
    if app_dir is not None:
        parts = [str(Path(app_dir).resolve()), found.get("PYTHONPATH", "")]
        found["PYTHONPATH"] = os.pathsep.join(part for part in parts if part)
    found["PYTHONDONTWRITEBYTECODE"] = "1"
    return found | dict(environment or {})


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a run with the processes that its tests have started."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
