"""A real kernel for tests: cells go out back to back, as Run All sends them."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

ROOT = Path(__file__).parents[2]
PATIENCE = 60
"""Seconds without any message after which a kernel counts as hung."""


@dataclass
class Cell:
    """What became of one cell."""

    status: str = "lost"
    stdout: str = ""
    stderr: str = ""
    results: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""
    traceback: str = ""

    @property
    def text(self) -> str:
        """The plain text of its last result."""
        return str(self.results[-1]["text/plain"]) if self.results else ""


class Kernel:
    """A running kernel.

    Args:
        manager: Its manager.
        client: A client of it, connected.
    """

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self._manager = manager
        self._client = client

    def run(self, *sources: str, stop_on_error: bool = True) -> list[Cell]:
        """Send all cells at once, and wait for what becomes of each."""
        ids = [self.send(source, stop_on_error=stop_on_error) for source in sources]
        return self.gather(ids)

    def one(self, source: str) -> Cell:
        """Run one cell."""
        return self.run(source)[0]

    def send(self, source: str, *, stop_on_error: bool = True) -> str:
        """Send a cell without waiting; return the id of the request."""
        return str(self._client.execute(source, stop_on_error=stop_on_error))

    def gather(self, ids: list[str]) -> list[Cell]:
        """Wait for the cells of these requests."""
        cells = {each: Cell() for each in ids}
        idle: set[str] = set()
        while len(idle) < len(cells):
            message = self._client.get_iopub_msg(timeout=PATIENCE)
            parent = message["parent_header"].get("msg_id")
            if parent in cells and _take(cells[parent], message):
                idle.add(parent)
        while any(cell.status == "lost" for cell in cells.values()):
            reply = self._client.get_shell_msg(timeout=PATIENCE)
            cell = cells.get(reply["parent_header"]["msg_id"])
            if cell is not None:
                cell.status = reply["content"]["status"]
        return list(cells.values())

    def wait_for(self, text: str) -> None:
        """Wait until a cell has printed a text."""
        while True:
            message = self._client.get_iopub_msg(timeout=PATIENCE)
            if text in message["content"].get("text", ""):
                return

    def interrupt(self, request: str) -> tuple[Cell, float]:
        """Interrupt a cell; return it, and how many seconds it took to land."""
        began = time.monotonic()
        self._manager.interrupt_kernel()
        cell = self.gather([request])[0]
        return cell, time.monotonic() - began

    def shut_down(self) -> None:
        """Ask the kernel to shut down, and wait until it has."""
        self._manager.shutdown_kernel(now=False)


def _take(cell: Cell, message: dict[str, Any]) -> bool:
    """Note what a message tells of a cell; return whether the cell is done."""
    content = message["content"]
    kind = message["msg_type"]
    if kind == "stream" and content["name"] == "stdout":
        cell.stdout += content["text"]
    elif kind == "stream":
        cell.stderr += content["text"]
    elif kind in ("execute_result", "display_data"):
        cell.results.append(content["data"])
    elif kind == "error":
        cell.error = f"{content['ename']}: {content['evalue']}"
        cell.traceback = "\n".join(content["traceback"])
    return bool(kind == "status" and content["execution_state"] == "idle")


@contextmanager
def start_kernel(folder: Path, **environment: str) -> Iterator[Kernel]:
    """Start a kernel that writes nothing outside of ``folder``."""
    paths = os.pathsep.join([str(ROOT), str(Path(__file__).parent / "applications")])
    env = {
        **os.environ,
        "PYTHONPATH": paths,
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        **environment,
    }
    manager = KernelManager(connection_file=str(folder / "kernel.json"))
    manager.start_kernel(env=env, cwd=str(folder))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=PATIENCE)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
