"""What the customer's document says of ApplicationCommunicator, in our words."""

import asyncio
import inspect
from typing import Any
from unittest import mock

import asgiref.testing
import pytest

from asgilab.testing import ApplicationCommunicator
from tests.customer import applications


def defaults_of(method: Any) -> dict[str, Any]:
    """Return the arguments of a method that have a default, with it."""
    parameters = inspect.signature(method).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not p.empty}


def http(application: Any, **state: Any) -> Any:
    return ApplicationCommunicator(application, {**applications.HTTP, "state": state})


def test_the_defaults_are_the_documented_ones() -> None:
    assert defaults_of(ApplicationCommunicator.receive_output) == {"timeout": 1}
    assert defaults_of(ApplicationCommunicator.receive_nothing) == {
        "timeout": 0.1,
        "interval": 0.01,
    }
    assert defaults_of(ApplicationCommunicator.wait) == {"timeout": 1}


@pytest.mark.parametrize(
    "name", ["send_input", "receive_output", "receive_nothing", "wait"]
)
def test_every_step_has_to_be_awaited(name: str) -> None:
    assert inspect.iscoroutinefunction(getattr(ApplicationCommunicator, name))


def test_it_is_the_communicator_of_asgiref_too() -> None:
    communicator = http(applications.upload)
    assert isinstance(communicator, asgiref.testing.ApplicationCommunicator)


async def test_a_response_in_chunks_is_read_event_by_event() -> None:
    communicator = http(applications.two_chunks)
    await communicator.send_input(
        {"type": "http.request", "body": b"chunk one \x01 chunk two"}
    )
    event = await communicator.receive_output(timeout=1)
    assert event["type"] == "http.response.start"
    assert event["status"] == 200
    assert await communicator.receive_nothing(timeout=0.1, interval=0.01) is False
    event = await communicator.receive_output()
    assert event["type"] == "http.response.body"
    assert event["body"] == b"chunk one"
    assert event.get("more_body") is True
    event = await communicator.receive_output()
    assert event["type"] == "http.response.body"
    assert event["body"] == b"chunk two"
    assert event.get("more_body") is None
    assert await communicator.receive_nothing() is True


async def test_a_request_can_be_sent_in_chunks() -> None:
    communicator = http(applications.upload)
    for body, more in ((b"one", True), (b"two", True), (b"three", False)):
        await communicator.send_input(
            {"type": "http.request", "body": body, "more_body": more}
        )
    assert (await communicator.receive_output())["status"] == 201
    assert (await communicator.receive_output())["body"] == b"one|two|three"
    await communicator.wait()


async def test_a_long_poll_is_held_open_until_there_is_news() -> None:
    news: asyncio.Queue[bytes] = asyncio.Queue()
    communicator = http(applications.long_poll, news=news)
    await communicator.send_input({"type": "http.request", "body": b""})
    assert (await communicator.receive_output())["type"] == "http.response.start"
    assert await communicator.receive_nothing() is True
    await news.put(b"it happened")
    assert (await communicator.receive_output())["body"] == b"it happened"


async def test_sending_returns_nothing() -> None:
    communicator = http(applications.upload)
    result = await communicator.send_input({"type": "http.request", "body": b"x"})
    assert result is None


async def test_a_look_for_nothing_takes_nothing_away() -> None:
    communicator = http(applications.upload)
    await communicator.send_input({"type": "http.request", "body": b"x"})
    assert await communicator.receive_nothing() is False
    assert await communicator.receive_nothing() is False
    assert (await communicator.receive_output())["type"] == "http.response.start"


async def test_what_comes_within_the_time_is_not_nothing() -> None:
    communicator = ApplicationCommunicator(applications.delayed, {"type": "notes"})
    await communicator.send_input({"type": "note", "delay": 0.03})
    assert await communicator.receive_nothing(timeout=1, interval=0.005) is False
    assert (await communicator.receive_output())["delay"] == 0.03
    communicator.stop()


async def test_what_comes_after_the_time_is_nothing_yet() -> None:
    communicator = ApplicationCommunicator(applications.delayed, {"type": "notes"})
    await communicator.send_input({"type": "note", "delay": 0.15})
    assert await communicator.receive_nothing(timeout=0.01) is True
    assert (await communicator.receive_output(timeout=2))["delay"] == 0.15
    communicator.stop()


