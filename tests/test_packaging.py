"""What a wheel holds, and what an installed asgilab is made of."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import asgilab

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Return the names of the files in a freshly built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize(
    ("folder", "inside"), [("asgilab", "asgilab"), ("notebooks", "asgilab/_notebooks")]
)
def test_the_wheel_holds_every_file_of_the_package_and_the_notebooks(
    wheel: set[str], folder: str, inside: str
) -> None:
    suffixes = {".py", ".js", ".css", ".html", ".ipynb", ".txt", ".typed"}
    written = {
        f"{inside}/{path.relative_to(ROOT / folder).as_posix()}"
        for path in (ROOT / folder).rglob("*")
        if path.suffix in suffixes or path.name == "py.typed"
    }
    assert not {name for name in written - wheel if ".ipynb_checkpoints" not in name}


def test_the_wheel_holds_nothing_that_was_only_left_lying_about(
    wheel: set[str],
) -> None:
    stray = {".sqlite3", ".pyc", ".jsonl"}
    assert not {name for name in wheel if Path(name).suffix in stray}


def test_the_console_script_and_the_version_come_from_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["scripts"] == {"asgilab": "asgilab.cli:main"}
    assert project["dynamic"] == ["version"]
    assert asgilab.__version__
