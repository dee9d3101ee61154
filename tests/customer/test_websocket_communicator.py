"""What the customer's document says of WebsocketCommunicator, in our words."""

import inspect
import json
from typing import Any

import pytest
from channels.routing import URLRouter
from django.urls import path, re_path

from asgilab.testing import ApplicationCommunicator, WebsocketCommunicator
from tests.customer import applications

ACCEPT = {"type": "websocket.accept"}


def script(*events: Any) -> Any:
    """Return a communicator for an application that sends just these events."""
    communicator = WebsocketCommunicator(applications.scripted, "/testws/")
    communicator.scope["state"] = {"events": events, "received": []}
    return communicator


async def accepted(*events: Any) -> Any:
    """Return the same, accepted, with the events following."""
    communicator = script(ACCEPT, *events)
    assert await communicator.connect() == (True, None)
    return communicator


def received_by(communicator: Any) -> Any:
    return communicator.scope["state"]["received"]


# The conversation of the document


@pytest.mark.parametrize(
    "application",
    [
        applications.Simple,
        applications.Simple.as_asgi(),
        applications.Simple(),
        applications.SimpleAsync,
        applications.SimpleAsync.as_asgi(),
    ],
    ids=["class", "as_asgi", "object", "async-class", "async-as_asgi"],
)
async def test_a_conversation_with_a_consumer(application: Any) -> None:
    communicator = WebsocketCommunicator(application, "/testws/")
    connected, subprotocol = await communicator.connect()
    assert connected
    assert subprotocol is None
    await communicator.send_to(text_data="hello")
    assert await communicator.receive_from() == "hello"
    await communicator.send_to(bytes_data=b"hi\0")
    assert await communicator.receive_from() == b"hi\0"
    await communicator.disconnect()


def test_it_can_do_what_the_generic_one_can() -> None:
    assert issubclass(WebsocketCommunicator, ApplicationCommunicator)


@pytest.mark.parametrize(
    "name",
    [
        "connect",
        "send_to",
        "send_json_to",
        "receive_from",
        "receive_json_from",
        "receive_nothing",
        "disconnect",
    ],
)
def test_every_step_has_to_be_awaited(name: str) -> None:
    assert inspect.iscoroutinefunction(getattr(WebsocketCommunicator, name))


@pytest.mark.parametrize("name", ["receive_from", "receive_json_from"])
def test_a_frame_is_awaited_for_one_second_by_default(name: str) -> None:
    method = getattr(WebsocketCommunicator, name)
    assert inspect.signature(method).parameters["timeout"].default == 1


@pytest.mark.parametrize("name", ["connect", "disconnect"])
def test_neither_connecting_nor_disconnecting_needs_an_argument(name: str) -> None:
    signature = inspect.signature(getattr(WebsocketCommunicator, name))
    assert list(signature.bind("self").arguments) == ["self"]


# connect


async def test_an_accepted_socket_tells_the_chosen_subprotocol() -> None:
    communicator = WebsocketCommunicator(
        applications.scripted, "/testws/", subprotocols=["one", "two"]
    )
    events = [{"type": "websocket.accept", "subprotocol": "two"}]
    communicator.scope["state"] = {"events": events, "received": []}
    assert await communicator.connect() == (True, "two")
    assert communicator.scope["subprotocols"] == ["one", "two"]
    await communicator.disconnect()


@pytest.mark.parametrize("extra", [{}, {"subprotocol": None}])
async def test_an_accepted_socket_without_a_subprotocol_tells_none(
    extra: dict[str, Any],
) -> None:
    communicator = script({**ACCEPT, **extra})
    assert await communicator.connect() == (True, None)
    await communicator.disconnect()


async def test_a_rejected_socket_tells_its_close_code() -> None:
    communicator = script({"type": "websocket.close", "code": 4003})
    assert await communicator.connect() == (False, 4003)
    await communicator.disconnect()


async def test_a_rejected_socket_without_a_code_tells_1000() -> None:
    communicator = script({"type": "websocket.close"})
    assert await communicator.connect() == (False, 1000)
    await communicator.disconnect()


