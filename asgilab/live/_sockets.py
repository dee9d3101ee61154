"""The sockets that a live server listens on, bound before the server exists.

Binding first makes the port known, and a failure an exception of the caller.
Nothing here knows what is served.
"""

import errno
import os
import socket
from pathlib import Path
from typing import Final

_TRIES: Final = 20
_LOCAL: Final = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
_Address = tuple[int, str]


def listen(host: str, port: int = 0) -> list[socket.socket]:
    """Listen on every address of a host, IPv4 and IPv6, on one port.

    ``localhost`` means both ``127.0.0.1`` and ``::1``, because browsers differ
    in which one they try. An address family that the system lacks is left out.

    Args:
        host: A name or an address; IPv6 without brackets.
        port: The port, or 0 for any free one.

    Returns:
        The sockets, listening, the first of them on the first address.

    Raises:
        OSError: The host is unknown, or the port is taken or not allowed; a
            note says which host and port.
    """
    try:
        addresses = _addresses(host)
        for _ in range(_TRIES - 1):
            if port == 0 and (sockets := _attempt(addresses, port)) is not None:
                return sockets
        return _attempt(addresses, port, last=True) or []
    except OSError as error:
        error.add_note(f"The live server was to listen on {host!r}, port {port}.")
        raise


def listen_on_path(path: Path) -> list[socket.socket]:
    """Listen on a unix socket, which must not exist yet; its file stays.

    Raises:
        OSError: The path is taken, too long, or in no writable folder.
    """
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(os.fspath(path))
        listening.listen()
    except OSError as error:
        listening.close()
        error.add_note(f"The live server was to listen on the unix socket {path}.")
        raise
    return [listening]


def close(sockets: list[socket.socket]) -> None:
    """Close sockets; a server may have done so already."""
    for one in sockets:
        one.close()


def _addresses(host: str) -> list[_Address]:
    if host == "localhost":
        return list(_LOCAL)
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys((one[0], str(one[4][0])) for one in found))


def _attempt(
    addresses: list[_Address], port: int, *, last: bool = False
) -> list[socket.socket] | None:
    """Bind all addresses to one port; None when a later one has it taken."""
    sockets: list[socket.socket] = []
    missing: OSError | None = None
    for family, address in addresses:
        try:
            sockets.append(_bound(family, address, port))
        except OSError as error:
            if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                missing = error
                continue
            close(sockets)
            if sockets and not last and error.errno == errno.EADDRINUSE:
                return None
            raise
        port = int(sockets[0].getsockname()[1])
    if missing is not None and not sockets:
        raise missing
    return sockets


def _bound(family: int, address: str, port: int) -> socket.socket:
    # asyncio sends small answers at once only where it sees that this is TCP:
    # else a kept-alive client waits 40 ms for each.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((address, port))
        listening.listen()
    except OSError:
        listening.close()
        raise
    return listening
