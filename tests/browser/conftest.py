"""Fixtures that open a real JupyterLab in Debian's Chromium, driven by Playwright.

How the browser is found, and what happens without one, is in finding.py.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests.browser.finding import find_chromium
from tests.browser.jupyter import JupyterServer
from tests.browser.lab_page import LabPage

# The sandbox needs a kernel feature that containers withhold; the pages are our own.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)

# Tall, so that a notebook of some length needs no scrolling.
VIEWPORT: ViewportSize = {"width": 1300, "height": 1600}


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """A headless browser for one test.

    Playwright's synchronous calls leave an event loop running in this thread for
    as long as it is open; one browser for each test keeps that from async tests.
    """
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS])
        yield browser
        browser.close()


@pytest.fixture
def open_lab(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Path], LabPage]]:
    """A function that starts JupyterLab on a folder and returns a page of it.

    Example::

        def test_the_tour(open_lab):
            lab_page = open_lab(NOTEBOOKS)
            lab_page.open("tour.ipynb")
    """
    with ExitStack() as stack:

        def start(folder: Path) -> LabPage:
            home = tmp_path_factory.mktemp("jupyter")
            server = stack.enter_context(JupyterServer(folder, home))
            page = chromium.new_page(viewport=VIEWPORT)
            stack.callback(page.close)
            return LabPage(page, server.url)

        yield start
