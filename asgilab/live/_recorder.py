"""The recorder: ASGI middleware that writes down what passes, for any server.

It changes nothing that passes. What becomes of the events lives in
``_recording_thread`` and further down, what is left out in
``asgilab.sessions``.
"""

import asyncio
import atexit
import itertools
import os
import random
import traceback
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from asgilab.errors import UsageError
from asgilab.live._recording_thread import (
    LOGGER,
    RecordingThread,
    Redact,
    described,
)
from asgilab.sessions import UNSUPPORTED, named_secrets, redact_secrets
from asgilab.types import Application, Message, Receive, Scope, Send

_FLUSH_SECONDS: Final = 2.0
_CLOSE_SECONDS: Final = 10.0
"""How long an end may take on a machine that has much to do; then it goes on alone."""
_IDENTIFY_SECONDS: Final = 2.0
_RETURNED: Final = {"type": "returned", "exception": None}
_SHUT_DOWN: Final = "lifespan.shutdown.complete"
_STATE: Final = "state"
"""Part of a scope that holds live objects; it is not recorded."""
_NAMES: Final = {"websocket": "ws"}

Sample = float | Callable[[Scope], bool]
"""Which share of the connections is recorded, or which ones."""

Identify = Callable[[Scope], Awaitable[str | None]]
"""Returns the name of the user whom a scope belongs to, or None for nobody."""


