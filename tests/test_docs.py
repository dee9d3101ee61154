"""The pages hold together: each link to a file leads to one."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / ".github/CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
LINK = re.compile(r"\]\(([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    targets = LINK.findall(page.read_text("utf-8"))
    files = [target for target in targets if "://" not in target]
    assert not [target for target in files if not (page.parent / target).exists()]


def test_every_page_can_be_reached_from_the_first() -> None:
    index = ROOT / "docs/index.md"
    linked = {
        (index.parent / target).resolve()
        for target in LINK.findall(index.read_text("utf-8"))
    }
    pages = set((ROOT / "docs").rglob("*.md")) - {index}
    assert pages <= linked


def test_the_first_screen_of_the_readme_has_the_two_commands() -> None:
    screen = (ROOT / "README.md").read_text("utf-8").splitlines()[:25]
    assert 'python -m pip install -e ".[lab]" && asgilab lab' in screen
    assert 'python -m pip install -e ".[test]" && python -m pytest' in screen