async def test_connecting_to_a_silent_application_is_a_timeout() -> None:
    communicator = script()
    with pytest.raises(TimeoutError):
        await communicator.connect(timeout=0.01)
    await communicator.disconnect()


async def test_the_application_sees_the_address_and_the_headers() -> None:
    communicator = WebsocketCommunicator(
        applications.scripted, "/a%20room/?x=1", headers=[(b"origin", b"http://here")]
    )
    assert communicator.scope["type"] == "websocket"
    assert communicator.scope["path"] == "/a room/"
    assert communicator.scope["query_string"] == b"x=1"
    assert communicator.scope["headers"][0] == (b"origin", b"http://here")


def test_an_address_that_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError):
        WebsocketCommunicator(applications.scripted, b"/testws/")  # type: ignore[arg-type]  # bytes where a text belongs are the case


# send_to and send_json_to


async def test_a_frame_reaches_the_application_as_what_it_is() -> None:
    communicator = await accepted()
    assert await communicator.send_to(text_data="hello") is None
    assert await communicator.send_to(bytes_data=b"hi\0") is None
    await communicator.disconnect()
    _, text, data, _ = received_by(communicator)
    assert (text["type"], text["text"]) == ("websocket.receive", "hello")
    assert (data["type"], data["bytes"]) == ("websocket.receive", b"hi\0")
    assert text.get("bytes") is None
    assert data.get("text") is None


async def test_empty_frames_are_frames() -> None:
    communicator = await accepted()
    await communicator.send_to(text_data="")
    await communicator.send_to(bytes_data=b"")
    await communicator.disconnect()
    _, text, data, _ = received_by(communicator)
    assert text["text"] == ""
    assert data["bytes"] == b""


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"text_data": "hello", "bytes_data": b"hello"},
        {"text_data": "", "bytes_data": b""},
        {"text_data": b"hello"},
        {"text_data": 7},
        {"bytes_data": "hello"},
        {"bytes_data": [104, 105]},
    ],
    ids=str,
)
async def test_what_is_not_exactly_one_frame_is_refused_and_not_sent(
    arguments: dict[str, Any],
) -> None:
    communicator = await accepted()
    with pytest.raises(AssertionError):
        await communicator.send_to(**arguments)
    await communicator.send_to(text_data="still there")
    await communicator.disconnect()
    assert [event.get("text") for event in received_by(communicator)] == [
        None,
        "still there",
        None,
    ]


@pytest.mark.parametrize(
    "content", [{"hello": "world"}, [1, 2.5, None], "text", 0, False, {"ü": "世界"}]
)
async def test_json_is_sent_as_one_text_frame(content: Any) -> None:
    communicator = await accepted()
    assert await communicator.send_json_to(content) is None
    await communicator.disconnect()
    frame = received_by(communicator)[1]
    assert type(frame["text"]) is str
    assert json.loads(frame["text"]) == content


async def test_what_json_cannot_say_is_not_sent() -> None:
    communicator = await accepted()
    with pytest.raises(TypeError):
        await communicator.send_json_to({"when": object()})
    await communicator.disconnect()
    assert len(received_by(communicator)) == 2


# receive_from and receive_json_from


def frame(**payload: Any) -> dict[str, Any]:
    return {"type": "websocket.send", **payload}


@pytest.mark.parametrize("payload", ["hello", "", b"hi\0", b""], ids=repr)
async def test_a_frame_comes_as_text_or_bytes(payload: str | bytes) -> None:
    kind = "text" if isinstance(payload, str) else "bytes"
    communicator = await accepted(frame(**{kind: payload}))
    response = await communicator.receive_from()
    assert response == payload
    assert type(response) is type(payload)
    await communicator.disconnect()


@pytest.mark.parametrize(
    "event",
    [frame(text="hello", bytes=None), frame(text=None, bytes=b"hello")],
)
async def test_a_key_of_none_is_no_payload(event: dict[str, Any]) -> None:
    communicator = await accepted(event)
    assert await communicator.receive_from() in ("hello", b"hello")
    await communicator.disconnect()


@pytest.mark.parametrize(
    "event",
    [
        frame(text=b"hello"),
        frame(text=7),
        frame(bytes="hello"),
        frame(),
        frame(text=None, bytes=None),
    ],
    ids=str,
)
async def test_a_frame_of_the_wrong_type_fails_the_test(event: dict[str, Any]) -> None:
    communicator = await accepted(event)
    with pytest.raises(AssertionError):
        await communicator.receive_from()


async def test_a_close_where_a_frame_was_due_fails_the_test_and_says_so() -> None:
    communicator = await accepted({"type": "websocket.close", "code": 4001})
    expected = "Expected type 'websocket.send', but was 'websocket.close'"
    with pytest.raises(AssertionError, match=expected):
        await communicator.receive_from()
    await communicator.disconnect()


async def test_json_is_decoded() -> None:
    communicator = await accepted(frame(text='{"hello": "world"}'))
    assert await communicator.receive_json_from() == {"hello": "world"}
    await communicator.disconnect()


async def test_json_in_a_binary_frame_fails_the_test() -> None:
    communicator = await accepted(frame(bytes=b"{}"))
    with pytest.raises(AssertionError, match="JSON data is not a text frame"):
        await communicator.receive_json_from()
    await communicator.disconnect()


async def test_text_that_is_no_json_fails_the_test() -> None:
    communicator = await accepted(frame(text="{hello"))
    with pytest.raises(json.JSONDecodeError):
        await communicator.receive_json_from()
    await communicator.disconnect()


@pytest.mark.parametrize("name", ["receive_from", "receive_json_from"])
async def test_no_frame_within_the_time_is_a_timeout(name: str) -> None:
    communicator = await accepted()
    with pytest.raises(TimeoutError):
        await getattr(communicator, name)(timeout=0.01)
    await communicator.disconnect()
    assert received_by(communicator)[-1]["type"] == "websocket.disconnect"


async def test_there_is_nothing_until_there_is_a_frame() -> None:
    communicator = WebsocketCommunicator(applications.Simple.as_asgi(), "/testws/")
    await communicator.connect()
    assert await communicator.receive_nothing() is True
    await communicator.send_to(text_data="hello")
    assert await communicator.receive_nothing(timeout=1) is False
    assert await communicator.receive_from() == "hello"
    assert await communicator.receive_nothing() is True
    await communicator.disconnect()


# Routes, and more than one connection


@pytest.mark.parametrize(
    "route",
    [
        re_path(r"^testws/(?P<message>\w+)/$", applications.Kwargs.as_asgi()),
        re_path(r"^testws/(\w+)/$", applications.Kwargs.as_asgi()),
        path("testws/<str:message>/", applications.Kwargs.as_asgi()),
    ],
    ids=["keyword", "positional", "path"],
)
async def test_a_router_passes_on_what_it_found_in_the_path(route: Any) -> None:
    communicator = WebsocketCommunicator(URLRouter([route]), "/testws/test/")
    connected, _ = await communicator.connect()
    assert connected
    assert await communicator.receive_from() == "test"
    await communicator.disconnect()


async def test_each_communicator_is_a_connection_of_its_own() -> None:
    application = URLRouter(
        [path("testws/<str:message>/", applications.Kwargs.as_asgi())]
    )
    first = WebsocketCommunicator(application, "/testws/one/")
    second = WebsocketCommunicator(application, "/testws/two/")
    await first.connect()
    await second.connect()
    assert await second.receive_from() == "two"
    assert await first.receive_from() == "one"
    await first.disconnect()
    await second.disconnect()


async def test_a_class_makes_a_consumer_for_each_connection() -> None:
    seen = []

    class Counting(applications.SimpleAsync):
        async def connect(self) -> None:
            seen.append(self)
            await self.accept()

    for _ in range(2):
        communicator = WebsocketCommunicator(Counting, "/testws/")
        await communicator.connect()
        await communicator.disconnect()
    assert len(set(map(id, seen))) == 2
