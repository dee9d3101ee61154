"""The harness itself: it runs a notebook to its end, and says so when it cannot."""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import Browser

from tests.browser.finding import find_chromium
from tests.browser.jupyter import JupyterServer
from tests.browser.lab_page import LabPage

ALL_PROMPTS_WAIT = """() => [...document.querySelectorAll('.jp-CodeCell')].every(
  cell => cell.querySelector('.jp-InputPrompt').textContent.includes('*'))"""


def write(folder: Path, *sources: str) -> str:
    """Write a notebook of these code cells; return its name."""
    notebook = new_notebook(
        cells=[new_markdown_cell("# A title"), *map(new_code_cell, sources)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, folder / "trial.ipynb")
    return "trial.ipynb"


def wait_for(gate: Path) -> str:
    """Return the code of a cell that goes on once the test has made this file."""
    return (
        "import asyncio, os\n"
        f"while not os.path.exists({str(gate)!r}): await asyncio.sleep(0.01)\n"
    )


@pytest.mark.browser
def test_all_cells_are_queued_at_once_and_complete_in_the_running_python(
    open_lab: Callable[[Path], LabPage], tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    name = write(
        tmp_path,
        wait_for(gate) + "import sys\nsys.executable",
        "print('one', flush=True)\nprint('two')",
        "import asgilab\nasgilab.__version__",
        "'DJANGO_SETTINGS_MODULE' in os.environ",
    )
    lab_page = open_lab(tmp_path)
    lab_page.open(name)

    lab_page.run_all()
    lab_page.page.wait_for_function(ALL_PROMPTS_WAIT)
    gate.touch()
    cells = lab_page.wait_all_done()

    assert [cell.count for cell in cells] == [1, 2, 3, 4]
    assert lab_page.texts()[0] == repr(sys.executable)
    assert lab_page.texts()[1] == "one\ntwo\n"
    assert lab_page.texts()[3] == "False"
    assert lab_page.errors == []
    picture = lab_page.screenshot(tmp_path / "page.png")
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.browser
def test_a_cell_that_fails_is_named_with_its_text(
    open_lab: Callable[[Path], LabPage], tmp_path: Path
) -> None:
    # A kernel drops what is queued when a cell fails, not what reaches it later.
    gate = tmp_path / "gate"
    name = write(
        tmp_path, wait_for(gate), "raise LookupError('no such room')", "'after'"
    )
    lab_page = open_lab(tmp_path)
    lab_page.open(name)
    lab_page.run_all()
    lab_page.page.wait_for_function(ALL_PROMPTS_WAIT)
    gate.touch()

    with pytest.raises(pytest.fail.Exception) as failure:
        lab_page.wait_all_done()

    text = str(failure.value)
    assert text.startswith("2 of 3 cells did not complete:")
    assert "LookupError: no such room" in text
    assert "[ ]: 'after'" in text


@pytest.mark.browser
def test_a_cell_that_never_answers_is_named_and_its_kernel_ends_with_the_server(
    chromium: Browser, tmp_path: Path
) -> None:
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    name = write(notebooks, "import asyncio, os\nos.getpid()", "await asyncio.Future()")
    with JupyterServer(notebooks, tmp_path / "home") as server:
        lab_page = LabPage(chromium.new_page(), server.url)
        lab_page.open(name)
        lab_page.run_all()
        with pytest.raises(pytest.fail.Exception) as failure:
            lab_page.wait_all_done(timeout=3)
        kernel = int(lab_page.texts()[0])

    assert "1 of 2 cells did not complete within 3 s" in str(failure.value)
    assert re.search(r"\[\*\]: await asyncio.Future\(\)", str(failure.value))
    with pytest.raises(ProcessLookupError):
        os.kill(kernel, 0)


def test_without_a_browser_the_tests_are_skipped_with_a_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("ASGILAB_REQUIRE_BROWSER", raising=False)
    with pytest.raises(pytest.skip.Exception, match="No browser found"):
        find_chromium()


def test_without_a_browser_the_tests_fail_where_one_is_due(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("ASGILAB_REQUIRE_BROWSER", "1")
    with pytest.raises(pytest.fail.Exception, match="ASGILAB_REQUIRE_BROWSER is 1"):
        find_chromium()
