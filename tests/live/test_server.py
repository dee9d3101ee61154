"""The live server as a test sees it, on real sockets with a real client."""

import asyncio
import os
import socket
import traceback
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect, unix_connect

from asgilab.errors import AsgilabWarning, UsageError
from asgilab.live import LiveServer, MadeElsewhere, Server
from tests.live.applications import Waking, add, echo, forever

SERVERS: list[Server] = ["uvicorn", "daphne", "process"]


def get(server: LiveServer, path: str = "/") -> str:
    url, context = server.url + path, server.client_context()
    try:
        with urllib.request.urlopen(url, context=context, timeout=10) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        error.close()
        raise


def say(server: LiveServer, text: str) -> Any:
    with connect(server.ws_url + "/ws/", ssl=server.client_context()) as client:
        client.send(text)
        return client.recv(timeout=10)


@pytest.mark.parametrize("name", SERVERS)
def test_http_and_websockets_are_served(name: Server) -> None:
    with LiveServer(echo, server=name) as server:
        assert server.url == f"http://localhost:{server.port}"
        assert server.ws_url == f"ws://localhost:{server.port}"
        assert (get(server) == str(os.getpid())) == (name != "process")
        assert say(server, "hi") == "hi"


@pytest.mark.parametrize("name", SERVERS)
def test_ipv4_and_ipv6_are_served_on_one_port(name: Server) -> None:
    with LiveServer(echo, server=name) as server:
        for host in ("127.0.0.1", "[::1]"):
            with connect(f"ws://{host}:{server.port}/") as client:
                client.send(host)
                assert client.recv(timeout=10) == host


def test_an_ipv6_host_has_brackets_in_its_address() -> None:
    with LiveServer(echo, "::1") as server:
        assert server.url == f"http://[::1]:{server.port}"
        assert say(server, "hi") == "hi"


@pytest.mark.parametrize("name", ["uvicorn", "process"])
def test_tls_is_served_with_a_certificate_that_clients_may_trust(name: Server) -> None:
    with LiveServer(echo, server=name, tls=True) as server:
        assert server.url.startswith("https://localhost:")
        assert server.ws_url.startswith("wss://localhost:")
        assert get(server)
        assert say(server, "hi") == "hi"
        certificate = server.certificate
        assert certificate is not None
        assert certificate.exists()
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            urllib.request.urlopen(server.url, timeout=10)
    assert not certificate.exists()


@pytest.mark.parametrize("name", SERVERS)
def test_a_unix_socket_is_served(name: Server, tmp_path: Path) -> None:
    path = tmp_path / "live.sock"
    server = LiveServer(echo, server=name, unix_socket=path)
    with server, unix_connect(str(path), uri=server.ws_url) as client:
        client.send("hi")
        assert client.recv(timeout=10) == "hi"
    assert not path.exists()


@pytest.mark.parametrize("name", ["uvicorn", "daphne"])
def test_clients_that_are_still_connected_are_told_and_handlers_run(
    name: Server,
) -> None:
    application = Waking(goodbye=0.05)
    server = LiveServer(application, server=name).start()
    with connect(server.ws_url) as client:
        server.stop()
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    assert 1012 in application.log


def test_the_lifespan_is_run_around_it_all() -> None:
    application = Waking()
    with LiveServer(application):
        assert application.log == ["startup"]
    assert application.log == ["startup", "shutdown"]


def test_the_lifespan_can_be_left_out() -> None:
    application = Waking()
    with LiveServer(application, lifespan="off"):
        pass
    assert application.log == []


@pytest.mark.parametrize("name", SERVERS)
def test_a_coroutine_runs_on_the_servers_loop(name: Server) -> None:
    with LiveServer(echo, server=name) as server:
        assert server.call(add, 1, 2) == 3
        with pytest.raises(TimeoutError):
            server.call(forever, timeout=0.05)
        with pytest.raises(TypeError):
            server.call(add, 1, "two")


@pytest.mark.parametrize("name", SERVERS)
def test_a_second_server_starts_after_the_first_has_stopped(name: Server) -> None:
    for _ in range(2):
        with LiveServer(echo, server=name) as server:
            assert say(server, "hi") == "hi"


def test_two_servers_run_side_by_side() -> None:
    with LiveServer(echo) as one, LiveServer(echo) as two:
        assert one.port != two.port
        assert say(one, "one") == "one"
        assert say(two, "two") == "two"


