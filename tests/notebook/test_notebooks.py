"""Whole notebooks: the tour as Run All runs it, and one through nbclient."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tests.notebook.kernels import ROOT, Cell, start_kernel

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TOUR = ROOT / "notebooks" / "01_tour.ipynb"


def code_of(path: Path) -> list[str]:
    notebook = nbformat.read(path, as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_shipped_notebook_is_valid_and_holds_no_output(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.long
def test_the_tour_finishes_with_all_its_cells_queued_at_once(tmp_path: Path) -> None:
    with start_kernel(tmp_path) as kernel:
        cells = kernel.run(*code_of(TOUR))
        status, step = kernel.run("%asgi_status", "%asgi_step")
    assert [cell.error for cell in cells if cell.status != "ok"] == []
    by_source = dict(zip(code_of(TOUR), cells, strict=True))
    assert_the_export_passed(cells)
    last = by_source["%asgi_timeline"]
    assert "application/vnd.jupyter.widget-view+json" in last.results[0]
    assert "alice" in last.text
    assert "bob" in last.text
    assert "held at receive" in status.text
    assert "let through: receive websocket.receive" in step.text


def assert_the_export_passed(cells: list[Cell]) -> None:
    (told, source) = [cell.stdout for cell in cells if cell.stdout]
    assert "does it pass?" in told
    assert "async def test_" in source
    assert any("1 passed" in cell.text for cell in cells)


def notebook_of(*sources: str) -> nbformat.NotebookNode:
    notebook: nbformat.NotebookNode = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in sources],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    return notebook


@pytest.fixture
def _paths(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    applications = Path(__file__).parent / "applications"
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(applications)]))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))


@pytest.mark.usefixtures("_paths")
def test_a_notebook_runs_through_nbclient_and_its_timeline_is_saved_as_it_ended(
    tmp_path: Path,
) -> None:
    notebook = notebook_of(
        "%load_ext asgilab",
        "%asgi_app rooms:application",
        "%asgi_timeline",
        "%asgi_connect /ws/ --as bob",
        '%asgi_send bob {"n": 1}',
        "%asgi_receive bob",
    )
    NotebookClient(
        notebook, timeout=60, resources={"metadata": {"path": tmp_path}}
    ).execute()
    timeline, *_, received = notebook.cells[2:]
    assert received.outputs[0].data["text/plain"] == "{'n': 1}"
    widget, table = (output.data for output in timeline.outputs)
    assert "application/vnd.jupyter.widget-view+json" in widget
    assert "websocket.receive" in table["text/html"]
    assert "websocket.receive" in table["text/plain"]


@pytest.mark.usefixtures("_paths")
def test_a_failed_expectation_is_an_error_that_nbclient_sees(tmp_path: Path) -> None:
    notebook = notebook_of(
        "%load_ext asgilab",
        "%asgi_app rooms:application",
        "%asgi_connect /ws/ --as bob\n%asgi_send bob 'x'",
        "%asgi_nothing bob",
    )
    client = NotebookClient(
        notebook, timeout=60, resources={"metadata": {"path": tmp_path}}
    )
    with pytest.raises(CellExecutionError, match="Expected nothing from bob"):
        client.execute()
    (output,) = notebook.cells[-1].outputs
    assert (output.output_type, output.ename) == ("error", "UnexpectedEvent")
