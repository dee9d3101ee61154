"""The way to the process that writes for a recorder, and back.

Whoever sends waits until it is in the pipe, so this is for a thread of the
recorder's own (``_recording_thread``). It needs nothing of a pipe that not every
system has. What happens at the other end stands in ``_recording_process``.
"""

import json
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from asgilab.live._python import python_running
from asgilab.live._recording_frame import Packed, framed
from asgilab.live._recording_process import yield_to_others

_PIPE_BYTES: Final = 1_000_000


class RecordingPipe:
    """One process that writes, and what is on the way to it.

    Args:
        options: What it is told, as JSON.
        warn: Called with each sentence of trouble that it sends back.
        wrote: Called with the path of its file after a flush.
    """

    def __init__(
        self, options: str, warn: Callable[[str], None], wrote: Callable[[str], None]
    ) -> None:
        self._warn = warn
        self._wrote = wrote
        self._unanswered: deque[tuple[int, list[threading.Event]]] = deque()
        self._process = subprocess.Popen(
            python_running("asgilab.live._recording_process", options),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            **apart(),
        )
        yield_to_others(self._process.pid)
        if self._process.stdin is not None:
            _enlarge(self._process.stdin.fileno())
        self._listener = threading.Thread(
            target=self._listen, name="asgilab-recorder-answers", daemon=True
        )
        self._listener.start()

    @property
    def unanswered(self) -> int:
        """How many events were sent of which it is not known that they are written."""
        return sum(count for count, _ in self._unanswered)

    def send(
        self, lost: int, packs: list[Packed], flushes: list[threading.Event]
    ) -> None:
        """Send events; the flushes are told when they have been written.

        Args:
            lost: How many others were lost.
            packs: The events.
            flushes: Set when all that was sent so far is written, or will not be.

        Raises:
            OSError: The process has ended.
        """
        events = sum(pack.events for pack in packs)
        self._unanswered.append((lost + events, flushes))
        rest = memoryview(framed(lost, bool(flushes), packs))
        while rest and self._process.stdin is not None:
            rest = rest[self._process.stdin.write(rest) :]

    def end(self) -> int:
        """Tell the process that no more comes, and wait until it has written all.

        Returns:
            Its exit code.
        """
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        code = self._process.wait()
        self._listener.join()
        self._give_up()
        return code

    def _listen(self) -> None:
        if self._process.stdout is None:
            return
        with self._process.stdout as answers:
            for line in answers:
                answer = json.loads(line)
                if "warning" in answer:
                    self._warn(answer["warning"])
                    continue
                if answer["path"] is not None:
                    self._wrote(answer["path"])
                for _ in range(answer["written"]):
                    _tell(self._unanswered.popleft()[1])
        self._give_up()

    def _give_up(self) -> None:
        """Tell whoever waits for what can be written no more."""
        for _, flushes in list(self._unanswered):
            _tell(flushes)


def _tell(flushes: list[threading.Event]) -> None:
    for flush in flushes:
        flush.set()


def apart() -> dict[str, Any]:
    """Return what keeps signals for the server from a process that it starts.

    A Ctrl-C at a terminal goes to a whole group, maybe while the process is starting.
    It stays in the server's session, because some systems share the processor's time
    among sessions first, and it is to yield to the server.
    """
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"process_group": 0}


def _enlarge(pipe: int) -> None:
    """Give a pipe more room than the 64 KiB it has, where the system can (Linux)."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