def fail(server: LiveServer, path: str = "/ws/") -> None:
    """Make the consumer fail, or the page at another path."""
    with pytest.raises((ConnectionClosed, urllib.error.HTTPError)):
        say(server, "fail") if path == "/ws/" else get(server, path)


@pytest.mark.parametrize("name", SERVERS)
def test_an_error_of_the_application_comes_out_as_it_was_raised(name: Server) -> None:
    server = LiveServer(echo, server=name)
    with pytest.raises(ValueError, match="the consumer is broken") as raised, server:
        fail(server)
    # Another process can only tell the lines; here they are the traceback's.
    told = "".join(traceback.format_exception(raised.value))
    assert "applications.py" in told
    assert "on websocket /ws/." in told


@pytest.mark.parametrize("name", SERVERS)
def test_an_error_that_was_taken_is_not_told_again(name: Server) -> None:
    with LiveServer(echo, server=name) as server:
        fail(server)
        (error,) = server.errors
        assert str(error) == "the consumer is broken"
        server.errors.clear()


def test_several_errors_come_out_together() -> None:
    server = LiveServer(echo).start()
    fail(server)
    fail(server, "/fail")
    with pytest.raises(ExceptionGroup) as raised:
        server.__exit__(None, None, None)
    told = [str(error) for error in raised.value.exceptions]
    assert told == ["the consumer is broken", "the page is broken"]


@pytest.mark.parametrize("name", SERVERS)
def test_a_test_that_fails_shows_why_the_application_did(name: Server) -> None:
    def test() -> None:
        with LiveServer(echo, server=name) as server:
            fail(server)
            raise AssertionError

    with pytest.raises(AssertionError) as failed:
        test()
    (note,) = failed.value.__notes__
    assert note.startswith("The application failed on the live server:")
    assert "ValueError: the consumer is broken" in note
    if name != "process":
        assert "uvicorn" not in note  # The server's own frames say nothing.


def test_errors_can_be_warned_of() -> None:
    server = LiveServer(echo, on_error="warn")
    with pytest.warns(AsgilabWarning, match="the consumer is broken"), server:
        fail(server)


def test_errors_can_be_kept_silent() -> None:
    with LiveServer(echo, on_error="keep") as server:
        fail(server)
    assert len(server.errors) == 1


def test_a_client_that_leaves_is_no_error() -> None:
    left = asyncio.Event()

    async def sending(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "websocket"
        await receive()
        await send({"type": "websocket.accept"})
        await left.wait()
        while True:
            await send({"type": "websocket.send", "text": "are you there?"})

    async def leave() -> None:
        left.set()

    with LiveServer(sending) as server:
        with connect(server.ws_url):
            pass
        server.call(leave)
        assert server.settle()


@pytest.mark.parametrize("name", SERVERS)
def test_it_settles_when_what_was_asked_is_answered(name: Server) -> None:
    with LiveServer(echo, server=name) as server, connect(server.ws_url) as client:
        client.send("hi")
        client.recv(timeout=10)
        assert server.settle()


def test_an_unknown_server_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="'nginx'; expected uvicorn, daphne, process"):
        LiveServer(echo, server="nginx")  # type: ignore[arg-type]  # a wrong name is the case


def test_daphne_and_tls_are_refused() -> None:
    with pytest.raises(UsageError, match='use server="uvicorn"'):
        LiveServer(echo, server="daphne", tls=True)


def test_a_server_starts_once() -> None:
    with LiveServer(echo) as server, pytest.raises(UsageError, match="starts once"):
        server.start()


def test_a_call_needs_a_server_that_runs() -> None:
    server = LiveServer(echo)
    with pytest.raises(UsageError, match="between start and stop"):
        server.call(add, 1, 2)
    with server:
        pass
    with pytest.raises(UsageError, match="between start and stop"):
        server.call(add, 1, 2)


def test_a_server_that_never_ran_stops_and_settles_at_once() -> None:
    server = LiveServer(echo)
    server.stop()
    assert server.settle()
    assert server.errors == []


def test_after_the_end_the_port_is_free() -> None:
    with LiveServer(echo) as server:
        pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=5)


def test_an_application_may_be_made_at_the_start() -> None:
    with LiveServer(MadeElsewhere(lambda: echo)) as server:
        assert say(server, "hi") == "hi"