async def test_the_conversation_goes_on_after_nothing_came() -> None:
    communicator = ApplicationCommunicator(
        applications.Alarm.as_asgi(), {"type": "alarms"}
    )
    assert await communicator.receive_nothing() is True
    await communicator.send_input({"type": "alarm.set", "at": "07:00"})
    assert await communicator.receive_output() == {"type": "alarm.rings", "at": "07:00"}
    assert await communicator.receive_nothing() is True
    communicator.stop()


async def test_after_waiting_it_shows_what_the_application_did() -> None:
    ring = mock.Mock()
    scope = {"type": "doorbell", "state": {"ring": ring}}
    communicator = ApplicationCommunicator(applications.doorbell, scope)
    await communicator.send_input({"type": "visit", "visitor": "alice"})
    await communicator.send_input({"type": "door.locked"})
    assert await communicator.wait(timeout=1) is None  # type: ignore[func-returns-value]  # that it is None is the promise
    ring.assert_called_once_with("alice")


async def test_waiting_for_an_application_that_goes_on_is_a_timeout() -> None:
    ring = mock.Mock()
    scope = {"type": "doorbell", "state": {"ring": ring}}
    communicator = ApplicationCommunicator(applications.doorbell, scope)
    with pytest.raises(TimeoutError):
        await communicator.wait(timeout=0.01)
    communicator.stop()


async def test_an_exception_comes_out_of_wait_as_it_was_raised() -> None:
    communicator = ApplicationCommunicator(applications.faulty, {"type": "notes"})
    await communicator.send_input({"type": "note"})
    with pytest.raises(ValueError, match="the application's own fault") as caught:
        await communicator.wait()
    assert type(caught.value) is ValueError
    assert "in faulty" in str(caught.getrepr(style="native"))


async def test_what_was_sent_before_an_exception_can_still_be_read() -> None:
    communicator = ApplicationCommunicator(applications.faulty, {"type": "notes"})
    await communicator.send_input({"type": "note"})
    assert (await communicator.receive_output())["text"] == "the last words"
    with pytest.raises(ValueError, match="the application's own fault"):
        await communicator.receive_output()


async def test_an_exception_does_not_wait_for_the_timeout() -> None:
    communicator = ApplicationCommunicator(applications.faulty, {"type": "notes"})
    await communicator.send_input({"type": "note"})
    await communicator.receive_output()
    with pytest.raises(ValueError, match="the application's own fault"):
        async with asyncio.timeout(5):
            await communicator.receive_output(timeout=60)


async def test_a_receive_that_times_out_leaves_the_application_running() -> None:
    communicator = ApplicationCommunicator(applications.delayed, {"type": "notes"})
    await communicator.send_input({"type": "note", "delay": 0.1})
    with pytest.raises(TimeoutError):
        await communicator.receive_output(timeout=0.01)
    assert (await communicator.receive_output(timeout=2))["delay"] == 0.1
    await communicator.send_input({"type": "note", "delay": 0})
    assert (await communicator.receive_output())["delay"] == 0
    communicator.stop()


async def test_the_application_gets_the_scope_that_was_given() -> None:
    scopes: list[Any] = []

    async def keep(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)

    scope = {"type": "anything", "answer": 42}
    communicator = ApplicationCommunicator(keep, scope)
    await communicator.wait()
    assert communicator.scope is scope
    assert scopes[0]["answer"] == 42


@pytest.mark.parametrize("application", [applications.Greeter, applications.Greeter()])
async def test_a_consumer_is_taken_as_a_class_and_as_an_object(
    application: Any,
) -> None:
    communicator = ApplicationCommunicator(application, applications.HTTP)
    await communicator.send_input({"type": "http.request", "body": b""})
    assert (await communicator.receive_output())["status"] == 200
    assert (await communicator.receive_output())["body"] == b"test response"
    await communicator.wait()


async def test_an_application_of_asgi_2_is_still_taken() -> None:
    communicator = ApplicationCommunicator(
        applications.LegacyGreeter, applications.HTTP
    )
    await communicator.send_input({"type": "http.request", "body": b""})
    await communicator.receive_output()
    assert (await communicator.receive_output())["body"] == b"/test/"
