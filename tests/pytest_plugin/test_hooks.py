"""What the plugin costs those who have it installed and do not use it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pytest_plugin.runs import PLAIN, environment, run, write

LOADED = """\
import sys, time
import pytest, _pytest.config
before = set(sys.modules)
start = time.process_time()
import asgilab.pytest_plugin
seconds = time.process_time() - start
import json
print(json.dumps([seconds, sorted(set(sys.modules) - before)]))
"""

HEAVY = ("IPython", "asgiref", "asyncio", "channels", "django", "rich", "uvicorn")

MANY = "import pytest\n\n\n" + "".join(
    f"def test_{number}():\n    pass\n\n\n" for number in range(50)
)


def load() -> tuple[float, list[str]]:
    """Import the plugin in a fresh interpreter; return CPU seconds, and modules."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )
    seconds, modules = json.loads(done.stdout)
    return seconds, modules


def test_importing_the_plugin_imports_nothing_of_weight() -> None:
    _, modules = load()
    assert "asgilab.pytest_plugin" in modules
    assert not [name for name in modules if name.partition(".")[0] in HEAVY]
    assert not [name for name in modules if name.startswith("asgilab.communicators")]


def test_importing_the_plugin_takes_no_time_worth_mentioning() -> None:
    fastest = min(load()[0] for _ in range(3))
    assert fastest < 0.05


def test_a_run_without_asgi_tests_loads_nothing_of_asgilab_but_the_plugin(
    tmp_path: Path,
) -> None:
    last = (
        "\n\ndef test_modules():\n    import sys\n"
        "    found = {n.split('.')[1] for n in sys.modules if n[:8] == 'asgilab.'}\n"
        "    assert found == {'errors', 'pytest_plugin'}\n"
    )
    done = run(tmp_path, files={"test_many.py": MANY + last})
    assert done.all_passed(51), done.output


def test_the_options_and_the_marker_are_described(tmp_path: Path) -> None:
    write(tmp_path, (), {"pytest.ini": PLAIN})
    command = [sys.executable, "-m", "pytest", "-p", "asgilab"]
    told = [
        subprocess.run(
            [*command, option],
            cwd=tmp_path,
            env=environment(tmp_path, {}),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for option in ("--markers", "--help", "--fixtures")
    ]
    assert "@pytest.mark.asgi(app=None, clock='real', validate=None" in told[0]
    assert "asgi_app (string):" in told[1]
    assert "asgi_sessions (string):" in told[1]
    assert "asgi_validate (string):" in told[1]
    for name in ("asgi_app", "asgi_lab", "asgi_websocket", "asgi_http"):
        assert f"\n{name}" in told[2]


def test_pytest_may_be_started_where_asgilab_is_imported_already(
    tmp_path: Path,
) -> None:
    source = "def test_nothing():\n    pass\n"
    write(tmp_path, (), {"pytest.ini": PLAIN, "test_late.py": source})
    script = "import asgilab, pytest, sys; sys.exit(pytest.main(['-p', 'asgilab']))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment(tmp_path, {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "1 passed" in done.stdout


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_the_names_of_tests_do_not_change(tmp_path: Path, mode: str) -> None:
    source = (
        "import pytest\n\n\n@pytest.mark.asyncio\nasync def test_plain():\n    pass\n"
    )
    marked = source.replace(
        "async def test_plain",
        '@pytest.mark.asgi(clock="virtual")\nasync def test_marked',
    )
    done = run(
        tmp_path,
        plugins=("asyncio", "anyio"),
        options=(f"--asyncio-mode={mode}",),
        files={"test_a.py": source, "test_b.py": marked},
    )
    assert done.outcomes == {"test_plain": "passed", "test_marked": "passed"}