class Recorder:
    """Serves an application as before, and writes session files of what passes.

    The files open in a notebook, replay and export. Put it outermost. Traffic
    never waits for the disk: a process writes, and when it cannot keep up, or
    the disk is full, or the file is removed, events are left out, one warning
    is logged, and the file tells how many are missing. If the server is killed,
    what it has handed over is still written.

    Args:
        application: The application to serve.
        path: The first file, by custom named ``*.asgilab.jsonl``. A file that
            is there already is left alone: the next free of
            ``name.2.asgilab.jsonl`` and on is taken, by each process one.
        shared: Let all processes append to one file.
        max_bytes: Begin the next file when one has reached this size.
        keep: Remove the oldest of more than this many files of this process.
            Default: keep all.
        sample: Share of the connections that is recorded, 0 to 1, or a
            function that is asked with each scope.
        redact: Returns an event, or a scope, as it may be written. Default:
            credentials and secrets are taken out by their names. None writes
            all as it is.
        identify: Asked with each scope that is recorded, before the application
            is: who is signed in. A replay signs that user in anew, for which it
            needs none of the cookies that were taken out. Default: nobody is
            asked.
        recorded_as: Import string of the application, for replaying.
        app_dir: Folder that the import string is looked up in.
        max_waiting: How many events may wait to be written.
        max_waiting_bytes: How many bytes of their payload may.

    Raises:
        UsageError: ``sample`` is no share.

    Example::

        application = Recorder(application, "lobby.asgilab.jsonl")
    """

    def __init__(
        self,
        application: Application,
        path: str | Path,
        *,
        shared: bool = False,
        max_bytes: int = 100_000_000,
        keep: int | None = None,
        sample: Sample = 1.0,
        redact: Redact | None = redact_secrets,
        identify: Identify | None = None,
        recorded_as: str | None = None,
        app_dir: str | None = None,
        max_waiting: int = 200_000,
        max_waiting_bytes: int = 64_000_000,
    ) -> None:
        if not callable(sample) and not 0 <= sample <= 1:
            msg = f"sample is {sample!r}; expected a share from 0 to 1, or a function."
            raise UsageError(msg)
        self._application = application
        self._path = Path(path)
        self._shared = shared
        self._max_bytes = max_bytes
        self._keep = keep
        self._sample = sample
        self._chooses = callable(sample) or sample < 1
        self._redact = redact
        self._identify = identify
        self._recorded_as = recorded_as
        self._app_dir = None if app_dir is None else str(Path(app_dir).resolve())
        self._limits = (max_waiting, max_waiting_bytes)
        self._numbers: defaultdict[str, Iterator[int]] = defaultdict(
            partial(itertools.count, 1)
        )
        self._failed = False
        self._thread: RecordingThread | None = None

    @property
    def path(self) -> Path:
        """The file that the last flush went to; before it, the one that was named."""
        written = None if self._thread is None else self._thread.path
        return self._path if written is None else Path(written)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        thread = self._thread
        if self._chooses or thread is None or thread.foreign:
            thread = self._opened(scope)
        if thread is None:
            await self._application(scope, receive, send)
            return
        record, kind = thread.record, scope["type"]
        name = self._name(kind)
        answered: list[Message] | None = None
        if kind == "lifespan":
            answered = []
            send = self._flushing(send, answered)
        asked = dict(scope)
        asked.pop(_STATE, None)
        options = None
        if self._identify is not None and kind != "lifespan":
            options = await self._signed_in(self._identify, scope)
        record(name, "open", asked, options)

        async def receiving() -> Message:
            message = await receive()
            record(name, "receive", message)
            return message

        async def sending(message: Message) -> None:
            record(name, "send", message)
            await send(message)

        try:
            await self._application(scope, receiving, sending)
        except BaseException as error:
            record(name, "end", _raised(error, known=answered != []))
            raise
        record(name, "end", _RETURNED)

    def flush(self, timeout: float = _FLUSH_SECONDS) -> bool:
        """Wait until what has passed is in the file, or could not be written.

        Returns:
            False when ``timeout`` seconds were not enough.
        """
        return self._thread is None or self._thread.flush(timeout)

    def close(self) -> None:
        """Write what waits and close the file; what passes then begins another."""
        thread, self._thread = self._thread, None
        if thread is not None and not thread.foreign:
            thread.close(_CLOSE_SECONDS)
            atexit.unregister(self.close)

    def _opened(self, scope: Scope) -> RecordingThread | None:
        """Return what takes the events of a new connection, or None for none.

        Whatever happens here, the application goes on.
        """
        sample = self._sample
        try:
            if callable(sample):
                chosen = bool(sample(scope))
            else:
                chosen = sample >= 1 or random.random() < sample
            thread = self._thread
            if chosen and (thread is None or thread.foreign):
                thread = self._thread = self._started()
        except Exception as error:
            self._fail(error)
            return None
        return thread if chosen else None

    def _name(self, kind: str) -> str:
        """Return the next connection's name; every request waits for it."""
        if kind == "lifespan":
            return f"{kind}@{os.getpid()}" if self._shared else kind
        name = f"{_NAMES.get(kind, kind)}{next(self._numbers[kind])}"
        return f"{name}@{os.getpid()}" if self._shared else name

    async def _signed_in(
        self, identify: Identify, scope: Scope
    ) -> dict[str, Any] | None:
        """Return the options of a connection of somebody who is known."""
        try:
            async with asyncio.timeout(_IDENTIFY_SECONDS):
                user = await identify(scope)
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise  # The request itself was cancelled, not what it asked.
            self._fail(error)
            return None
        except Exception as error:
            self._fail(error)
            return None
        return None if user is None else {"user": user}

    def _flushing(self, send: Send, answered: list[Message]) -> Send:
        """Return what sends a lifespan's events, with all written before the last.

        Args:
            send: The server's own.
            answered: Gets what is sent.
        """

        async def sending(message: Message) -> None:
            answered.append(message)
            if message == {"type": _SHUT_DOWN}:
                self.flush()  # The server may end this process right after it.
            await send(message)

        return sending

    def _fail(self, error: BaseException) -> None:
        if not self._failed:
            self._failed = True
            LOGGER.warning("An event was not recorded (%s).", described(error))

    def _started(self) -> RecordingThread:
        """Start writing in this process, which a fork may have made."""
        options = {
            "path": str(self._path.absolute()),
            "application": self._recorded_as,
            "settings": os.environ.get("DJANGO_SETTINGS_MODULE"),
            "app_dir": self._app_dir,
            "started": datetime.now(UTC).isoformat(),
            "shared": self._shared,
            "max_bytes": self._max_bytes,
            "keep": self._keep,
            "redact": self._redact is redact_secrets,
            "secret_names": sorted(named_secrets()),
        }
        custom = None if self._redact is redact_secrets else self._redact
        atexit.register(self.close)
        return RecordingThread(options, custom, *self._limits, self._fail)


def _raised(error: BaseException, *, known: bool) -> dict[str, Any]:
    """Return the end of an application that raised; ``known``: it knows its scope."""
    if isinstance(error, Exception):
        try:
            text = "".join(traceback.format_exception(error))
        except Exception:  # a user's exception may refuse to be shown
            text = type(error).__name__
        return {"type": "raised" if known else UNSUPPORTED, "exception": text}
    return {"type": "cancelled", "exception": None}
