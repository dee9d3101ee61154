"""Many processes that serve, or one that is started again: ``--workers``, ``--reload``.

What each of them serves stands in ``_record_serving``. This needs uvicorn, and is
imported only where it is used.
"""

import inspect
import multiprocessing
import signal
from typing import Any, Final

import uvicorn
from uvicorn.supervisors import ChangeReload, Multiprocess

_FACTORY: Final = "asgilab.cli._record_serving:application"
_ENDS: Final = (signal.SIGINT, signal.SIGTERM)


class WorkerConfig(uvicorn.Config):
    """Of servers whose processes end as Python does, so that what waits is written.

    uvicorn shuts down at a signal and then raises it anew, which would end the
    process at once.
    """

    def configure_logging(self) -> None:
        """Set a process up, before it serves; see uvicorn."""
        super().configure_logging()
        if multiprocessing.parent_process() is not None:
            for each in _ENDS:
                signal.signal(each, end_once)


def end_once(number: int, _frame: Any) -> None:
    """End this process; a second signal must not disturb that."""
    for each in _ENDS:
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(128 + number)


def supervise(arguments: dict[str, Any], *, workers: int, reload: bool) -> None:
    """Serve until a signal comes.

    Args:
        arguments: More of them for ``uvicorn.Config``.
        workers: How many processes serve.
        reload: Whether one process is started again when its source changes.
    """
    config = WorkerConfig(
        _FACTORY, factory=True, workers=workers, reload=reload, **arguments
    )
    supervisor: Any = ChangeReload if reload else Multiprocess
    known = inspect.signature(supervisor).parameters
    # Some versions of uvicorn make the server of a worker themselves.
    target = {"target": uvicorn.Server(config).run} if "target" in known else {}
    with config.bind_socket() as listening:
        supervisor(config, sockets=[listening], **target).run()
