"""What the customer's document says of HttpCommunicator, in our words."""

import inspect
import json
from typing import Any

import pytest
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path

from asgilab.testing import ApplicationCommunicator, HttpCommunicator
from asgilab.types import Receive, Scope, Send
from tests.customer import applications


async def mirrored(*arguments: Any, **keywords: Any) -> Any:
    """Return what the application saw of a request."""
    communicator = HttpCommunicator(applications.mirror, *arguments, **keywords)
    return json.loads((await communicator.get_response())["body"])


@pytest.mark.parametrize(
    "application",
    [applications.Greeter, applications.Greeter.as_asgi(), applications.Greeter()],
    ids=["class", "as_asgi", "object"],
)
async def test_a_consumer_answers(application: Any) -> None:
    communicator = HttpCommunicator(application, "GET", "/test/")
    response = await communicator.get_response()
    assert response["body"] == b"test response"
    assert response["status"] == 200


def test_it_can_do_what_the_generic_one_can() -> None:
    assert issubclass(HttpCommunicator, ApplicationCommunicator)


def test_method_and_path_are_required_and_a_body_is_not() -> None:
    parameters = inspect.signature(HttpCommunicator).parameters
    names = list(parameters)
    assert names[:4] == ["application", "method", "path", "body"]
    required = [
        n for n in names[:4] if parameters[n].default is inspect.Parameter.empty
    ]
    assert required == ["application", "method", "path"]
    assert parameters["body"].default == b""


def test_a_response_is_awaited_for_one_second_by_default() -> None:
    timeout = inspect.signature(HttpCommunicator.get_response).parameters["timeout"]
    assert timeout.default == 1
    assert inspect.iscoroutinefunction(HttpCommunicator.get_response)


async def test_a_response_is_a_dictionary_of_three_keys() -> None:
    communicator = HttpCommunicator(applications.mirror, "GET", "/test/")
    response = await communicator.get_response()
    assert type(response) is dict
    assert set(response) == {"status", "headers", "body"}


async def test_status_is_a_number_and_the_body_is_bytes() -> None:
    communicator = HttpCommunicator(applications.mirror, "GET", "/test/")
    response = await communicator.get_response()
    assert type(response["status"]) is int
    assert type(response["body"]) is bytes


async def test_headers_are_pairs_of_bytes_in_order_with_repeats() -> None:
    communicator = HttpCommunicator(applications.mirror, "GET", "/test/")
    headers = (await communicator.get_response())["headers"]
    assert type(headers) is list
    assert headers == [
        (b"content-type", b"application/json"),
        (b"x-two", b"a"),
        (b"x-two", b"b"),
    ]
    assert {type(pair) for pair in headers} == {tuple}


async def test_a_response_without_headers_has_none_of_them() -> None:
    communicator = HttpCommunicator(applications.upload, "POST", "/test/")
    assert (await communicator.get_response())["headers"] == []


async def test_method_path_and_body_reach_the_application() -> None:
    seen = await mirrored("PUT", "/a%20room/?x=%31&y", b"payload")
    assert seen["method"] == "PUT"
    assert seen["path"] == "/a room/"
    assert seen["query"] == "x=%31&y"
    assert seen["body"] == "payload"


async def test_they_can_be_given_by_name() -> None:
    seen = await mirrored(method="post", path="/test/", body=b"payload")
    assert (seen["method"], seen["path"], seen["body"]) == ("POST", "/test/", "payload")


async def test_without_a_body_the_application_gets_an_empty_one() -> None:
    assert (await mirrored("GET", "/test/"))["body"] == ""


async def test_headers_reach_the_application_in_order() -> None:
    headers = [(b"x-two", b"a"), (b"cookie", b"k=v"), (b"x-two", b"b")]
    seen = await mirrored("GET", "/test/", headers=headers)
    pairs = [tuple(pair) for pair in seen["headers"]]
    assert pairs[:3] == [("x-two", "a"), ("cookie", "k=v"), ("x-two", "b")]
    assert {name for name, _ in pairs[3:]} <= {"host"}  # what every client adds


@pytest.mark.parametrize("body", ["text", None, 7])
async def test_a_body_that_is_not_bytes_is_refused(body: Any) -> None:
    with pytest.raises((AssertionError, TypeError)):
        HttpCommunicator(applications.mirror, "POST", "/test/", body)


async def test_a_body_in_chunks_is_put_together() -> None:
    communicator = HttpCommunicator(
        applications.two_chunks, "POST", "/test/", b"first \x01 second"
    )
    assert (await communicator.get_response())["body"] == b"firstsecond"


async def test_a_chunk_without_a_body_counts_as_empty() -> None:
    async def terse(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    communicator = HttpCommunicator(terse, "GET", "/test/")
    expected = {"status": 204, "headers": [], "body": b""}
    assert await communicator.get_response() == expected


async def test_a_silent_application_is_a_timeout() -> None:
    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    communicator = HttpCommunicator(silent, "GET", "/test/")
    with pytest.raises(TimeoutError):
        await communicator.get_response(timeout=0.01)


async def test_an_exception_of_the_application_comes_out_as_it_was_raised() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        msg = "no answer today"
        raise LookupError(msg)

    communicator = HttpCommunicator(broken, "GET", "/test/")
    with pytest.raises(LookupError, match="no answer today"):
        await communicator.get_response()


async def test_anything_but_a_response_fails_the_test() -> None:
    async def confused(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.body", "body": b"too early"})

    communicator = HttpCommunicator(confused, "GET", "/test/")
    with pytest.raises(AssertionError):
        await communicator.get_response()


async def test_a_routed_application_is_taken_too() -> None:
    routes = [path("test/", applications.Greeter.as_asgi())]
    application = ProtocolTypeRouter({"http": URLRouter(routes)})
    communicator = HttpCommunicator(application, "GET", "/test/")
    assert (await communicator.get_response())["body"] == b"test response"
