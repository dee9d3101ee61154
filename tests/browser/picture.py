"""Takes the README's picture anew: the real widget in a real JupyterLab.

``python -m tests.browser.picture`` writes ``docs/images/timeline.png`` and its dark
twin. It is no test: whether a picture is a good one, somebody has to look.
"""

import tempfile
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import ViewportSize, sync_playwright

from tests.browser.conftest import ARGUMENTS
from tests.browser.finding import find_chromium
from tests.browser.jupyter import JupyterServer
from tests.browser.lab_page import LabPage

IMAGES = Path(__file__).parents[2] / "docs" / "images"
THEMES = {"timeline": "JupyterLab Light", "timeline-dark": "JupyterLab Dark"}
CELLS = (
    "%load_ext asgilab\nfrom asgilab.example import DIRECTORY",
    "%asgi_app chat.asgi:application --settings chat.settings --app-dir $DIRECTORY",
    "%asgi_connect /ws/chat/lobby/ --as alice --user alice\n"
    "%asgi_connect /ws/chat/lobby/ --as bob --user bob\n"
    '%asgi_send alice {"message": "Hello, who is here?"}\n'
    "%asgi_receive bob\n"
    "%asgi_connect /ws/split/ --as carol\n"
    'await carol.send_json_to({"total": 90, "people": 0})\n'
    "%asgi_step alice\n"
    '%asgi_send alice {"message": "One event at a time."}\n'
    "%asgi_step alice",
    "%asgi_timeline",
)


def main() -> None:
    """Take both pictures."""
    IMAGES.mkdir(exist_ok=True)
    for name, theme in THEMES.items():
        with tempfile.TemporaryDirectory() as folder:
            take(Path(folder), theme, IMAGES / f"{name}.png")


def take(folder: Path, theme: str, target: Path) -> None:
    """Run the cells in JupyterLab with a theme, and photograph the notebook."""
    notebook = new_notebook(
        cells=[new_code_cell(source) for source in CELLS],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    root, home = folder / "work", folder / "home"
    root.mkdir()
    home.mkdir()
    nbformat.write(notebook, root / "chat.ipynb")
    settings = {"@jupyterlab/apputils-extension/themes": {"theme": theme}}
    with JupyterServer(root, home, settings) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=[*ARGUMENTS]
        )
        viewport: ViewportSize = {"width": 1200, "height": 860}
        page = LabPage(browser.new_page(viewport=viewport), server.url)
        page.open("chat.ipynb")
        page.command("application:toggle-left-area")
        page.run_all()
        page.wait_all_done()
        timeline = page.page.locator(".asgilab-timeline").last
        timeline.scroll_into_view_if_needed()
        timeline.locator(".row .payload", has_text="Hello, who is here").last.click()
        page.page.wait_for_timeout(1000)
        page.screenshot(target)
        browser.close()


if __name__ == "__main__":
    main()
