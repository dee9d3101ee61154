"""The other side of ``_process``: what runs in the process of the live server.

It serves with uvicorn in a thread, as the parent would, and answers the
parent's requests one by one. When the parent is gone it goes, too.
"""

import contextlib
import os
import pickle
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from asgilab.errors import UsageError
from asgilab.live._collecting import Collecting
from asgilab.live._thread import ServerThread

_LOOK_SECONDS: Final = 0.5

when_orphaned: list[Callable[[], Any]] = []
"""Called before this process ends because its parent was killed."""


@dataclass(frozen=True)
class Order:
    """What the parent asks to be served, as it crosses the pipe.

    Attributes:
        prepare: Pickled function, called before the factory is unpickled: to
            set things up that importing the application's modules relies on.
        factory: Pickled function that returns the application.
        at_connection_end: Pickled function or None; see ``LiveServer``.
        lifespan: See ``LiveServer``.
        chain: PEM file with certificate and key, or None.
        options: More arguments for ``uvicorn.Config``.
        timeout: Seconds for the start.
    """

    prepare: bytes | None
    factory: bytes
    at_connection_end: bytes
    lifespan: str
    chain: Path | None
    options: Mapping[str, Any] = field(default_factory=dict)
    timeout: float = 10.0


def main() -> None:
    """Serve what the parent orders through the pipe whose descriptor it gave."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The parent decides when to stop.
    pipe = Connection(int(sys.argv[2]))
    sockets = [socket.socket(fileno=int(number)) for number in sys.argv[3:]]
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()
    try:
        _serve(pipe, sockets)
    except (EOFError, ConnectionError):
        _leave()
    finally:
        for one in sockets:
            one.close()
        pipe.close()


def _serve(pipe: Connection, sockets: list[socket.socket]) -> None:
    order: Order = pipe.recv()
    try:
        server = _started(order, sockets)
    except BaseException as error:
        pipe.send((False, portable(error)))
        return
    pipe.send((True, None))
    verb = ""
    while verb != "stop":
        verb, arguments = pipe.recv()
        pipe.send(_answer(server, verb, arguments))


def _started(order: Order, sockets: list[socket.socket]) -> ServerThread:
    from asgilab.live._uvicorn import UvicornBackend

    if order.prepare is not None:
        _load(order.prepare)()
    collecting = Collecting(_load(order.factory)(), _load(order.at_connection_end))
    backend = UvicornBackend(collecting, order.lifespan, order.chain, order.options)
    server = ServerThread(backend, collecting, sockets)
    server.start(order.timeout)
    return server


def _answer(server: ServerThread, verb: str, arguments: Any) -> tuple[bool, Any]:
    try:
        if verb == "call":
            call, timeout = arguments
            function, values = _load(call)
            return True, server.call(function, values, timeout)
        if verb == "settle":
            return True, server.settle(arguments)
        if verb == "stop":
            server.stop(arguments)
        errors = [portable(error) for error in server.errors]
        server.errors.clear()
    except BaseException as error:
        return False, portable(error)
    return True, errors


def _load(sent: bytes) -> Any:
    try:
        return pickle.loads(sent)
    except (AttributeError, ImportError) as error:
        msg = (
            "The live server's process cannot import what it is to serve or to call "
            f"({error}). Expected something at the top level of an importable module."
        )
        raise UsageError(msg) from error


def portable(error: BaseException) -> BaseException:
    """Return an exception that survives the way to another process.

    Tracebacks do not, so its text becomes a note. An exception that cannot be
    rebuilt over there is told by a RuntimeError of the same text.
    """
    text = "".join(traceback.format_exception(error)).rstrip()
    error.add_note(f"In the process of the live server:\n{text}")
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        told = RuntimeError(f"{type(error).__qualname__}: {error}")
        told.__notes__ = list(error.__notes__)
        return told
    return error


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    _leave()


def _leave() -> None:
    for clean_up in when_orphaned:
        with contextlib.suppress(Exception):
            clean_up()
    os._exit(1)
