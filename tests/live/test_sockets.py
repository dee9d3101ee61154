"""The sockets of a live server: every family on one port, errors with their place."""

import asyncio
import errno
import socket
from pathlib import Path
from typing import Any

import pytest

from asgilab.live._sockets import close, listen, listen_on_path


def has_ipv6() -> bool:
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return False
    return True


def test_localhost_listens_on_both_families_on_one_port() -> None:
    sockets = listen("localhost")
    try:
        names = [one.getsockname()[:2] for one in sockets]
        port = names[0][1]
        expected = [("127.0.0.1", port)] + [("::1", port)] * has_ipv6()
        assert names == expected
        for address in expected:
            socket.create_connection(address, timeout=5).close()
    finally:
        close(sockets)


def test_the_port_that_is_asked_for_is_taken() -> None:
    first = listen("127.0.0.1")
    port = first[0].getsockname()[1]
    close(first)
    again = listen("127.0.0.1", port)
    assert again[0].getsockname()[1] == port
    close(again)


def test_another_port_is_tried_when_ipv6_has_the_first_one_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = socket.socket.bind
    refused: list[int] = []

    class Taken(socket.socket):
        def bind(self, address: tuple[str, int]) -> None:  # type: ignore[override]  # typeshed allows any address
            if self.family == socket.AF_INET6 and len(refused) < 2:
                refused.append(address[1])
                raise OSError(errno.EADDRINUSE, "taken")
            real(self, address)

    monkeypatch.setattr(socket, "socket", Taken)
    sockets = listen("localhost")
    ports = {one.getsockname()[1] for one in sockets}
    close(sockets)
    assert len(refused) == 2
    assert len(ports) == 1
    assert not ports & set(refused)


def test_connections_send_small_answers_at_once() -> None:
    async def nodelay() -> int:
        loop = asyncio.get_running_loop()
        made: asyncio.Future[asyncio.Transport] = loop.create_future()

        class Protocol(asyncio.Protocol):
            def connection_made(self, transport: Any) -> None:
                made.set_result(transport)

        (listening,) = listen("127.0.0.1")
        server = await loop.create_server(Protocol, sock=listening)
        with socket.create_connection(listening.getsockname()):
            transport = await made
            accepted = transport.get_extra_info("socket")
            option = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            transport.close()
            server.close()
            await server.wait_closed()
        return int(option)

    assert asyncio.run(nodelay()) != 0


def test_a_system_without_ipv6_is_served_on_ipv4(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Without(socket.socket):
        def __init__(self, family: int = -1, kind: int = -1, *rest: Any) -> None:
            if family == socket.AF_INET6:
                raise OSError(errno.EAFNOSUPPORT, "no such family")
            super().__init__(family, kind, *rest)

    monkeypatch.setattr(socket, "socket", Without)
    (only,) = listen("localhost")
    assert only.family == socket.AF_INET
    close([only])


def test_a_taken_port_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = listen("127.0.0.1")
    port = taken[0].getsockname()[1]
    try:
        with pytest.raises(OSError, match="in use") as failed:
            listen("127.0.0.1", port)
    finally:
        close(taken)
    note = f"The live server was to listen on '127.0.0.1', port {port}."
    assert failed.value.__notes__ == [note]


def test_a_host_that_is_unknown_says_which() -> None:
    with pytest.raises(socket.gaierror) as failed:
        listen("no-such-host.invalid")
    assert "'no-such-host.invalid'" in failed.value.__notes__[0]


def test_an_address_of_another_machine_says_which() -> None:
    with pytest.raises(OSError, match="assign") as failed:
        listen("192.0.2.1")
    assert "'192.0.2.1'" in failed.value.__notes__[0]


def test_a_unix_socket_is_listened_on(tmp_path: Path) -> None:
    path = tmp_path / "live.sock"
    sockets = listen_on_path(path)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        assert client.getpeername() == str(path)
    close(sockets)


def test_a_path_that_is_taken_says_which(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with pytest.raises(OSError, match="in use") as failed:
        listen_on_path(path)
    assert str(path) in failed.value.__notes__[0]
    assert path.exists()
