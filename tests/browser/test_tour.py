"""The tour in a real JupyterLab: Run All, and then a click on Step.

This is the whole motion as a user sees it, so it looks at the page and not at
Python objects.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, ViewportSize, expect

from asgilab.cli._lab import TOUR, notebooks
from asgilab.example import DIRECTORY
from tests.browser.lab_page import LabPage

pytestmark = pytest.mark.browser

TALL: ViewportSize = {"width": 1300, "height": 6000}
"""JupyterLab takes cells out of the page that are out of sight."""


@pytest.fixture
def tour(open_lab: Callable[[Path], LabPage], tmp_path: Path) -> LabPage:
    """The tour, opened, with all its cells queued at once and run to their end."""
    shutil.copy(notebooks() / TOUR, tmp_path)
    page = open_lab(tmp_path)
    page.page.set_viewport_size(TALL)
    page.open(TOUR)
    page.run_all()
    page.wait_all_done()
    return page


def rows(timeline: Locator) -> int:
    """Return how many events a timeline says it holds."""
    label = timeline.get_by_text(re.compile(r"^\d+ events?$")).inner_text()
    return int(label.split()[0])


def test_the_tour_runs_and_a_click_on_step_moves_a_paused_consumer(
    tour: LabPage, tmp_path: Path
) -> None:
    page = tour.page
    timeline = page.locator(".asgilab-timeline").last
    timeline.scroll_into_view_if_needed()

    for name in ("alice", "bob"):
        chip = timeline.get_by_role("button", name=re.compile(name))
        expect(chip.first).to_be_visible()
        row = timeline.locator(".row .connection", has_text=name)
        expect(row.first).to_be_visible()

    held = timeline.locator(".stop")
    expect(held).to_contain_text("bob")
    expect(held).to_contain_text("about to receive")
    before = rows(timeline)
    held.get_by_role("button", name=re.compile("Step")).click()
    expect(held).to_contain_text("about to send")
    expect(held).to_contain_text("consumers.py")
    assert rows(timeline) > before
    last = timeline.locator(".row .payload", has_text="Click Step").last
    expect(last).to_be_visible()

    held.get_by_role("button", name=re.compile("Continue")).click()
    expect(timeline.locator(".stop")).to_have_count(0)
    assert tour.errors == []

    exported = page.locator("body").inner_text()
    (path,) = set(re.findall(r"\S*asgilab-\S*/test_lobby\.py", exported))
    written = tmp_path / "test_lobby.py"
    shutil.copy(path, written)
    assert_passes(written)


def assert_passes(file: Path) -> None:
    """Run the exported test on its own, far from our configuration."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    env["DJANGO_SETTINGS_MODULE"] = "chat.settings"
    env["PYTHONPATH"] = str(DIRECTORY)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += ["-o", "asyncio_default_fixture_loop_scope=function", file.name]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=file.parent, env=env, timeout=120
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr
