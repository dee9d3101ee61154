"""What an application meets behind each server: one test a habit, all four servers.

The expectations are measurements: uvicorn 0.54.0, daphne 4.2.3, hypercorn 0.18.0,
granian 2.8.7, HTTP/1.1 without TLS.
"""

from typing import Any

import pytest
from channels.generic.websocket import AsyncWebsocketConsumer

from asgilab.errors import ClientDisconnected, ProtocolViolation, UsageError
from asgilab.lab import Lab
from asgilab.testing import (
    ApplicationCommunicator,
    HttpCommunicator,
    WebsocketCommunicator,
)
from tests.servers.conversing import (
    ACCEPT,
    LAST,
    START,
    Parting,
    Script,
    answered,
    at_rest,
    opened,
    per_server,
)

SERVERS = ("uvicorn", "daphne", "hypercorn", "granian")
servers = pytest.mark.parametrize("server", SERVERS)
DENIAL = "websocket.http.response"


def test_another_server_is_refused() -> None:
    with pytest.raises(UsageError, match="No habits are known of a server 'nginx'"):
        WebsocketCommunicator(Script(), "/", served_by="nginx")


@per_server(
    uvicorn=("2.3", "2.4"),
    daphne=(None, None),
    hypercorn=("2.1", "2.3"),
    granian=("2.3", "2.3"),
)
def test_the_version_that_is_announced(server: str, expected: Any) -> None:
    http = HttpCommunicator(Script(), "GET", "/", served_by=server)
    websocket = WebsocketCommunicator(Script(), "/", served_by=server)
    announced = tuple(
        each.scope["asgi"].get("spec_version") for each in (http, websocket)
    )
    assert announced == expected


@per_server(
    uvicorn=(None, {DENIAL: {}}),
    daphne=(None, None),
    hypercorn=({}, {DENIAL: {}}),
    granian=({"http.response.pathsend": {}}, {DENIAL: {}}),
)
def test_the_extensions_that_are_announced(server: str, expected: Any) -> None:
    http = HttpCommunicator(Script(), "GET", "/", served_by=server)
    websocket = WebsocketCommunicator(Script(), "/", served_by=server)
    announced = tuple(each.scope.get("extensions") for each in (http, websocket))
    assert announced == expected


@per_server(uvicorn=int, daphne=int, hypercorn=int, granian=str)
def test_the_type_of_ports(server: str, expected: type) -> None:
    scope = HttpCommunicator(Script(), "GET", "/", served_by=server).scope
    assert {type(scope[key][1]) for key in ("client", "server")} == {expected}


@per_server(uvicorn=True, daphne=False, hypercorn=True, granian=True)
async def test_the_state_of_the_lifespan(server: str, expected: bool) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        if scope["type"] == "lifespan":
            scope["state"]["pool"] = "open"
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        else:
            await send(START)
            pool = scope.get("state", {}).get("pool", "none")
            await send({**LAST, "body": pool.encode()})

    async with Lab(application, served_by=server) as lab:
        response = await lab.http("GET", "/")
    assert response["body"] == (b"open" if expected else b"none")


@per_server(
    uvicorn={"text": "hi"},
    daphne={"text": "hi"},
    hypercorn={"text": "hi", "bytes": None},
    granian={"text": "hi"},
)
async def test_ws_09_the_keys_of_a_frame(server: str, expected: Any) -> None:
    script = Script(ACCEPT, asks=1)
    communicator = await opened(script, server)
    await communicator.send_to("hi")
    await communicator.wait()
    assert script.told == [{"type": "websocket.receive", **expected}]


class Careless(AsyncWebsocketConsumer):
    """Takes a frame that has a key ``bytes`` for a binary one."""

    async def websocket_receive(self, message: Any) -> None:
        if "bytes" in message:
            await self.send(bytes_data=message["bytes"].upper())
        else:
            await self.send(text_data=message["text"].upper())


@servers
async def test_ws_09_code_that_looks_for_a_key_breaks_behind_hypercorn_alone(
    server: str,
) -> None:
    communicator = await opened(Careless.as_asgi(), server)
    await communicator.send_to("hi")
    if server == "hypercorn":
        with pytest.raises(AttributeError, match="'NoneType' object has no attribute"):
            await communicator.receive_from()
    else:
        assert await communicator.receive_from() == "HI"
        await communicator.disconnect()


@per_server(uvicorn=9, daphne=1, hypercorn=1, granian=9)
async def test_http_04_how_often_a_disconnect_is_told(
    server: str, expected: int
) -> None:
    script = Script(START, LAST, asks=20)
    await at_rest(await answered(script, server))
    assert script.told == [{"type": "http.disconnect"}] * expected


@per_server(
    uvicorn=[4010, *[1005] * 8],
    daphne=[4010],
    hypercorn=[1006],
    granian=[4010] + [1005] * 8,
)
async def test_ws_08_the_codes_that_are_told_when_the_client_has_closed(
    server: str, expected: list[int]
) -> None:
    script = Script(ACCEPT, asks=20)
    communicator = await opened(script, server)
    with pytest.warns(UserWarning, match="ignored"):
        await communicator.disconnect(4010)
    assert [event["code"] for event in script.told] == expected
    communicator.stop()


@per_server(uvicorn=1005, daphne=1006, hypercorn=1006, granian=1005)
async def test_the_code_that_is_told_when_the_socket_is_lost(
    server: str, expected: int
) -> None:
    script = Script(ACCEPT, asks=1)
    communicator = await opened(script, server)
    await communicator.drop()
    assert [event["code"] for event in script.told] == [expected]


@per_server(uvicorn=4001, daphne=4001, hypercorn=1000, granian=1005)
@pytest.mark.parametrize("by_test", [False, True], ids=["by itself", "by the test"])
async def test_ws_06_the_code_that_is_told_after_the_applications_own_close(
    server: str, expected: int, by_test: bool
) -> None:
    close = {"type": "websocket.close", "code": 4001, "reason": "late"}
    script = Script(ACCEPT, close, asks=1)
    communicator = await opened(script, server)
    if by_test:
        await communicator.disconnect(code=3003)
    await communicator.wait()
    assert [event["code"] for event in script.told] == [expected]


@per_server(uvicorn=1006, daphne=1006, hypercorn=1000, granian=1005)
async def test_ws_07_the_code_that_is_told_after_a_rejection(
    server: str, expected: int
) -> None:
    script = Script({"type": "websocket.close"}, asks=1)
    await (await opened(script, server)).wait()
    assert [event["code"] for event in script.told] == [expected]


@per_server(uvicorn="bye", daphne=None, hypercorn=None, granian=None)
async def test_whether_the_application_is_told_the_reason(
    server: str, expected: str | None
) -> None:
    script = Script(ACCEPT, asks=1)
    communicator = await opened(script, server)
    await communicator.disconnect(4010, reason="bye")
    assert script.told[0].get("reason") == expected


@per_server(uvicorn=True, daphne=False, hypercorn=True, granian=False)
async def test_whether_the_headers_of_an_accept_reach_the_client(
    server: str, expected: bool
) -> None:
    headers = [(b"set-cookie", b"a=1")]
    script = Script({**ACCEPT, "headers": headers}, asks=1)
    communicator = await opened(script, server, validate="record")
    assert communicator.response_headers == (headers if expected else [])
    await communicator.disconnect()


@per_server(uvicorn="late", daphne="", hypercorn="late", granian="late")
async def test_whether_the_reason_of_a_close_reaches_the_client(
    server: str, expected: str
) -> None:
    close = {"type": "websocket.close", "code": 4001, "reason": "late"}
    communicator = await opened(Script(ACCEPT, close), server)
    assert await communicator.expect_close() == (4001, expected)


@per_server(uvicorn=["", b""], daphne=[], hypercorn=["", b""], granian=["", b""])
async def test_whether_empty_frames_reach_the_client(
    server: str, expected: list[Any]
) -> None:
    frames = [{"type": "websocket.send", key: value} for key, value in EMPTY]
    script = Script(ACCEPT, *frames)
    communicator = await opened(script, server)
    await communicator.wait()
    sent = [event.get("text", event.get("bytes")) for event in communicator.drain()]
    assert sent == expected


EMPTY = (("text", ""), ("bytes", b""))


