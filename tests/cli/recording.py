"""Runs ``asgilab record`` in a process of its own, as a person at a terminal does."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from tests.django.runner import ROOT

SECONDS = 60


class Recording:
    """A command that records, with what it has printed so far.

    Args:
        arguments: What stands behind ``asgilab record``.
        folder: Where it runs.
        environment: Variables to set.
        warnings: What becomes of warnings, as Python's option -W has it.

    Attributes:
        process: The process, in a group of its own.
        port: The port that it serves on.
    """

    def __init__(
        self,
        *arguments: str,
        folder: Path,
        environment: dict[str, str] | None = None,
        warnings: str = "error",
    ) -> None:
        own = {key: value for key, value in os.environ.items() if key[:6] != "PYTEST"}
        own.pop("DJANGO_SETTINGS_MODULE", None)
        command = ["-W", warnings, "-m", "asgilab", "record", *arguments, "--port", "0"]
        self.process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            env={**own, "PYTHONPATH": str(ROOT), **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._changed = threading.Condition()
        self._told = ""
        self._readers: list[threading.Thread] = []
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            reader = threading.Thread(target=self._read, args=(stream,), daemon=True)
            reader.start()
            self._readers.append(reader)
        self.port = int(self.wait_for(r"running on http://127\.0\.0\.1:(\d+)")[1])

        self._wait_until_connected()

    def _wait_until_connected(self) -> None:
        """Wait until the port answers: with workers it is told before that."""
        until = time.monotonic() + SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except ConnectionRefusedError:
                assert time.monotonic() < until, self._told
                time.sleep(0.05)
            else:
                return

    @property
    def told(self) -> str:
        """What it has printed so far, on either stream."""
        return self._told

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_for(self, pattern: str) -> "re.Match[str]":
        """Wait until it has printed something."""
        found: re.Match[str] | None = None

        def there() -> bool:
            nonlocal found
            found = re.search(pattern, self._told)
            return found is not None

        with self._changed:
            self._changed.wait_for(there, SECONDS)
        assert found is not None, f"{pattern!r} is not in:\n{self._told}"
        return found

    def end(self, how: int) -> int:
        """Send a signal to the whole group, as a terminal does; return the code."""
        os.killpg(self.process.pid, how)
        code = self.process.wait(SECONDS)
        self.join()
        return code

    def _read(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                with self._changed:
                    self._told += line
                    self._changed.notify_all()

    def join(self) -> None:
        """Wait until everything that it has printed is read."""
        for reader in self._readers:
            reader.join(SECONDS)


@contextmanager
def recording(*arguments: str, folder: Path, **options: Any) -> Iterator[Recording]:
    """Record; whatever is left of the group is killed at the end."""
    running = Recording(*arguments, folder=folder, **options)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.end(signal.SIGKILL)
        running.join()
