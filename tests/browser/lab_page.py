"""One notebook in a real JupyterLab page: open it, run it, read it, take a picture.

What a cell printed is read from the notebook's model, not from the page, so it
does not depend on what is scrolled into view. What a widget drew is on the page:
``lab_page.page`` is Playwright's own object.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error, Page, Request

OPEN_SECONDS = 60.0
RUN_SECONDS = 120.0
COLOUR = re.compile(r"\x1b\[[0-9;]*m")

KERNEL_IS_IDLE = """() => {
  const dialog = document.querySelector('.jp-Dialog');
  if (dialog) return {dialog: dialog.innerText};
  const lab = window.jupyterapp;
  if (!lab?.commands.hasCommand('notebook:run-all-cells')) return null;
  const panel = lab.shell.currentWidget;
  if (!panel?.content?.widgets?.length || !panel.context?.isReady) return null;
  const kernel = panel.sessionContext?.session?.kernel;
  return kernel?.connectionStatus === 'connected' && kernel.status === 'idle'
    ? {dialog: null} : null;
}"""

# The command's promise is kept when the last cell has answered. A cell that never
# answers leaves it open, which is what a caller has to see.
RUN_ALL = """() => {
  const run = window.asgilabRun = {over: false, error: null};
  window.jupyterapp.commands.execute('notebook:run-all-cells')
    .catch(error => { run.error = String(error); })
    .finally(() => { run.over = true; });
}"""

CELLS = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .filter(cell => cell.model.type === 'code')
  .map(cell => JSON.stringify({
    source: cell.model.sharedModel.getSource(),
    count: cell.model.sharedModel.execution_count,
    running: cell.model.executionState === 'running',
    outputs: cell.model.outputs.toJSON(),
  }))"""


@dataclass(frozen=True)
class Cell:
    """A code cell as the notebook's model holds it."""

    source: str
    count: int | None
    running: bool
    outputs: tuple[dict[str, Any], ...]

    @property
    def text(self) -> str:
        """What the cell put out, as text: streams, results, tracebacks."""
        return COLOUR.sub("", "".join(text_of(output) for output in self.outputs))

    @property
    def failed(self) -> bool:
        """Whether an output of the cell is an error."""
        return any(output["output_type"] == "error" for output in self.outputs)

    @property
    def done(self) -> bool:
        """Whether the cell was run, answered, and did not fail; an empty one is."""
        if not self.source.strip():
            return True
        return self.count is not None and not self.running and not self.failed

    def __str__(self) -> str:
        count = "*" if self.running else self.count or " "
        return f"[{count}]: {self.source}\n{self.text}"


def text_of(output: dict[str, Any]) -> str:
    """Return the text of one output of the notebook format."""
    if output["output_type"] == "stream":
        text = output["text"]
    elif output["output_type"] == "error":
        text = output["traceback"] or f"{output['ename']}: {output['evalue']}"
    else:
        text = output["data"].get("text/plain", "")
    return text if isinstance(text, str) else "\n".join(text)


class LabPage:
    """A page of JupyterLab with a notebook in it.

    Args:
        page: A fresh page of Playwright's browser.
        url: Where the server is, such as ``http://127.0.0.1:18888``.

    Attributes:
        page: The page, for clicks and locators of one's own.
        errors: Uncaught exceptions of the page, and requests that left the machine.

    Example::

        lab_page.open("tour.ipynb")
        lab_page.run_all()
        lab_page.wait_all_done()
        assert "hello" in lab_page.cells()[0].text
    """

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._note_foreign_request)

    def open(self, notebook: str, *, timeout: float = OPEN_SECONDS) -> None:
        """Open a notebook in a clean workspace and wait until its kernel is idle.

        Args:
            notebook: Path below the server's folder.
            timeout: Seconds to wait for the page and for the kernel.
        """
        self.page.goto(f"{self.url}/lab/tree/{notebook}?reset")
        try:
            found = self.page.wait_for_function(
                KERNEL_IS_IDLE, timeout=timeout * 1000
            ).json_value()
        except Error as error:
            error.add_note(f"The page shows: {self.page.inner_text('body')[:2000]}")
            raise
        if found["dialog"]:
            pytest.fail(f"JupyterLab asks instead of opening: {found['dialog']}")

    def command(self, name: str, **arguments: object) -> None:
        """Start one of JupyterLab's commands, such as ``docmanager:save``."""
        self.page.evaluate(
            "([name, args]) => { window.jupyterapp.commands.execute(name, args); }",
            [name, arguments],
        )

    def run_all(self) -> None:
        """Queue all cells at once, as Run All Cells in the menu does, and return."""
        self.page.evaluate(RUN_ALL)

    def wait_all_done(self, *, timeout: float = RUN_SECONDS) -> list[Cell]:
        """Wait for the end of :meth:`run_all`; return the cells.

        Fails with the source and the output of each cell that did not complete:
        it raised, it never answered, or a cell before it raised.

        Args:
            timeout: Seconds for all cells together.
        """
        late = ""
        try:
            self.page.wait_for_function(
                "() => window.asgilabRun.over", timeout=timeout * 1000
            )
        except Error:
            late = f" within {timeout:g} s"
        cells = self.cells()
        unfinished = [str(cell) for cell in cells if not cell.done]
        if unfinished or late:
            pytest.fail(
                f"{len(unfinished)} of {len(cells)} cells did not complete{late}:\n\n"
                + "\n\n".join(unfinished)
            )
        return cells

    def cells(self) -> list[Cell]:
        """Return the code cells as they stand now."""
        rows = [json.loads(row) for row in self.page.evaluate(CELLS)]
        return [
            Cell(row["source"], row["count"], row["running"], tuple(row["outputs"]))
            for row in rows
        ]

    def texts(self) -> list[str]:
        """Return what each code cell has put out so far, as text."""
        return [cell.text for cell in self.cells()]

    def screenshot(self, path: Path) -> Path:
        """Write a PNG of the page; return its path."""
        self.page.screenshot(path=path)
        return path

    def _note_foreign_request(self, request: Request) -> None:
        """Note a request that left the machine: nothing may need the network."""
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.errors.append(f"The page asked for {request.url}")