@per_server(uvicorn=["ClientDisconnected"], daphne=[], hypercorn=[], granian=[])
@pytest.mark.parametrize("leave", ["disconnect", "drop"])
async def test_ws_40_what_send_does_once_the_client_has_gone(
    server: str, expected: list[str], leave: str
) -> None:
    script = Parting({"type": "websocket.send", "text": "too late"})
    communicator = await opened(script, server)
    await getattr(communicator, leave)()
    assert script.refused == expected
    assert communicator.drain() == []


@servers
async def test_http_33_no_server_raises_for_http(server: str) -> None:
    script = Script(START)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await script(scope, receive, send)
        assert (await receive())["type"] == "http.disconnect"
        await script.try_to(send, LAST)

    communicator = HttpCommunicator(application, "GET", "/", served_by=server)
    await communicator.send_request()
    await communicator.receive_output()
    await communicator.disconnect()
    assert script.refused == []
    assert communicator.drain() == []


async def test_what_the_test_says_of_send_goes_before_the_server() -> None:
    script = Parting({"type": "websocket.send", "text": "too late"})
    communicator = await opened(script, "daphne", raise_on_gone=True)
    await communicator.disconnect()
    assert script.refused == [ClientDisconnected.__name__]


VIOLATION = [ProtocolViolation.__name__]


@per_server(uvicorn=VIOLATION, daphne=[], hypercorn=VIOLATION, granian=VIOLATION)
async def test_http_30_what_a_send_after_the_response_does(
    server: str, expected: list[str]
) -> None:
    script = Script(START, LAST, LAST)
    await HttpCommunicator(script, "GET", "/", served_by=server).get_response()
    assert script.refused == expected


@per_server(uvicorn=VIOLATION, daphne=VIOLATION, hypercorn=VIOLATION, granian=[])
async def test_ws_41_what_a_send_after_the_applications_own_close_does(
    server: str, expected: list[str]
) -> None:
    late = {"type": "websocket.send", "text": "late"}
    script = Script(ACCEPT, {"type": "websocket.close"}, late)
    communicator = await opened(script, server)
    await communicator.expect_close()
    await at_rest(communicator)
    assert script.refused == expected
    assert communicator.drain() == []


@per_server(uvicorn=VIOLATION, daphne=[], hypercorn=[], granian=[])
async def test_ws_41b_what_a_second_close_does(
    server: str, expected: list[str]
) -> None:
    close = {"type": "websocket.close"}
    script = Script(ACCEPT, close, close)
    await at_rest(await opened(script, server))
    assert script.refused == expected


@per_server(uvicorn=[], daphne=VIOLATION, hypercorn=VIOLATION, granian=[])
async def test_ws_23_what_a_subprotocol_does_that_was_not_offered(
    server: str, expected: list[str]
) -> None:
    script = Script({**ACCEPT, "subprotocol": "soap"})
    communicator = WebsocketCommunicator(script, "/", served_by=server)
    await communicator.send_input({"type": "websocket.connect"})
    await at_rest(communicator)
    assert script.refused == expected


@per_server(uvicorn=VIOLATION, daphne=VIOLATION, hypercorn=VIOLATION, granian=[])
async def test_ws_30_what_a_frame_before_the_accept_does(
    server: str, expected: list[str]
) -> None:
    script = Script({"type": "websocket.send", "text": "early"})
    communicator = WebsocketCommunicator(script, "/", served_by=server)
    await communicator.send_input({"type": "websocket.connect"})
    await at_rest(communicator)
    assert script.refused == expected


async def test_a_connection_of_a_lab_may_be_behind_another_server() -> None:
    script = Script(ACCEPT, asks=1)
    async with Lab(script, lifespan="off", served_by="uvicorn") as lab:
        first = lab.websocket("/", name="first")
        second = lab.websocket("/", name="second", served_by="granian")
    assert first.scope["asgi"]["spec_version"] == "2.4"
    assert second.scope["asgi"]["spec_version"] == "2.3"
    assert lab.session.options["second"]["served_by"] == "granian"


async def test_any_application_may_be_behind_a_server() -> None:
    scope = {"type": "websocket", "path": "/", "asgi": {"version": "3.0"}}
    communicator = ApplicationCommunicator(Script(), scope, served_by="hypercorn")
    assert communicator.scope["asgi"] == {"version": "3.0", "spec_version": "2.3"}
    assert scope["asgi"] == {"version": "3.0"}
