"""A real JupyterLab of its own: a free port, empty settings, the running Python.

Nothing of the user's Jupyter is read or written, and nothing of the test run
leaks into the kernels. What happens in the browser is in lab_page.py.
"""

import json
import os
import re
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

READY = re.compile(r"(http://127\.0\.0\.1:\d+)/lab")
START_SECONDS = 60.0
STOP_SECONDS = 15.0

# Options of the server that no user of the tour needs and a test cannot do without.
OPTIONS = (
    "--no-browser",
    "--ip=127.0.0.1",
    "--ServerApp.allow_root=True",
    "--ServerApp.disable_check_xsrf=True",
    "--ServerApp.password=",
    "--ServerApp.port=18888",
    "--ServerApp.port_retries=200",
    "--ServerApp.terminals_enabled=False",
    "--IdentityProvider.token=",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    # Gives the page window.jupyterapp, so that no menu needs to be clicked.
    "--expose-app-in-browser",
)

# Settings of the page: no question about news, and every cell is in the document.
SETTINGS: dict[str, dict[str, Any]] = {
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
}

# The test run's own: a kernel that inherits them is no longer a user's kernel.
PRIVATE = re.compile(r"PYTEST_|COV_CORE_|DJANGO_SETTINGS_MODULE|JUPYTER|IPYTHON")


class JupyterServer:
    """JupyterLab on a folder, as a context manager.

    Args:
        root: The folder that the file browser shows and notebooks are opened from.
        home: An empty folder for settings, kernels and run-time files.
        settings: Settings beside (or over) ``SETTINGS``, by plugin, such as
            ``{"@jupyterlab/apputils-extension/themes": {"theme": "JupyterLab Dark"}}``.

    Example::

        with JupyterServer(notebooks, tmp_path) as server:
            page.goto(f"{server.url}/lab/tree/tour.ipynb")
    """

    def __init__(
        self,
        root: Path,
        home: Path,
        settings: Mapping[str, dict[str, Any]] | None = None,
    ) -> None:
        self.root = root
        self.home = home
        self.settings = SETTINGS | dict(settings or {})
        self.url = ""
        self._log: deque[str] = deque(maxlen=400)
        self._announced = threading.Event()

    @property
    def log(self) -> str:
        """The last lines that the server and its kernels printed."""
        return "".join(self._log)

    def __enter__(self) -> Self:
        self._write_home()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *OPTIONS, str(self.root)],
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._announced.wait(START_SECONDS) or not self.url:
            self._stop()
            message = f"JupyterLab did not start. It printed:\n{self.log}"
            raise RuntimeError(message)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            error.add_note(f"JupyterLab printed:\n{self.log}")
        self._stop()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._log.append(line)
            if not self.url and (match := READY.search(line)):
                self.url = match[1]
                self._announced.set()
        self._announced.set()

    def _stop(self) -> None:
        """Ask first: a server that is asked takes its kernels with it."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _environment(self) -> dict[str, str]:
        kept = {
            key: value for key, value in os.environ.items() if not PRIVATE.match(key)
        }
        return kept | {
            "IPYTHONDIR": str(self.home / "ipython"),
            "JUPYTERLAB_SETTINGS_DIR": str(self.home / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.home / "workspaces"),
            "JUPYTER_CONFIG_DIR": str(self.home / "config"),
            "JUPYTER_DATA_DIR": str(self.home / "data"),
            # The kernel written below wins over one that the environment brings.
            "JUPYTER_PREFER_ENV_PATH": "0",
            "JUPYTER_RUNTIME_DIR": str(self.home / "runtime"),
        }

    def _write_home(self) -> None:
        for plugin, values in self.settings.items():
            self._write(f"settings/{plugin}.jupyterlab-settings", values)
        kernel = {
            "argv": [
                sys.executable,
                "-m",
                "ipykernel_launcher",
                "-f",
                "{connection_file}",
            ],
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
        }
        self._write("data/kernels/python3/kernel.json", kernel)

    def _write(self, name: str, values: dict[str, Any]) -> None:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
