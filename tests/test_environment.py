"""environment.yml names the same dependencies as the ``lab`` extra."""

import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))[
    "project"
]
ENVIRONMENT: dict[str, Any] = yaml.safe_load(
    (ROOT / "environment.yml").read_text("utf-8")
)


def extra(name: str) -> set[str]:
    """Return an extra's requirements, with ``asgilab[…]`` replaced by what it means."""
    found: set[str] = set()
    for requirement in PROJECT["optional-dependencies"][name]:
        if match := re.fullmatch(r"asgilab\[(.+)\]", requirement):
            found |= {
                inner for part in match[1].split(",") for inner in extra(part.strip())
            }
        else:
            found.add(requirement)
    return found


def installed_by_pip() -> list[str]:
    (section,) = (
        entry["pip"] for entry in ENVIRONMENT["dependencies"] if isinstance(entry, dict)
    )
    return list(section)


def test_the_environment_names_what_the_lab_extra_names() -> None:
    named = set(installed_by_pip()) - {"-e ."}
    assert named == set(PROJECT["dependencies"]) | extra("lab")


def test_the_environment_installs_asgilab_itself_and_nothing_twice() -> None:
    named = installed_by_pip()
    assert named.count("-e .") == 1
    assert len(named) == len(set(named))


def test_the_environment_asks_for_the_same_python() -> None:
    assert f"python{PROJECT['requires-python']}" in ENVIRONMENT["dependencies"]


def test_each_dependency_has_its_reason_in_the_reference() -> None:
    page = (ROOT / "docs/reference/dependencies.md").read_text("utf-8")
    asked = set(PROJECT["dependencies"])
    for name in PROJECT["optional-dependencies"]:
        asked |= extra(name)
    names = {re.split(r"[\[<>=~! ]", requirement)[0] for requirement in asked}
    assert not {name for name in names if f"`{name}`" not in page}
