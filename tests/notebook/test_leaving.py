"""A shell that ends takes its lab along: shutdown and disconnects run."""

from pathlib import Path

import pytest

from tests.notebook.kernels import start_kernel
from tests.notebook.test_terminal import typed

APPLICATION = """
from pathlib import Path

def note(text):
    with Path("{folder}", "notes").open("a") as notes:
        notes.write(text + "\\n")

async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        for kind in ("startup", "shutdown"):
            await receive()
            note(kind)
            await send({{"type": f"lifespan.{{kind}}.complete"}})
        return
    await receive()
    await send({{"type": "websocket.accept"}})
    note((await receive())["type"])
"""
NOTES = ["startup", "websocket.disconnect", "shutdown"]


@pytest.fixture
def cells(tmp_path: Path) -> list[str]:
    (tmp_path / "leaving.py").write_text(APPLICATION.format(folder=tmp_path))
    return [
        "%load_ext asgilab",
        f"%asgi_app leaving:application --app-dir {tmp_path}",
        "%asgi_connect /ws/ --as bob",
    ]


def notes(folder: Path) -> list[str]:
    return (folder / "notes").read_text().split()


@pytest.mark.parametrize("loop", ["own", "kernel"])
def test_a_kernel_that_is_shut_down(
    cells: list[str], tmp_path: Path, loop: str
) -> None:
    cells[1] += f" --loop {loop}"
    with start_kernel(tmp_path) as kernel:
        ran = kernel.run(*cells)
        assert [cell.status for cell in ran] == ["ok"] * 3, ran
        kernel.shut_down()
    assert notes(tmp_path) == NOTES


def test_a_terminal_that_is_left(cells: list[str], tmp_path: Path) -> None:
    text = typed(tmp_path, *cells)
    assert "bob is connected" in text
    assert "Traceback" not in text
    assert notes(tmp_path) == NOTES
